import { TuttiError } from "../errors.js";
import type { DType, Tensor } from "../tensor/index.js";

/** The typed array that holds elements of each dtype; a bool is one byte, 0 or 1. */
export interface ArrayStorage {
  float64: Float64Array;
  float32: Float32Array;
  int32: Int32Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

/**
 * A row-major array in ordinary memory, outside the heap of tensors: what a file holds, before mini-batches are
 * copied into tensors. Its data may lie in a SharedArrayBuffer.
 */
export interface NdArray<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: ArrayStorage[D];
}

const STORAGE = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** The number of elements of an array of this shape; 1 for the shape `[]`. Infinity if it is past 2⁵³. */
export function elementCount(shape: readonly number[]): number {
  if (shape.includes(0)) return 0;
  const count = shape.reduce((product, length) => product * length, 1);
  return count <= Number.MAX_SAFE_INTEGER ? count : Number.POSITIVE_INFINITY;
}

/**
 * An array of the given dtype and row-major shape over `data`, which is not copied; zeros when it is absent.
 *
 * @throws TuttiError "shape" if a length is not a whole number ≥ 0 or `data` has another number of elements,
 *   "dtype" if `data` is not the typed array that belongs to `dtype`.
 */
export function ndarray<D extends DType>(
  dtype: D,
  shape: readonly number[],
  data?: ArrayStorage[D],
): NdArray<D> {
  const Storage = STORAGE[dtype];
  if (Storage === undefined) {
    const known = Object.keys(STORAGE).join(", ");
    throw new TuttiError("dtype", `ndarray: dtype is ${JSON.stringify(dtype)}; wanted one of ${known}`);
  }
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new TuttiError("shape", `ndarray: shape is [${shape}]; every length must be a whole number ≥ 0`);
  }
  const count = elementCount(shape);
  if (data !== undefined && !(data instanceof Storage)) {
    const found = (data as object).constructor.name;
    throw new TuttiError("dtype", `ndarray: data is a ${found}; dtype ${dtype} is held by a ${Storage.name}`);
  }
  if (data !== undefined && data.length !== count) {
    const message = `ndarray: data has ${data.length} elements; shape [${shape}] has ${count}`;
    throw new TuttiError("shape", message, { shape, length: data.length });
  }
  return { dtype, shape: [...shape], data: data ?? (allocate(dtype, count) as ArrayStorage[D]) };
}

function allocate(dtype: DType, count: number): ArrayStorage[DType] {
  try {
    return new STORAGE[dtype](count);
  } catch (cause) {
    throw new TuttiError("memory", `ndarray: no memory for ${count} elements`, { count }, { cause });
  }
}

/** The content of a row-major tensor; the data are the tensor's own memory. */
export function toNdArray({ dtype, shape, data }: Tensor): NdArray {
  return ndarray(dtype, shape, data as ArrayStorage[DType]);
}

/** An array of some rows, entries of axis 0, of another, in memory that threads can share. */
export function takeRows({ dtype, shape, data }: NdArray, rows: Int32Array): NdArray {
  const width = shape[0] === 0 ? 0 : data.length / shape[0];
  const taken = allocateShared(dtype, [rows.length, ...shape.slice(1)]);
  for (let i = 0; i < rows.length; i++) {
    taken.data.set(data.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  }
  return taken;
}

/** The array itself if its memory can be shared by threads, else a copy in memory that can. */
export function toShared(array: NdArray): NdArray {
  if (array.data.buffer instanceof SharedArrayBuffer) return array;
  const copy = allocateShared(array.dtype, array.shape);
  copy.data.set(array.data);
  return copy;
}

function allocateShared(dtype: DType, shape: readonly number[]): NdArray {
  const buffer = new SharedArrayBuffer(elementCount(shape) * STORAGE[dtype].BYTES_PER_ELEMENT);
  const Storage = STORAGE[dtype] as new (buffer: SharedArrayBuffer) => ArrayStorage[DType];
  return ndarray(dtype, shape, new Storage(buffer));
}
