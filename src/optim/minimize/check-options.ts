import { TuttiError } from "../../errors.js";
import { listed, nearestFirst } from "../../nearest.js";
import { CG_TYPES } from "./cg.js";
import { LINE_SEARCHES } from "./line-search/index.js";
import type { MinimizeOptions, Tolerances } from "./options.js";

/** @throws TuttiError `argument` for an option of a method, or a tolerance, that has no meaning */
export function checkOptions(options: MinimizeOptions): void {
  const { cgType, l1, lineSearch, memory } = options;
  checkTolerances("minimize", options, ["gatol", "grtol", "gttol", "steptol"]);
  checkName("cgType", cgType, Object.keys(CG_TYPES));
  checkName("lineSearch", lineSearch, Object.keys(LINE_SEARCHES));
  if (memory !== undefined && !(Number.isInteger(memory) && memory > 0))
    throw wrong("minimize", "memory", memory, "a whole number of steps, at least 1");
  if (l1 !== undefined && !(l1 >= 0 && l1 < Number.POSITIVE_INFINITY))
    throw wrong("minimize", "l1", l1, "a finite number that is not negative");
}

/**
 * @param call who asks, for messages
 * @param names of the tolerances that are sizes
 * @throws TuttiError `argument` for a tolerance that is no size, or a limit that is no number: either would never be met
 */
export function checkTolerances<Name extends string>(
  call: string,
  options: Tolerances & Readonly<Partial<Record<Name, number>>>,
  names: readonly Name[],
): void {
  for (const name of names) {
    const size: unknown = options[name];
    if (size !== undefined && !(typeof size === "number" && size >= 0))
      throw wrong(call, name, size, "a number that is not negative");
  }
  for (const name of ["maxIt", "maxEvaluations"] as const) {
    const limit = options[name] ?? Number.POSITIVE_INFINITY;
    if (limit !== Number.POSITIVE_INFINITY && !(Number.isInteger(limit) && limit >= 0))
      throw wrong(call, name, limit, "a whole number that is not negative, or Infinity");
  }
  const { fmin = 0 } = options;
  if (typeof fmin !== "number" || Number.isNaN(fmin)) throw wrong(call, "fmin", fmin, "a number");
}

function checkName(option: string, name: string | undefined, names: readonly string[]): void {
  if (name !== undefined && !names.includes(name))
    throw wrong("minimize", option, name, `one of ${listed(nearestFirst(name, names))}`);
}

function wrong(call: string, option: string, found: unknown, wanted: string): TuttiError {
  const shown = typeof found === "string" ? JSON.stringify(found) : found;
  const message = `${call}: ${option} is ${shown}, expected ${wanted}`;
  return new TuttiError("argument", message, { option, found });
}
