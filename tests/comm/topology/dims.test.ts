import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dimsCreate } from "../../../src/comm/index.js";

describe("dimsCreate", () => {
  const cases: [size: number, dims: number[], wanted: number[]][] = [
    // the table of the standard (MPI 4.1, section 8.5.2)
    [6, [0, 0], [3, 2]],
    [7, [0, 0], [7, 1]],
    [6, [0, 3, 0], [2, 3, 1]],
    // by hand
    [1, [0, 0, 0], [1, 1, 1]],
    [12, [0, 0], [4, 3]],
    [8, [0, 0, 0], [2, 2, 2]],
    [60, [0, 0, 0], [5, 4, 3]],
    [24, [0, 0, 0], [4, 3, 2]],
    [72, [0, 0, 0], [6, 4, 3]],
    [36, [0, 0], [6, 6]],
    [16, [0, 0, 0, 0], [2, 2, 2, 2]],
    [100, [0, 0], [10, 10]],
    [97, [0, 0, 0], [97, 1, 1]],
    [1024, [0, 0, 0], [16, 8, 8]],
    [30, [5, 0, 0], [5, 3, 2]],
    [30, [0, 5, 0], [3, 5, 2]],
    [10, [10], [10]],
    [10, [0], [10]],
    [1, [], []],
  ];
  for (const [size, dims, wanted] of cases) {
    test(`${size} ranks, [${dims}]`, () => assert.deepEqual(dimsCreate(size, dims), wanted));
  }

  test("leaves its argument alone", () => {
    const dims = [0, 0];
    dimsCreate(6, dims);
    assert.deepEqual(dims, [0, 0]);
  });

  /** Tries all factors, without any of the shortcuts. */
  function leastDifference(n: number, count: number, found: number[] = []): number {
    if (count === 0) return n === 1 ? Math.max(...found) - Math.min(...found) : Number.POSITIVE_INFINITY;
    let least = Number.POSITIVE_INFINITY;
    for (let f = 1; f <= n; f++)
      if (n % f === 0) least = Math.min(least, leastDifference(n / f, count - 1, [...found, f]));
    return least;
  }

  for (const axes of [1, 2, 3, 4]) {
    test(`in ${axes} dimensions: the product is the size, entries do not increase and differ as little as any`, () => {
      for (let size = 1; size <= 130; size++) {
        const dims = dimsCreate(size, new Array(axes).fill(0));
        assert.equal(
          dims.reduce((a, b) => a * b),
          size,
        );
        assert.deepEqual(
          dims,
          dims.toSorted((a, b) => b - a),
        );
        assert.equal(dims[0] - dims[axes - 1], leastDifference(size, axes), `${size}: ${dims}`);
      }
    });
  }

  test("many ranks in many dimensions", () => {
    assert.deepEqual(dimsCreate(2 ** 20, [0, 0, 0, 0]), [32, 32, 32, 32]);
    assert.deepEqual(
      dimsCreate(720720, [0, 0, 0]).reduce((a, b) => a * b),
      720720,
    );
  });

  const wrong: [name: string, call: () => unknown, message: string][] = [
    [
      "a product that does not divide the ranks",
      () => dimsCreate(6, [4, 0]),
      "dimsCreate: the product of the given dims must divide the 6 ranks, found 4 (dims 4×0)",
    ],
    [
      "a product that is not the ranks",
      () => dimsCreate(6, [3, 1]),
      "dimsCreate: the product of the given dims must be 6, found 3 (dims 3×1)",
    ],
    [
      "a negative entry",
      () => dimsCreate(6, [0, -2]),
      "dimsCreate: dims[1] must be a number of ranks, or 0 to have it chosen, found -2 (number)",
    ],
    [
      "no Array",
      () => dimsCreate(6, 2 as never),
      "dimsCreate: dims must be an Array of the ranks along each axis, found 2 (number)",
    ],
    ["no ranks", () => dimsCreate(0, [0]), "dimsCreate: size must be a positive integer, found 0 (number)"],
  ];
  for (const [name, call, message] of wrong) {
    test(name, () => assert.throws(call, { name: "TuttiError", code: "argument", message }));
  }
});
