import { TuttiError } from "../errors.js";
import { CALLS } from "./calls.js";
import { ANY_SOURCE, ANY_TAG, PROC_NULL } from "./comm.js";
import { describe, type ElementType, elementTypeOf, haveSameMemory, type TypedArray } from "./elements.js";

/*
 * Checks of arguments. Each is a comparison on the way of every message; the text of an error is put together only when it
 * is needed.
 */

/** The largest tag. */
export const MAX_TAG = 0x7fffffff;

function wrong(call: number, argument: string, wanted: string, found: unknown): TuttiError {
  const name = CALLS[call];
  return new TuttiError("argument", `${name}: ${argument} must be ${wanted}, found ${describe(found)}`, {
    call: name,
    argument,
    found,
  });
}

/** A rank to send to: one of the communicator, or PROC_NULL. */
export function checkDest(call: number, dest: number, size: number): void {
  if ((Number.isInteger(dest) && dest >= 0 && dest < size) || dest === PROC_NULL) return;
  throw wrong(call, "dest", `a rank from 0 to ${size - 1} or PROC_NULL`, dest);
}

/** A rank to receive from: one of the communicator, ANY_SOURCE or PROC_NULL. */
export function checkSource(call: number, source: number, size: number): void {
  if (Number.isInteger(source) && source >= 0 && source < size) return;
  if (source === ANY_SOURCE || source === PROC_NULL) return;
  throw wrong(call, "source", `a rank from 0 to ${size - 1}, ANY_SOURCE or PROC_NULL`, source);
}

export function checkRoot(call: number, root: number, size: number): void {
  if (Number.isInteger(root) && root >= 0 && root < size) return;
  throw wrong(call, "root", `a rank from 0 to ${size - 1}`, root);
}

export function checkTag(call: number, tag: number): void {
  if (Number.isInteger(tag) && tag >= 0 && tag <= MAX_TAG) return;
  throw wrong(call, "tag", `an integer from 0 to ${MAX_TAG}`, tag);
}

export function checkRecvTag(call: number, tag: number): void {
  if (tag === ANY_TAG || (Number.isInteger(tag) && tag >= 0 && tag <= MAX_TAG)) return;
  throw wrong(call, "tag", `an integer from 0 to ${MAX_TAG} or ANY_TAG`, tag);
}

/** The element type of a buffer argument. */
export function checkBuffer(call: number, argument: string, buf: unknown): ElementType {
  const type = elementTypeOf(buf);
  if (type === undefined) throw wrong(call, argument, "a TypedArray", buf);
  return type;
}

/** A buffer for results: elements of `type`, `length` of them or, if `atLeast`, more. */
export function checkOut(
  call: number,
  argument: string,
  out: TypedArray,
  type: ElementType,
  length: number,
  atLeast = false,
): void {
  const found = checkBuffer(call, argument, out);
  if (found !== type) {
    const name = CALLS[call];
    throw new TuttiError(
      "argument",
      `${name}: ${argument} must have ${type.name} elements as the input has, found ${found.name}`,
      { call: name, argument, found: found.name, wanted: type.name },
    );
  }
  checkLength(call, argument, out, length, atLeast);
}

export function checkLength(
  call: number,
  argument: string,
  buf: TypedArray,
  length: number,
  atLeast = false,
): void {
  if (buf.length === length || (atLeast && buf.length > length)) return;
  const name = CALLS[call];
  throw new TuttiError(
    "argument",
    `${name}: ${argument} must have ${atLeast ? "at least " : ""}${length} elements, found ${buf.length}`,
    { call: name, argument, found: buf.length, wanted: length },
  );
}

/** Refuses a result that overlaps the input, unless it begins exactly at element `inPlace` of it. */
export function checkOverlap(
  call: number,
  argument: string,
  buf: TypedArray,
  out: TypedArray,
  inPlace?: number,
): void {
  if (!haveSameMemory(buf, out) || buf.byteLength === 0 || out.byteLength === 0) return;
  const end = buf.byteOffset + buf.byteLength;
  if (end <= out.byteOffset || out.byteOffset + out.byteLength <= buf.byteOffset) return;
  if (inPlace !== undefined && buf.byteOffset + inPlace * buf.BYTES_PER_ELEMENT === out.byteOffset) return;
  const name = CALLS[call];
  throw new TuttiError(
    "argument",
    `${name}: ${argument} overlaps the input${inPlace === undefined ? "" : " without being in place"}; use a buffer of its own`,
    { call: name, argument },
  );
}

/** A communicator's color or key. */
export function checkInteger(call: number, argument: string, value: number): void {
  if (!Number.isSafeInteger(value)) throw wrong(call, argument, "an integer", value);
}
