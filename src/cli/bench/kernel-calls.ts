import { BINARY, COMPARE, type Kernels, REDUCE, UNARY } from "../../kernels/index.js";
import type { FloatDType } from "../../tensor/index.js";

type Kernel = (...args: number[]) => number;

/** Shapes of matrix products m x n x k: those of a training step, and square ones. */
const PRODUCTS = [
  { m: 64, n: 256, k: 784 },
  { m: 256, n: 256, k: 256 },
  { m: 512, n: 512, k: 512 },
] as const;

const ROW = 64; // length of the rows of kernels that work along rows

/** Functions that are only defined, or only interesting, for positive numbers. */
const POSITIVE: readonly string[] = ["sqrt", "reciprocal", "log", "log1p", "pow"];

/** One call of every elementwise function and reduction on arrays of `elements`, by name. */
export function elementwiseCalls(
  kernels: Kernels,
  dtype: FloatDType,
  elements: number,
): Map<string, () => void> {
  const { heap } = kernels;
  const f = (name: string) =>
    kernels.f[`${name}_${dtype === "float64" ? "f64" : "f32"}` as "dot_f64"] as Kernel;
  const array = (low: number, high: number) => {
    const pointer = heap.allocate(8 * elements);
    const data =
      dtype === "float64"
        ? heap.f64.subarray(pointer / 8, pointer / 8 + elements)
        : heap.f32.subarray(pointer / 4, pointer / 4 + elements);
    for (let i = 0; i < elements; i++) data[i] = low + ((high - low) * i) / elements;
    return pointer;
  };
  const positive = array(0.1, 5);
  const signed = array(-5, 5);
  const other = array(-4, 6);
  const [y, z, w] = [array(0, 1), array(0, 1), array(0, 1)];
  const n = elements;
  const row = Math.min(ROW, n);
  const rows = Math.floor(n / row);
  const tiny = 1e-9; // steps so small that updated values stay in range however often they are made

  const calls = new Map<string, () => void>();
  const add = (name: string, stem: string, ...args: number[]) => {
    const kernel = f(stem);
    calls.set(name, () => kernel(...args));
  };
  for (const [name, code] of Object.entries(UNARY))
    add(name, "unary", code, n, POSITIVE.includes(name) ? positive : signed, y);
  for (const [name, code] of Object.entries(BINARY))
    add(name, "binary", code, n, POSITIVE.includes(name) ? positive : signed, 1, other, 1, y);
  add("less", "compare", COMPARE.lt, n, signed, 1, other, 1, y);
  for (const [name, code] of Object.entries(REDUCE)) add(name, "reduce", code, 1, n, 1, signed, y);
  add("sum_rows", "reduce", REDUCE.sum, rows, row, 1, signed, y);
  add("sum_columns", "reduce", REDUCE.sum, 1, rows, row, signed, y);
  add("argmax", "argreduce", 0, 1, n, 1, signed, y);
  add("dot", "dot", n, signed, other);
  add("axpy", "axpy", n, tiny, signed, y);
  add("first_nonfinite", "first_nonfinite", n, signed);
  for (const name of ["softmax", "log_softmax", "logsumexp"]) add(name, name, rows, row, signed, y);
  add("uniform", "philox_uniform", n, 1, 0, 0, 0, 0, 0, y);
  add("normal", "philox_normal", n, 1, 0, 0, 0, 0, 0, y);
  add("sgd", "sgd", n, tiny, 0, 0, 0, y, signed, 0);
  add("momentum", "sgd", n, tiny, 0.9, 0, 0, y, signed, z);
  add("adam", "adam", n, tiny, 0.9, 0.999, 1e-8, 0, 0, 1, 1, y, signed, z, w);
  return calls;
}

/** One call of each matrix product, with its flops, by shape. */
export function productCalls(
  { heap, f }: Kernels,
  dtype: FloatDType,
): Map<string, { flops: number; call(): void }> {
  const [gemm, bytes] = dtype === "float64" ? [f.gemm_f64, 8] : [f.gemm_f32, 4];
  const matrix = (size: number) => {
    const pointer = heap.allocate(bytes * size);
    heap.u8.fill(0, pointer, pointer + bytes * size);
    return pointer;
  };
  return new Map(
    PRODUCTS.map(({ m, n, k }) => {
      const [a, b, c] = [matrix(m * k), matrix(k * n), matrix(m * n)];
      const call = () => void gemm(0, 0, m, n, k, 1, a, k, b, n, 0, c, n);
      return [`${m}x${n}x${k}`, { flops: 2 * m * n * k, call }];
    }),
  );
}
