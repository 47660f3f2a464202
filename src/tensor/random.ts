import { TuttiError } from "../errors.js";
import { BINARY } from "../kernels/index.js";
import { core, floatKernels, scalarPointer } from "./core.js";
import { type FloatDType, isFloat } from "./dtype.js";
import { Storage } from "./lifetime.js";
import { checkShape, type Shape, sizeOf } from "./shape.js";
import { allocate, type Tensor } from "./tensor.js";

/**
 * Names a sequence of random numbers. Element i is a function of (seed, stream, first + i) alone (Philox4x32-10; Salmon, Moraes,
 * Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): the same on every rank, for any number of ranks.
 */
export interface RandomKey {
  /** Integer from 0 to 2⁵³ − 1. */
  seed: number;
  /** Tells apart independent sequences of one seed; default 0. */
  stream?: number;
  /** Index of the first element in its sequence; default 0. A rank that owns elements k … of a whole starts at k. */
  first?: number;
}

/** Random floats: which sequence, and which dtype (default float64). */
export interface RandomOptions extends RandomKey {
  dtype?: FloatDType;
}

/**
 * Uniform random numbers on [low, high), by default [0, 1).
 *
 * @throws TuttiError `argument` for a bad key or bounds, `dtype`, `shape`.
 */
export function uniform(shape: Shape, options: RandomOptions & { low?: number; high?: number }): Tensor {
  const { low = 0, high = 1 } = options;
  if (!(low < high))
    throw new TuttiError("argument", `uniform: low is ${low} and high is ${high}, expected low < high`, {
      low,
      high,
    });
  const x = draw("uniform", "philox_uniform", shape, options);
  return affine(x, high - low, low);
}

/**
 * Normally distributed random numbers, by default with mean 0 and standard deviation 1.
 *
 * @throws TuttiError `argument` for a bad key or deviation, `dtype`, `shape`.
 */
export function normal(shape: Shape, options: RandomOptions & { mean?: number; deviation?: number }): Tensor {
  const { mean = 0, deviation = 1 } = options;
  if (!(deviation >= 0))
    throw new TuttiError("argument", `normal: deviation is ${deviation}, expected a number >= 0`, {
      deviation,
    });
  const x = draw("normal", "philox_normal", shape, options);
  return affine(x, deviation, mean);
}

function draw(
  caller: string,
  kernel: "philox_uniform" | "philox_normal",
  shape: Shape,
  options: RandomOptions,
): Tensor {
  const { dtype = "float64" } = options;
  if (!isFloat(dtype))
    throw new TuttiError("dtype", `${caller}: dtype is ${dtype}, expected float64 or float32`, { dtype });
  const words = keyWords(caller, options);
  const checked = checkShape(caller, shape);
  const x = allocate(dtype, checked, sizeOf(checked), caller);
  floatKernels(dtype)[kernel](x.size, ...words, x.pointer);
  return x;
}

/** x · factor + offset in place. */
function affine(x: Tensor, factor: number, offset: number): Tensor {
  const dtype = x.dtype as FloatDType;
  const { binary } = floatKernels(dtype);
  const { pointer, size } = x;
  if (factor !== 1) binary(BINARY.mul, size, pointer, 1, scalarPointer(dtype, factor, 0), 0, pointer);
  if (offset !== 0) binary(BINARY.add, size, pointer, 1, scalarPointer(dtype, offset, 0), 0, pointer);
  return x;
}

/** Low and high 32 bits of seed, stream and first, as kernels take them. */
function keyWords(caller: string, { seed, stream = 0, first = 0 }: RandomKey): number[] {
  return Object.entries({ seed, stream, first }).flatMap(([name, value]) => {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new TuttiError(
        "argument",
        `${caller}: ${name} is ${value}, expected an integer from 0 to 2^53 - 1`,
        {
          [name]: value,
        },
      );
    return [value | 0, Math.floor(value / 2 ** 32) | 0];
  });
}

/** What `use` makes of `count` words of 32 random bits, which are only lent. */
function withRandomBits<T>(caller: string, count: number, key: RandomKey, use: (bits: Uint32Array) => T): T {
  const words = keyWords(caller, key);
  const storage = new Storage(count * 4);
  try {
    const { heap, f } = core();
    f.philox_bits(count, ...words, storage.pointer);
    return use(new Uint32Array(heap.memory.buffer, storage.pointer, count));
  } finally {
    storage.release();
  }
}

/** Random integers from 0 to `bound` - 1, integer i made of words 2i and 2i + 1: 53 bits, so that no value is favoured noticeably. */
function below(bits: Uint32Array, i: number, bound: number): number {
  const fraction = (bits[2 * i] * 2 ** 21 + (bits[2 * i + 1] >>> 11)) * 2 ** -53;
  return Math.floor(fraction * bound);
}

/**
 * Random integers from low up to but not including high, as an int32 tensor.
 *
 * @throws TuttiError `argument` for a bad key or bounds, `shape`.
 */
export function randomInts(shape: Shape, options: RandomKey & { low?: number; high: number }): Tensor {
  const { low = 0, high, first = 0 } = options;
  if (
    !Number.isInteger(low) ||
    !Number.isInteger(high) ||
    !(low < high) ||
    low < -(2 ** 31) ||
    high > 2 ** 31
  )
    throw new TuttiError(
      "argument",
      `randomInts: low is ${low} and high is ${high}, expected 32-bit integers with low < high`,
      { low, high },
    );
  const checked = checkShape("randomInts", shape);
  const x = allocate("int32", checked, sizeOf(checked), "randomInts");
  const { data } = x;
  withRandomBits("randomInts", 2 * x.size, { ...options, first: 2 * first }, (bits) => {
    for (let i = 0; i < data.length; i++) data[i] = low + below(bits, i, high - low);
  });
  return x;
}

/**
 * A random order of 0 … n − 1 (Fisher and Yates), the same on every rank.
 *
 * @throws TuttiError `argument` if `n` is not an integer >= 0 or the key is bad.
 */
export function permutation(n: number, key: RandomKey): Int32Array {
  if (!Number.isInteger(n) || n < 0 || n > 2 ** 31)
    throw new TuttiError("argument", `permutation: n is ${n}, expected an integer from 0 to 2^31`, { n });
  const order = new Storage(n * 4);
  try {
    const { heap, f } = core();
    withRandomBits("permutation", 2 * n, key, ({ byteOffset }) =>
      f.random_order(n, byteOffset, order.pointer),
    );
    return new Int32Array(heap.memory.buffer, order.pointer, n).slice();
  } finally {
    order.release();
  }
}
