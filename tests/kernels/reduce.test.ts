import assert from "node:assert/strict";
import { test } from "node:test";
import { type Kernels, REDUCE } from "../../src/kernels/index.js";
import { repeatable } from "../support/ulp.js";
import { Blocks, rounded } from "./arrays.js";
import { type Precision, TARGETS, targetOrReason } from "./products.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const PRECISIONS: readonly Precision[] = ["f64", "f32"];

/** [outer, n, inner] that reach every path: neighbours, wide and narrow columns, single columns, rests, nothing. */
const SHAPES = [
  [1, 1, 1],
  [1, 0, 1],
  [2, 0, 3],
  [0, 5, 1],
  [3, 7, 1],
  [2, 31, 1],
  [2, 1000, 1],
  [1, 4097, 1],
  [1, 37, 2],
  [2, 40, 3],
  [1, 300, 10],
  [2, 100, 33],
  [1, 513, 70],
] as const;

const COMBINE: Record<keyof typeof REDUCE, [identity: number, f: (a: number, b: number) => number]> = {
  sum: [0, (a, b) => a + b],
  prod: [1, (a, b) => a * b],
  max: [-inf, Math.max],
  min: [inf, Math.min],
};

for (const target of TARGETS) {
  const { kernels, skip } = targetOrReason(target);
  const each = (name: string, body: (kernels: Kernels, precision: Precision) => void) => {
    for (const precision of PRECISIONS)
      test(`${target}: ${name}, ${precision}`, { skip }, () => body(kernels!, precision));
  };

  each("reductions of numbers whose results are exact", (kernels, precision) => {
    for (const [outer, n, inner] of SHAPES)
      for (const [name, [identity, f]] of Object.entries(COMBINE)) {
        // Small integers add exactly; ones, minus ones and a few twos multiply exactly.
        const x = Array.from({ length: outer * n * inner }, (_, i) =>
          name === "prod" ? (i % 97 === 5 ? 2 : 1 - 2 * (i % 2)) : ((i * 37) % 101) - 50,
        );
        const expected = columns(x, outer, n, inner).map((column) =>
          column.reduce((a, b) => f(a, b), identity),
        );
        assert.deepEqual(
          reduce(kernels, precision, REDUCE[name as keyof typeof REDUCE], [outer, n, inner], x).map(
            (v) => v + 0,
          ),
          expected.map((v) => v + 0),
          `${name} of ${[outer, n, inner]}`,
        );
      }
  });

  each("NaN is the maximum and the minimum of what contains it", (kernels, precision) => {
    for (const op of [REDUCE.max, REDUCE.min])
      for (const n of [2, 33, 300])
        for (let at = 0; at < n; at++) {
          const x = Array.from({ length: n }, (_, i) => (i === at ? nan : i));
          assert.deepEqual(reduce(kernels, precision, op, [1, n, 1], x), [nan]);
        }
  });

  each("sums lose no more than pairwise summation does", (kernels, precision) => {
    const n = 1 << 18;
    const random = repeatable(2);
    const x = Array.from({ length: n }, () => rounded(precision, random()));
    // Multiples of 2^-90, added as integers.
    const exact = Number(x.reduce((sum, value) => sum + BigInt(value * 2 ** 90), 0n)) / 2 ** 90;
    // Sixteen in a row and then pairs: at most 16 + log2(n / 16) roundings lie on the way of an element.
    const bound = (16 + 14) * 2 ** (precision === "f32" ? -24 : -53) * exact;
    for (const shape of [
      [1, n, 1],
      [1, n / 2, 2],
    ] as const) {
      const sums = reduce(kernels, precision, REDUCE.sum, shape, x);
      assert.ok(Math.abs(sums.reduce((a, b) => a + b) - exact) <= bound, `${sums} instead of ${exact}`);
    }
  });

  each("a column has the same sum whatever stands beside it", (kernels, precision) => {
    const rows = 333;
    const random = repeatable(7);
    const column = Array.from({ length: rows }, () => random() - 0.5);
    const alone = reduce(
      kernels,
      precision,
      REDUCE.sum,
      [1, rows, 2],
      column.flatMap((v) => [v, 0]),
    )[0];
    for (const width of [3, 5, 17, 40, 100])
      for (const at of [0, 1, width - 1]) {
        const x = column.flatMap((v) => Array.from({ length: width }, (_, j) => (j === at ? v : j)));
        assert.equal(reduce(kernels, precision, REDUCE.sum, [1, rows, width], x)[at], alone);
      }
  });

  each("argmax and argmin: the first extreme, or the first NaN", (kernels, precision) => {
    for (const [outer, n, inner] of SHAPES) {
      if (n === 0) continue;
      for (const [op, sign] of [
        [0, 1],
        [1, -1],
      ])
        for (const period of [7, 1000]) {
          const x: number[] = Array.from({ length: outer * n * inner }, (_, i) =>
            (i * 37) % period === 3 && period > 7 ? nan : (i * 31) % 11,
          );
          const expected: number[] = columns(x, outer, n, inner).map((column) => {
            const firstNaN = column.findIndex(Number.isNaN);
            return firstNaN >= 0 ? firstNaN : column.indexOf(sign * Math.max(...column.map((v) => sign * v)));
          });
          using blocks = new Blocks(kernels);
          const y = blocks.room("i32", outer * inner);
          kernels.f[`argreduce_${precision}`](op, outer, n, inner, blocks.put(precision, x), y);
          assert.deepEqual(blocks.get("i32", y, outer * inner), expected, `${[outer, n, inner]}`);
        }
    }
  });

  each("dot and axpy", (kernels, precision) => {
    for (const n of [0, 1, 31, 32, 300, 5000]) {
      using blocks = new Blocks(kernels);
      const x = Array.from({ length: n }, (_, i) => (i % 17) - 8);
      const y = Array.from({ length: n }, (_, i) => (i % 13) - 6);
      const [px, py] = [blocks.put(precision, x), blocks.put(precision, y)];
      assert.equal(
        kernels.f[`dot_${precision}`](n, px, py),
        x.reduce((sum, v, i) => sum + v * y[i], 0),
      );
      kernels.f[`axpy_${precision}`](n, 0.5, px, py);
      assert.deepEqual(
        blocks.get(precision, py, n),
        y.map((v, i) => v + 0.5 * x[i]),
      );
    }
  });

  each("the first element that is not finite", (kernels, precision) => {
    for (const n of [1, 300, 2000])
      for (const value of [nan, inf, -inf])
        for (const at of [0, n >> 1, n - 1]) {
          using blocks = new Blocks(kernels);
          const x = Array.from({ length: n }, (_, i) => (i === at ? value : 1));
          assert.equal(kernels.f[`first_nonfinite_${precision}`](n, blocks.put(precision, x)), at);
          assert.equal(kernels.f[`first_nonfinite_${precision}`](at, blocks.put(precision, x)), -1);
        }
  });

  each("softmax, log softmax and log of the sum of exponentials", (kernels, precision) => {
    const epsilon = precision === "f32" ? 2 ** -20 : 2 ** -47;
    const random = repeatable(9);
    for (const [rows, n] of [
      [1, 1],
      [3, 2],
      [100, 10],
      [7, 100],
      [2, 513],
      [3, 3000],
    ]) {
      const x = Array.from({ length: rows * n }, () => rounded(precision, (random() - 0.5) * 40));
      const expected = columns(x, rows, n, 1).map((row) =>
        Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0)),
      );
      const near = (found: number, wanted: number) =>
        assert.ok(
          Math.abs(found - wanted) <= epsilon * Math.max(1, Math.abs(wanted)),
          `${found}, expected ${wanted}`,
        );
      const found = (name: "softmax" | "log_softmax" | "logsumexp") =>
        rowwise(kernels, precision, name, rows, n, x).entries();
      for (const [row, v] of found("logsumexp")) near(v, expected[row]);
      for (const [i, v] of found("log_softmax")) near(v, x[i] - expected[Math.floor(i / n)]);
      for (const [i, v] of found("softmax")) near(v, Math.exp(x[i] - expected[Math.floor(i / n)]));
    }
  });

  each("softmax neither overflows nor depends on a shift of its row", (kernels, precision) => {
    const shift = precision === "f32" ? 2 ** 20 : 2 ** 40;
    const x = Array.from({ length: 40 }, (_, i) => (i * 7) % 23);
    const shifted = x.map((v) => v + shift);
    for (const name of ["softmax", "log_softmax"] as const)
      assert.deepEqual(
        rowwise(kernels, precision, name, 4, 10, shifted),
        rowwise(kernels, precision, name, 4, 10, x),
      );
    const impossible = Array.from({ length: 20 }, (_, i) => (i === 3 ? 0 : -inf));
    assert.deepEqual(rowwise(kernels, precision, "softmax", 1, 20, impossible), impossible.map(Math.exp));
    assert.deepEqual(rowwise(kernels, precision, "logsumexp", 2, 10, impossible), [0, -inf]);
    assert.deepEqual(
      rowwise(
        kernels,
        precision,
        "logsumexp",
        2,
        10,
        impossible.map((v) => -v),
      ),
      [inf, inf],
    );
  });

  each("the softmax of a row does not depend on how many rows are beside it", (kernels, precision) => {
    const random = repeatable(4);
    const x = Array.from({ length: 90 * 11 }, () => random() * 10);
    for (const name of ["softmax", "log_softmax"] as const) {
      const whole = rowwise(kernels, precision, name, 90, 11, x);
      for (const [from, to] of [
        [0, 89],
        [1, 44],
        [50, 53],
      ])
        assert.deepEqual(
          rowwise(kernels, precision, name, to - from, 11, x.slice(from * 11, to * 11)),
          whole.slice(from * 11, to * 11),
        );
    }
  });
}

