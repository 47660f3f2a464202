import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Project } from "../cli/tutti.js";

/** Where a program runs: alone in its process, without a launcher, or on so many threads. */
export type Place = "self" | number;

export const PLACES: readonly Place[] = ["self", 1, 2, 3, 4];

export const ranksOf = (place: Place) => (place === "self" ? 1 : place);

function commandFor(name: string, place: Place, args: readonly string[]): string[] {
  const file = fileURLToPath(new URL(`../../../examples/${name}.ts`, import.meta.url));
  return [...(place === "self" ? ["exec"] : ["run", "-n", String(place)]), file, ...args];
}

/** What the example prints; it must succeed and complain about nothing. */
export async function runExample(name: string, place: Place, ...args: string[]): Promise<string> {
  using project = new Project({});
  const { code, stdout, stderr } = await project.tutti(commandFor(name, place, args));
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout;
}

/** What the example complains about; it must fail and print nothing. */
export async function failExample(name: string, place: Place, ...args: string[]): Promise<string> {
  using project = new Project({});
  const { code, stdout, stderr } = await project.tutti(commandFor(name, place, args));
  assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
  return stderr;
}

/** The parts of `text` that the groups of `pattern` match, as numbers. */
export function numbersIn(text: string, pattern: RegExp): number[] {
  const found = pattern.exec(text);
  assert.ok(found, `${pattern} is not in\n${text}`);
  return found.slice(1).map(Number);
}
