import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  assertEqualElements,
  defined,
  INTEGERS,
  multiply,
  type Product,
  TARGETS,
  TRANSPOSITIONS,
  targetOrReason,
} from "./products.js";

/** m, n, k on both sides of every border: tiles, vectors, packed blocks, and the routes for vectors and small work. */
const SHAPES: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [0, 5, 3],
  [5, 0, 3],
  [5, 3, 0],
  [1, 1, 1],
  [1, 1, 200],
  [2, 3, 4],
  [3, 1, 5],
  [4, 4, 4],
  [5, 7, 9],
  [8, 32, 16],
  [7, 31, 17],
  [9, 33, 15],
  [1, 7, 300],
  [1, 130, 40],
  [1, 257, 193],
  [2, 129, 65],
  [300, 1, 7],
  [65, 1, 195],
  [130, 1, 1],
  [64, 10, 128],
  [17, 17, 257],
  [33, 16, 191],
  [12, 24, 192],
  [12, 24, 193],
  [40, 70, 66],
  [13, 65, 384],
  [200, 20, 385],
  [350, 65, 193],
  [3, 200, 2],
  [19, 40, 1],
];

for (const name of TARGETS) {
  const { kernels, skip } = targetOrReason(name);
  for (const precision of ["f64", "f32"] as const)
    describe(`gemm_${precision} on ${name}`, { skip }, () => {
      const run = (product: Product, elements = INTEGERS) => multiply(kernels!, precision, product, elements);

      for (const [transA, transB] of TRANSPOSITIONS)
        test(`is the sum of products${transA ? ", A transposed" : ""}${transB ? ", B transposed" : ""}`, () => {
          for (const [m, n, k] of SHAPES)
            for (const gap of [0, 3]) {
              const product = { m, n, k, transA, transB, alpha: 1, beta: 0, gap };
              // C holds NaN: with beta 0 it must not be read.
              const elements = { ...INTEGERS, c: () => Number.NaN };
              assertEqualElements(run(product, elements), defined(product, elements), product);
            }
        });

      test("scales the product by alpha and C by beta", () => {
        for (const [m, n, k] of SHAPES)
          for (const [alpha, beta] of [
            [1, 1],
            [-0.5, 2],
            [0, 0.5],
            [2, -1],
          ]) {
            const product = { m, n, k, transA: n % 2 === 1, transB: m % 2 === 0, alpha, beta, gap: k % 3 };
            assertEqualElements(run(product), defined(product, INTEGERS), product);
          }
      });

      test("neither alpha 0 nor k 0 reads A and B", () => {
        const elements = { a: () => Number.NaN, b: () => Number.NaN, c: INTEGERS.c };
        const product = { m: 20, n: 30, k: 40, transA: false, transB: false, alpha: 0, beta: 2, gap: 0 };
        assert.deepEqual(run(product, elements), defined({ ...product, k: 0 }, INTEGERS));
        assert.deepEqual(
          run({ ...product, k: 0, alpha: 1 }, elements),
          defined({ ...product, k: 0 }, INTEGERS),
        );
      });

      test("NaN and infinity reach exactly the elements that depend on them", () => {
        for (const [m, n] of [
          [3, 2],
          [40, 70],
          [33, 10],
        ]) {
          const product = { m, n, k: 20, transA: false, transB: false, alpha: 1, beta: 0, gap: 0 };
          const elements = {
            ...INTEGERS,
            a: (i: number, p: number) => (i === 2 && p === 7 ? Number.NaN : 1),
          };
          const result = run(product, elements);
          result.forEach((value, at) => {
            assert.equal(
              Number.isNaN(value),
              Math.floor(at / n) === 2,
              `element ${at} of ${m} x ${n}: ${value}`,
            );
          });
        }
      });

      test("rounding stays within the bound of a sum of k products", () => {
        const unit = precision === "f64" ? 2 ** -53 : 2 ** -24;
        const exact = precision === "f64" ? (x: number) => x : Math.fround;
        const elements = {
          a: (i: number, p: number) => exact(Math.sin(i * 12.9898 + p * 78.233)),
          b: (p: number, j: number) => exact(Math.cos(p * 3.7 + j * 11.1)),
          c: () => 0,
        };
        const absolute = {
          a: (i: number, p: number) => Math.abs(elements.a(i, p)),
          b: (p: number, j: number) => Math.abs(elements.b(p, j)),
          c: () => 0,
        };
        for (const [m, n, k] of SHAPES) {
          const product = { m, n, k, transA: true, transB: false, alpha: 1, beta: 0, gap: 1 };
          const wanted = defined(product, elements);
          const scale = defined(product, absolute);
          // Higham, "Accuracy and Stability of Numerical Algorithms", section 3.5; the reference rounds as well.
          run(product, elements).forEach((value, at) => {
            const bound = (k + 2) * (unit + 2 ** -53) * scale[at];
            assert.ok(
              Math.abs(value - wanted[at]) <= bound,
              `${[m, n, k]}: ${value}, expected ${wanted[at]}`,
            );
          });
        }
      });

      test("bits depend on the shape alone: not on alignment, gaps or repetition", () => {
        const elements = {
          a: (i: number, p: number) => Math.sin(i * 12.9898 + p * 78.233),
          b: (p: number, j: number) => Math.cos(p * 3.7 + j * 11.1),
          c: (i: number, j: number) => Math.sin(i - j),
        };
        for (const [m, n, k] of SHAPES)
          for (const [transA, transB] of TRANSPOSITIONS) {
            const product = { m, n, k, transA, transB, alpha: 0.7, beta: 0.3, gap: 0 };
            const first = run(product, elements);
            assertEqualElements(run({ ...product, shift: 1 }, elements), first, product);
            assertEqualElements(run({ ...product, shift: 3 }, elements), first, product);
            // A single column with gaps is a strided vector, which other code multiplies.
            if (n > 1) assertEqualElements(run({ ...product, gap: 5 }, elements), first, product);
          }
      });

      test("a row has the same bits alone and among others", () => {
        const elements = {
          a: (i: number, p: number) => Math.sin(i * 12.9898 + p * 78.233),
          b: (p: number, j: number) => Math.cos(p * 3.7 + j * 11.1),
          c: () => Number.NaN,
        };
        for (const [transA, transB] of TRANSPOSITIONS)
          for (const n of [10, 70, 130]) {
            const product = { m: 50, n, k: 300, transA, transB, alpha: 1, beta: 0, gap: 0 };
            const all = run(product, elements);
            for (const m of [1, 2, 7, 20])
              assertEqualElements(run({ ...product, m }, elements), all.slice(0, m * n), product);
          }
      });

      test("works above 2 GiB", () => {
        const { heap } = kernels!;
        const blocks = [{ pointer: heap.allocate(2 ** 31), bytes: 2 ** 31 }];
        // Fill the gaps below, so that the matrices, each larger than these blocks, have to lie above.
        const bytes = 33 * 1024;
        while (blocks[blocks.length - 1].pointer < 2 ** 31 || blocks.length === 1)
          blocks.push({ pointer: heap.allocate(bytes), bytes });
        const product = { m: 100, n: 110, k: 120, transA: false, transB: true, alpha: 1, beta: 0, gap: 0 };
        assertEqualElements(run(product), defined(product, INTEGERS), product);
        for (const block of blocks) heap.release(block.pointer, block.bytes);
      });
    });
}
