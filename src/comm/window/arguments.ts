import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { checkBuffer } from "../check.js";
import { PROC_NULL } from "../comm.js";
import { describe, type ElementType, type TypedArray } from "../elements.js";
import type { WindowSpec } from "./transport.js";
import type { Update } from "./updates.js";

/*
 * Checks of what a program gives to a window. All are made before anything is written anywhere.
 */

function wrong(call: number, argument: string, wanted: string, found: string, data: object = {}): TuttiError {
  const name = CALLS[call];
  const message = `${name}: ${argument} must be ${wanted}, found ${found}`;
  return new TuttiError("argument", message, { call: name, argument, ...data });
}

/** Memory that a rank exposes. @throws TuttiError "argument" unless it is a TypedArray in shared memory */
export function checkMemory(call: number, buf: TypedArray): ElementType {
  const type = checkBuffer(call, "buf", buf);
  if (buf.length === 0 || buf.buffer instanceof SharedArrayBuffer) return type;
  const { name } = buf.constructor;
  const cure = `take Window.allocate(comm, ${name}, ${buf.length}), a tensor's data, or new ${name}(new SharedArrayBuffer(bytes))`;
  const wanted = "in shared memory, so that the other ranks can reach it";
  throw wrong(call, "buf", wanted, `a ${name} of ${buf.length} elements in private memory: ${cure}`);
}

/** A kind of TypedArray, named by its constructor. */
export function checkType(call: number, Type: unknown): ElementType {
  const shown = typeof Type === "function" ? Type.name : describe(Type);
  let example: unknown;
  try {
    example = new (Type as new (length: number) => TypedArray)(0);
  } catch {
    throw wrong(call, "Type", "a TypedArray such as Float64Array", shown);
  }
  if (!ArrayBuffer.isView(example)) throw wrong(call, "Type", "a TypedArray such as Float64Array", shown);
  return checkBuffer(call, "Type", example);
}

/** A number of elements. */
export function checkCount(call: number, argument: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw wrong(call, argument, "a number of elements", describe(count));
}

/** A rank of the window; with `orNobody` also PROC_NULL. */
export function checkTarget(call: number, target: number, size: number, orNobody: boolean): void {
  if (Number.isInteger(target) && target >= 0 && target < size) return;
  if (orNobody && target === PROC_NULL) return;
  const nobody = orNobody ? " or PROC_NULL" : "";
  throw wrong(call, "target", `a rank from 0 to ${size - 1}${nobody}`, describe(target));
}

/** A buffer of the same kind of elements as the window has. */
export function checkElements(
  call: number,
  argument: string,
  buf: TypedArray,
  { name, type }: WindowSpec,
): void {
  const found = checkBuffer(call, argument, buf);
  if (found === type) return;
  throw wrong(call, argument, `of ${type.name} elements as ${name} is`, `${found.name} elements`, {
    found: found.name,
    wanted: type.name,
  });
}

/** A single element, which is rounded or wrapped as in a TypedArray. */
export function checkValue(call: number, argument: string, value: unknown, { name, type }: WindowSpec): void {
  const wanted = type.kind === "bigint" ? "bigint" : "number";
  if (typeof value !== wanted)
    throw wrong(call, argument, `a ${wanted} for the ${type.name} elements of ${name}`, describe(value));
}

/** Elements that `target` exposes. */
export function checkRange(
  call: number,
  { name, lengths }: WindowSpec,
  target: number,
  offset: number,
  count: number,
): void {
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw wrong(call, "offset", "an element, counted from 0", describe(offset));
  if (target === PROC_NULL || offset + count <= lengths[target]) return;
  const callName = CALLS[call];
  const message = `${callName}: rank ${target} has ${lengths[target]} elements in ${name}, found offset ${offset} and ${count} elements, which would need ${offset + count}`;
  throw new TuttiError("argument", message, {
    call: callName,
    argument: "offset",
    target,
    offset,
    count,
    length: lengths[target],
  });
}

/** An operation that can combine `count` elements. */
export function checkUpdate(call: number, { name: op, width }: Update, count: number): void {
  if (count % width === 0) return;
  const name = CALLS[call];
  const message = `${name}: op ${op} combines groups of ${width} elements, but there ${count === 1 ? "is 1" : `are ${count}`}`;
  throw new TuttiError("argument", message, { call: name, argument: "op", width, count });
}
