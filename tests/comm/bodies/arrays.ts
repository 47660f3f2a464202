import type { Comm, TypedArray } from "../../../src/comm/index.js";

/** Every kind of buffer that a message can hold. */
export const TYPES = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

export type Type = (typeof TYPES)[number];

/** Numbers of elements: none, few, and so many that they go through slots, rings, and steps of a staging buffer. */
export const LENGTHS = [0, 1, 5, 300, 3001, 40_001];

/** An array with `value(i)` at position i; integers are taken modulo the range of the type. */
export function make(Type: Type, length: number, value: (i: number) => number, shared = false): TypedArray {
  const bytes = length * Type.BYTES_PER_ELEMENT;
  const memory: ArrayBufferLike = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  const array = new (Type as new (memory: ArrayBufferLike) => TypedArray)(memory);
  const bytewise = array instanceof Uint8ClampedArray ? new Uint8Array(array.buffer) : array;
  for (let i = 0; i < length; i++) {
    if (bytewise instanceof BigInt64Array || bytewise instanceof BigUint64Array)
      bytewise[i] = BigInt(value(i));
    else bytewise[i] = value(i);
  }
  return array;
}

/** A value that tells ranks and positions apart. */
export function mark(rank: number, i: number): number {
  return (rank + 1) * ((i % 7) + 1);
}

/**
 * Calls `check` on several communicators made from `comm`: itself, a copy, the same ranks in reverse order, and two halves
 * of which this rank is in one. `types` are those to check: all on `comm` itself, two on the others.
 */
export function onEach(comm: Comm, check: (comm: Comm, types: readonly Type[]) => void): void {
  check(comm, TYPES);
  for (const other of [comm.dup(), comm.split(0, -comm.rank), comm.split(comm.rank % 2)]) {
    check(other, [Int16Array, Float64Array]);
    other.free();
  }
}

/** Calls `check` for short buffers of all types and long ones of two, in private and in shared memory. */
export function onBuffers(
  types: readonly Type[],
  check: (Type: Type, length: number, shared: boolean) => void,
): void {
  for (const shared of [false, true]) {
    for (const Type of types) for (const length of LENGTHS.slice(0, 4)) check(Type, length, shared);
    check(Int16Array, LENGTHS[4], shared);
    for (const length of LENGTHS.slice(4)) check(Float64Array, length, shared);
  }
}
