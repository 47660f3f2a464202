import { TuttiError } from "../../errors.js";
import { listed, nearestFirst } from "../../nearest.js";
import { CG_TYPES } from "./cg.js";
import { LINE_SEARCHES } from "./line-search/index.js";
import type { MinimizeOptions } from "./options.js";

/** @throws TuttiError `argument` for an option of a method that has no meaning */
export function checkOptions({ cgType, l1, lineSearch, memory }: MinimizeOptions): void {
  checkName("cgType", cgType, Object.keys(CG_TYPES));
  checkName("lineSearch", lineSearch, Object.keys(LINE_SEARCHES));
  if (memory !== undefined && !(Number.isInteger(memory) && memory > 0))
    throw wrong("memory", memory, "a whole number of steps, at least 1");
  if (l1 !== undefined && !(l1 >= 0 && l1 < Number.POSITIVE_INFINITY))
    throw wrong("l1", l1, "a finite number that is not negative");
}

function checkName(option: string, name: string | undefined, names: readonly string[]): void {
  if (name !== undefined && !names.includes(name))
    throw wrong(option, name, `one of ${listed(nearestFirst(name, names))}`);
}

function wrong(option: string, found: unknown, wanted: string): TuttiError {
  const message = `minimize: ${option} is ${JSON.stringify(found) ?? found}, expected ${wanted}`;
  return new TuttiError("argument", message, { option, found });
}