test("sums have the same bits on every target", { skip: skipped() }, () => {
  const random = repeatable(8);
  const x = Array.from({ length: 40_000 }, () => random() - 0.5);
  for (const precision of PRECISIONS)
    for (const shape of [
      [1, 40_000, 1],
      [4, 100, 100],
      [1, 4000, 10],
      [2, 10_000, 2],
    ] as const) {
      const [first, ...others] = TARGETS.map((name) =>
        reduce(targetOrReason(name).kernels!, precision, REDUCE.sum, shape, x),
      );
      for (const other of others) assert.deepEqual(other, first);
    }
});

function skipped(): string | false {
  return TARGETS.map((name) => targetOrReason(name).skip).find((reason) => reason !== false) ?? false;
}

function reduce(
  kernels: Kernels,
  precision: Precision,
  op: number,
  [outer, n, inner]: readonly [number, number, number],
  x: ArrayLike<number>,
): number[] {
  using blocks = new Blocks(kernels);
  const y = blocks.room(precision, outer * inner);
  kernels.f[`reduce_${precision}`](op, outer, n, inner, blocks.put(precision, x), y);
  return blocks.get(precision, y, outer * inner);
}

function rowwise(
  kernels: Kernels,
  precision: Precision,
  name: "softmax" | "log_softmax" | "logsumexp",
  rows: number,
  n: number,
  x: readonly number[],
): number[] {
  using blocks = new Blocks(kernels);
  const length = name === "logsumexp" ? rows : rows * n;
  const y = blocks.room(precision, length);
  kernels.f[`${name}_${precision}`](rows, n, blocks.put(precision, x), y);
  return blocks.get(precision, y, length);
}

/** The elements that belong to each element of the result. */
function columns(x: readonly number[], outer: number, n: number, inner: number): number[][] {
  return Array.from({ length: outer * inner }, (_, at) =>
    Array.from({ length: n }, (_, i) => x[(Math.floor(at / inner) * n + i) * inner + (at % inner)]),
  );
}
