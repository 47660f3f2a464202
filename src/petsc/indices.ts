import { TuttiError } from "../errors.js";
import { addressOf } from "../native/index.js";

/** Indices of entries, as PETSc counts them from 0. */
export type Indices = Int32Array | readonly number[];

/** Indices as an array that C can read. */
export function intArray(indices: Indices): Int32Array {
  return indices instanceof Int32Array ? indices : Int32Array.from(indices);
}

/** Numbers, as an array or a list. */
export type Values = Float64Array | readonly number[];

/** Numbers as an array that C can read. */
export function doubleArray(values: Values): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

/** What happens to an entry that is there already. */
export type InsertMode = "insert" | "add";

/** The number of a mode in PETSc. */
export function insertMode(mode: InsertMode): number {
  return mode === "insert" ? 1 : 2;
}

/** Throws `argument` unless an array has a certain length. */
export function requireLength(call: string, argument: string, found: number, wanted: number): void {
  if (found === wanted) return;
  const message = `${call}: ${argument} must have ${wanted} entries, found ${found}`;
  throw new TuttiError("argument", message, { call, argument, found, wanted });
}

/** The address of an array; none for an empty one, which may have no memory. */
export function placeOf(array: Int32Array | Float64Array): number {
  return array.length === 0 ? 0 : addressOf(array);
}
