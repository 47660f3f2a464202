import assert from "node:assert/strict";
import { type Kernels, loadTarget, type TargetName } from "../../src/kernels/index.js";

export const TARGETS: readonly TargetName[] = ["native", "wasm-relaxed", "wasm"];

/** A target, or why this machine cannot run it and how to change that: the reason that its tests are skipped. */
export function targetOrReason(name: TargetName): { kernels?: Kernels; skip: string | false } {
  try {
    return { kernels: loadTarget(name), skip: false };
  } catch (error) {
    return { skip: (error as Error).message };
  }
}

export type Precision = "f64" | "f32";
export const BYTES = { f64: 8, f32: 4 } as const;

/** One product C = alpha op(A) op(B) + beta C, every matrix with `gap` unused elements after each row. */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
  readonly beta: number;
  readonly gap: number;
  /** Shifts all matrices by this many elements from where the heap aligned them. */
  readonly shift?: number;
}

const SENTINEL = 12345;

/**
 * Runs `product` with elements of A, B and C given by functions of their position and returns C, row after row.
 * Fails if anything outside the m x n elements of C was written.
 */
export function multiply(
  kernels: Kernels,
  precision: Precision,
  product: Product,
  elements: { a: Element; b: Element; c: Element },
): number[] {
  const { m, n, k, transA, transB, alpha, beta, gap, shift = 0 } = product;
  const { heap, f } = kernels;
  const size = BYTES[precision];
  const place = (rows: number, columns: number, element: Element) => {
    const ld = columns + gap;
    const bytes = (shift + Math.max(1, rows) * Math.max(1, ld)) * size;
    const block = heap.allocate(bytes);
    const pointer = block + shift * size;
    const view = heap[precision].subarray(block / size, (block + bytes) / size).fill(SENTINEL);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) view[shift + i * ld + j] = element(i, j);
    return { ld: Math.max(1, ld), bytes, block, pointer, view };
  };
  const a = transA ? place(k, m, (p, i) => elements.a(i, p)) : place(m, k, elements.a);
  const b = transB ? place(n, k, (j, p) => elements.b(p, j)) : place(k, n, elements.b);
  const c = place(m, n, elements.c);
  const gemm = f[`gemm_${precision}`];
  gemm(+transA, +transB, m, n, k, alpha, a.pointer, a.ld, b.pointer, b.ld, beta, c.pointer, c.ld);
  const result: number[] = [];
  c.view.forEach((value, at) => {
    const [i, j] = [Math.floor((at - shift) / c.ld), (at - shift) % c.ld];
    if (at >= shift && i < m && j < n) result.push(value);
    else assert.equal(value, SENTINEL, `element ${at} of C's memory lies outside C and was written`);
  });
  for (const { block, bytes } of [a, b, c]) heap.release(block, bytes);
  return result;
}

export type Element = (row: number, column: number) => number;

/** The definition of the product, in f64. */
export function defined(product: Product, elements: { a: Element; b: Element; c: Element }): number[] {
  const { m, n, k, alpha, beta } = product;
  const result: number[] = [];
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += elements.a(i, p) * elements.b(p, j);
      result.push(alpha * sum + (beta === 0 ? 0 : beta * elements.c(i, j)));
    }
  return result;
}

/** Fails with the first element of `found` that is not equal to `wanted`; a zero equals a zero of either sign. */
export function assertEqualElements(
  found: readonly number[],
  wanted: readonly number[],
  product: Product,
): void {
  assert.equal(found.length, wanted.length);
  const at = found.findIndex((value, i) => value !== wanted[i]);
  if (at < 0) return;
  const where = `row ${Math.floor(at / product.n)}, column ${at % product.n} of ${JSON.stringify(product)}`;
  assert.fail(`${where} is ${found[at]}, expected ${wanted[at]}`);
}

/** Small integers: every sum of their products is exact in f32 and f64, so results must be equal, not close. */
export const INTEGERS = {
  a: (i: number, p: number) => ((i * 7 + p * 13) % 11) - 5,
  b: (p: number, j: number) => ((p * 5 + j * 3) % 9) - 4,
  c: (i: number, j: number) => ((i + 2 * j) % 7) - 3,
};

/** The four transpositions. */
export const TRANSPOSITIONS = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;
