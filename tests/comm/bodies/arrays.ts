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

/** The lengths that bodies try on a communicator: those that take long only on the world. */
export function lengthsOn(comm: Comm): readonly number[] {
  return comm.name === "world" ? LENGTHS : LENGTHS.slice(0, -1);
}

/** Calls `check` for buffers of all types, each with two of the short lengths in turn, and of two types for long ones. */
export function onBuffers(comm: Comm, check: (Type: Type, length: number, shared: boolean) => void): void {
  for (const [t, Type] of TYPES.entries()) {
    check(Type, LENGTHS[t % 2], false);
    check(Type, LENGTHS[2 + (t % 2)], true);
  }
  for (const shared of [false, true]) {
    check(Int16Array, LENGTHS[4], shared);
    for (const length of lengthsOn(comm).slice(4)) check(Float64Array, length, shared);
  }
}
