import { TuttiError } from "../errors.js";
import { addressOf } from "../native/index.js";

/** Indices of entries, as PETSc counts them from 0. */
export type Indices = Int32Array | readonly number[];

/** Indices as an array that C can read. @throws TuttiError `argument` for what is no index of 32 bits */
export function intArray(indices: Indices): Int32Array {
  if (indices instanceof Int32Array) return indices;
  const array = Int32Array.from(indices);
  for (let i = 0; i < array.length; i++) if (array[i] !== indices[i]) throw noIndex(indices[i]);
  return array;
}

/** An index as C reads it. @throws TuttiError `argument` for what is no index of 32 bits */
export function intOf(index: number): number {
  if ((index | 0) !== index) throw noIndex(index);
  return index;
}

function noIndex(found: number): TuttiError {
  const message = `an index must be a whole number of at most 31 bits, found ${found}`;
  return new TuttiError("argument", message, { found });
}

/** Throws `argument` unless whole numbers are from `begin` up to, without, `end`. PETSc does not always look. */
export function requireWithin(what: string, numbers: Int32Array, begin: number, end: number): void {
  for (let i = 0; i < numbers.length; i++) {
    const found = numbers[i];
    if (found >= begin && found < end) continue;
    const message = `${what} must be from ${begin} up to, without, ${end}, found ${found}`;
    throw new TuttiError("argument", message, { found, begin, end });
  }
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
