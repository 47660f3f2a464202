import assert from "node:assert/strict";
import { test } from "node:test";
import { DTYPE } from "../../src/kernels/index.js";
import { Blocks, type Element } from "./arrays.js";
import { TARGETS, targetOrReason } from "./products.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

const ELEMENTS: Record<keyof typeof DTYPE, Element> = {
  float64: "f64",
  float32: "f32",
  int32: "i32",
  uint8: "u8",
  bool: "u8",
};
const DTYPES = Object.keys(DTYPE) as (keyof typeof DTYPE)[];

/** Conversion as the kernel table defines it. */
const CONVERT: Record<keyof typeof DTYPE, (x: number) => number> = {
  float64: (x) => x,
  float32: Math.fround,
  int32: (x) => saturate(x, -(2 ** 31), 2 ** 31 - 1),
  uint8: (x) => saturate(x, 0, 255),
  bool: (x) => (x !== 0 ? 1 : 0),
};

for (const target of TARGETS) {
  const { kernels, skip } = targetOrReason(target);

  test(`${target}: conversions truncate towards zero and saturate`, { skip }, () => {
    const numbers = [
      0,
      -0,
      1,
      -1,
      1.9,
      -1.9,
      254.5,
      255.5,
      256,
      -0.5,
      2147483646.5,
      2147483648,
      -2147483649,
      1e300,
      -1e300,
      inf,
      -inf,
      nan,
    ];
    const of: Record<keyof typeof DTYPE, number[]> = {
      float64: numbers,
      float32: numbers.map(Math.fround),
      int32: [0, 1, -1, 255, 256, 2 ** 31 - 1, -(2 ** 31), 16777217],
      uint8: [0, 1, 2, 127, 128, 255],
      bool: [0, 1],
    };
    for (const from of DTYPES)
      for (const to of DTYPES) {
        const x = Array.from({ length: 75 }, (_, i) => of[from][i % of[from].length]);
        using blocks = new Blocks(kernels!);
        const y = blocks.room(ELEMENTS[to], x.length);
        kernels!.f.cast(DTYPE[from], DTYPE[to], x.length, blocks.put(ELEMENTS[from], x), y);
        assert.deepEqual(blocks.get(ELEMENTS[to], y, x.length), x.map(CONVERT[to]), `${from} to ${to}`);
      }
  });

  test(`${target}: strided copies in all element sizes`, { skip }, () => {
    for (const { shape, x, y } of COPIES)
      for (const [element, size] of [
        ["u8", 1],
        ["f32", 4],
        ["f64", 8],
      ] as const) {
        const [from, to] = [walk(shape, x), walk(shape, y)];
        const source = Array.from({ length: Math.max(0, ...from) + 1 }, (_, i) => i % 251);
        const room = Math.max(0, ...to) + 1;
        using blocks = new Blocks(kernels!);
        const destination = blocks.put(element, new Array(room).fill(7));
        const dims = blocks.put("i32", [...shape, ...x, ...y]);
        kernels!.f.copy_strided(size, shape.length, dims, blocks.put(element, source), destination);
        const expected = new Array(room).fill(7);
        for (const [i, at] of to.entries()) expected[at] = source[from[i]];
        assert.deepEqual(
          blocks.get(element, destination, room),
          expected,
          JSON.stringify({ shape, x, y, size }),
        );
      }
  });

  test(`${target}: take picks slices, scatter adds them back`, { skip }, () => {
    const [outer, length] = [3, 5];
    const index = [4, 0, 0, 3, 4, 2, 4];
    for (const [element, size, inner] of [
      ["u8", 1, 4],
      ["f32", 4, 4],
      ["f64", 8, 4],
      // Long slices are asked for ahead: some, and fewer than there are.
      ["f64", 8, 64],
      ["f32", 4, 1001],
      ["f64", 8, 1500],
    ] as const) {
      const x = Array.from({ length: outer * length * inner }, (_, i) => i % 251);
      using blocks = new Blocks(kernels!);
      const picked = blocks.room(element, outer * index.length * inner);
      const indices = blocks.put("i32", index);
      const status = kernels!.f.take(
        size,
        outer,
        length,
        inner,
        index.length,
        indices,
        blocks.put(element, x),
        picked,
      );
      assert.equal(status, -1);
      const expected: number[] = [];
      for (let o = 0; o < outer; o++)
        for (const at of index)
          for (let i = 0; i < inner; i++) expected.push(x[(o * length + at) * inner + i]);
      assert.deepEqual(blocks.get(element, picked, expected.length), expected);
      if (element === "u8") continue;
      // Each slice comes back as often as it was picked, on top of what is there.
      const sum = blocks.put(element, new Array(x.length).fill(100));
      const scatter = kernels!.f[`scatter_add_${element}`];
      assert.equal(scatter(outer, length, inner, index.length, indices, picked, sum), -1);
      const times = Array.from({ length }, (_, at) => index.filter((j) => j === at).length);
      assert.deepEqual(
        blocks.get(element, sum, x.length),
        x.map((value, i) => 100 + value * times[Math.floor(i / inner) % length]),
      );
    }
  });

  test(`${target}: one-hot rows`, { skip }, () => {
    for (const precision of ["f64", "f32"] as const) {
      using blocks = new Blocks(kernels!);
      const index = [2, 0, 3, 3, 1];
      const y = blocks.room(precision, 20);
      assert.equal(kernels!.f[`one_hot_${precision}`](5, 4, blocks.put("i32", index), y), -1);
      assert.deepEqual(
        blocks.get(precision, y, 20),
        index.flatMap((at) => [0, 1, 2, 3].map((j) => Number(j === at))),
      );
    }
  });

  test(`${target}: an index out of range is reported by its position, and nothing is written`, {
    skip,
  }, () => {
    using blocks = new Blocks(kernels!);
    for (const bad of [-1, 5, -(2 ** 31), 2 ** 31 - 1]) {
      const index = blocks.put("i32", [0, 4, bad, 1, bad]);
      const x = blocks.put("f64", new Array(5).fill(1));
      const y = blocks.put("f64", new Array(25).fill(9));
      assert.equal(kernels!.f.take(8, 1, 5, 1, 5, index, x, y), 2);
      assert.equal(kernels!.f.scatter_add_f64(1, 5, 1, 5, index, x, y), 2);
      assert.equal(kernels!.f.one_hot_f64(5, 5, index, y), 2);
      assert.deepEqual(blocks.get("f64", y, 25), new Array(25).fill(9));
    }
  });
}

