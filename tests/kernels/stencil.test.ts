import assert from "node:assert/strict";
import { test } from "node:test";
import { Blocks, rounded } from "./arrays.js";
import { TARGETS, targetOrReason } from "./products.js";

/** Five points on a grid whose rows are `step` apart, one neighbour two columns away. */
const OFFSETS = (step: number) => [0, -1, 2, -step, step];
const COEFFICIENTS = [-4, 1, 0.5, 2, -0.25];

/** Numbers of few bits: sums and products of them are exact in f32 too. */
const EXACT = (i: number) => ((7 * i) % 31) / 4 - 3;
const INEXACT = (i: number) => Math.sin(1 + i);

interface Problem {
  readonly rows: number;
  readonly columns: number;
  readonly scaled: boolean;
  readonly kept: boolean;
  readonly entry: (i: number) => number;
}

for (const target of TARGETS) {
  const { kernels, skip } = targetOrReason(target);

  /** What the kernel leaves of all of y, whose box begins at the second column of the second row. */
  const run = (precision: "f64" | "f32", { rows, columns, scaled, kept, entry }: Problem) => {
    const [xStep, yStep] = [columns + 5, columns + 2];
    const bytes = precision === "f64" ? 8 : 4;
    const of = (length: number, shift: number) =>
      Array.from({ length }, (_, i) => rounded(precision, entry(i + shift)));
    const x = of((rows + 2) * xStep, 0);
    const [scale, keep, y] = [1, 2, 3].map((shift) => of((rows + 2) * yStep, shift));
    using blocks = new Blocks(kernels!);
    const at = (numbers: number[], first: number) => blocks.put(precision, numbers) + first * bytes;
    const [fromX, first] = [xStep + 1, yStep + 1];
    const offsets = blocks.put("i32", OFFSETS(xStep));
    const place = at(y, first);
    kernels!.f[`stencil_${precision}`](
      1,
      rows,
      columns,
      OFFSETS(xStep).length,
      offsets,
      at(COEFFICIENTS, 0),
      at(x, fromX),
      0,
      xStep,
      scaled ? at(scale, first) : 0,
      kept ? at(keep, first) : 0,
      place,
      0,
      yStep,
    );
    const wanted = [...y];
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const [p, q] = [fromX + row * xStep + column, first + row * yStep + column];
        const sum = OFFSETS(xStep).reduce(
          (total, offset, tap) => total + COEFFICIENTS[tap] * x[p + offset],
          0,
        );
        const scaledSum = scaled ? scale[q] * sum : sum;
        wanted[q] = kept ? scaledSum + keep[q] * y[q] : scaledSum;
      }
    return { found: blocks.get(precision, place - first * bytes, y.length), wanted, first, yStep };
  };

  test(`${target}: a stencil is the sum over its taps, in rows of every length, and writes nothing else`, {
    skip,
  }, () => {
    for (const precision of ["f64", "f32"] as const)
      for (const columns of [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 130])
        for (const scaled of [false, true])
          for (const kept of [false, true]) {
            const { found, wanted } = run(precision, { rows: 3, columns, scaled, kept, entry: EXACT });
            assert.deepEqual(found, wanted, `${precision}, ${columns} columns, ${scaled}, ${kept}`);
          }
  });

  test(`${target}: every operation of 64 bits rounds as in JavaScript, those of 32 bits agree to rounding`, {
    skip,
  }, () => {
    const problem = { rows: 4, columns: 77, scaled: true, kept: true, entry: INEXACT };
    const exact = run("f64", problem);
    assert.deepEqual(exact.found, exact.wanted);
    const { found, wanted } = run("f32", problem);
    for (const [i, value] of found.entries()) assert.ok(Math.abs(value - wanted[i]) < 1e-5, `${i}`);
  });

  test(`${target}: an entry has the same bits wherever in a row it lies`, { skip }, () => {
    const line = (length: number) => Array.from({ length }, (_, i) => INEXACT(i));
    using blocks = new Blocks(kernels!);
    const n = 150;
    const [x, scale, keep] = [0, 1, 2].map(() => blocks.put("f64", line(n + 4)));
    const offsets = blocks.put("i32", [0, -1, 1, 2]);
    const coefficients = blocks.put("f64", [1 / 3, 0.1, -0.7, Math.PI]);
    const along = (first: number, columns: number) => {
      const y = blocks.put("f64", line(n + 4));
      const at = (pointer: number) => pointer + 8 * first;
      const { stencil_f64 } = kernels!.f;
      stencil_f64(1, 1, columns, 4, offsets, coefficients, at(x), 0, 0, at(scale), at(keep), at(y), 0, 0);
      return blocks.get("f64", at(y), columns);
    };
    const whole = along(1, n);
    for (const first of [1, 2, 6, 40])
      for (const columns of [1, 5, 8, 13, 33, 70])
        assert.deepEqual(along(first, columns), whole.slice(first - 1, first - 1 + columns));
  });

  test(`${target}: without keep nothing is read of what was there; without taps the sum is 0`, {
    skip,
  }, () => {
    using blocks = new Blocks(kernels!);
    const [x, y] = [blocks.put("f64", [1, 2, 3]), blocks.put("f64", [Number.NaN, Number.NaN, Number.NaN])];
    const [offset, coefficient] = [blocks.put("i32", [0]), blocks.put("f64", [2])];
    kernels!.f.stencil_f64(1, 1, 3, 1, offset, coefficient, x, 0, 0, 0, 0, y, 0, 0);
    assert.deepEqual(blocks.get("f64", y, 3), [2, 4, 6]);
    kernels!.f.stencil_f64(1, 1, 3, 0, offset, coefficient, x, 0, 0, 0, 0, y, 0, 0);
    assert.deepEqual(blocks.get("f64", y, 3), [0, 0, 0]);
  });

  test(`${target}: the pointer to an array of the heap is its offset; native kernels reach other memory too`, {
    skip,
  }, () => {
    using blocks = new Blocks(kernels!);
    const { heap } = kernels!;
    const inside = blocks.put("f64", [1, 2, 3, 4]);
    assert.equal(kernels!.pointerTo(heap.f64.subarray(inside / 8)), inside);
    const outside = new Float64Array(new SharedArrayBuffer(32));
    const pointer = kernels!.pointerTo(outside);
    if (target !== "native") assert.equal(pointer, undefined);
    else {
      const [offset, coefficient] = [blocks.put("i32", [0]), blocks.put("f64", [3])];
      kernels!.f.stencil_f64(1, 1, 4, 1, offset, coefficient, inside, 0, 0, 0, 0, pointer!, 0, 0);
      assert.deepEqual([...outside], [3, 6, 9, 12]);
    }
  });
}
