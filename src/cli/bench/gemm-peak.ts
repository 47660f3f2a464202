import { TuttiError } from "../../errors.js";
import { findBlas, type Kernels, kernels, loadTarget, withBlas } from "../../kernels/index.js";
import type { FloatDType } from "../../tensor/index.js";
import { bestTimes } from "./timing.js";

/** Sizes of square matrices that fit the caches differently; the best one counts. */
const SIZES = [512, 768, 1024];

/**
 * The most that this core reaches in matrix products, in GFLOP/s: the best of a few sizes and of every way to multiply
 * that works here. Two flops a multiply-add.
 */
export function gemmPeak(dtype: FloatDType, rounds = 3): number {
  const multipliers = [kernels, () => loadTarget("native"), () => withBlas(kernels(), findBlas())].flatMap(
    found,
  );
  return Math.max(...[...new Set(multipliers)].map((target) => bestOf(target, dtype, rounds)));
}

function found(load: () => Kernels): Kernels[] {
  try {
    return [load()];
  } catch (error) {
    if (error instanceof TuttiError && error.code === "library") return [];
    throw error;
  }
}

function bestOf({ heap, f }: Kernels, dtype: FloatDType, rounds: number): number {
  const [gemm, bytesPerElement] = dtype === "float64" ? [f.gemm_f64, 8] : [f.gemm_f32, 4];
  const bytes = bytesPerElement * Math.max(...SIZES) ** 2;
  const [a, b, c] = [heap.allocate(bytes), heap.allocate(bytes), heap.allocate(bytes)];
  heap.u8.fill(0, a, a + bytes).fill(0, b, b + bytes); // finite, and not denormal
  const calls = SIZES.map((n) => () => void gemm(0, 0, n, n, n, 1, a, n, b, n, 0, c, n));
  const milliseconds = bestTimes(calls, rounds, 1);
  for (const block of [a, b, c]) heap.release(block, bytes);
  return Math.max(...SIZES.map((n, i) => (2 * n ** 3) / milliseconds[i] / 1e6));
}