/** Copies with rows, columns and both ends permuted, with gaps and reversed. */
const COPIES: readonly { shape: number[]; x: number[]; y: number[] }[] = [
  { shape: [], x: [], y: [] },
  { shape: [0, 4], x: [4, 1], y: [4, 1] },
  { shape: [100], x: [1], y: [1] },
  { shape: [100], x: [0], y: [1] },
  { shape: [37, 21], x: [1, 37], y: [21, 1] },
  { shape: [37, 21], x: [21, 1], y: [1, 37] },
  { shape: [16, 32], x: [1, 16], y: [40, 1] },
  { shape: [5, 70], x: [80, 1], y: [70, 1] },
  { shape: [5, 70], x: [0, 1], y: [70, 1] },
  { shape: [3, 4, 5, 6], x: [1, 3, 12, 60], y: [120, 30, 6, 1] },
  { shape: [3, 4, 5, 6], x: [6, 90, 18, 1], y: [120, 30, 6, 1] },
  { shape: [4, 3, 40], x: [120, 1, 3], y: [120, 40, 1] },
];

function walk(shape: readonly number[], strides: readonly number[]): number[] {
  return shape.reduce<number[]>(
    (offsets, size, d) =>
      offsets.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * strides[d])),
    [0],
  );
}

function saturate(x: number, low: number, high: number): number {
  return Number.isNaN(x) ? 0 : Math.trunc(Math.min(high, Math.max(low, x))) + 0;
}
