import assert from "node:assert/strict";
import { test } from "node:test";
import { BINARY, COMPARE, type Kernels, UNARY } from "../../src/kernels/index.js";
import { repeatable, ulpsFromExact } from "../support/ulp.js";
import { powReference } from "../support/ulp-reference.js";
import { Blocks, rounded, unary } from "./arrays.js";
import { type Precision, TARGETS, targetOrReason } from "./products.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const PRECISIONS: readonly Precision[] = ["f64", "f32"];

/** Numbers that an operation may treat in a special way. */
const NOTABLE = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3,
  0.1,
  -7.3,
  1e10,
  -1e30,
  4503599627370495.5,
  inf,
  -inf,
  nan,
];

/** Functions that IEEE 754 defines to the last bit. */
const EXACT_UNARY: Record<string, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  relu: (x) => (x > 0 || Number.isNaN(x) ? x : 0),
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfToEven,
};

const EXACT_BINARY: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  relu_grad: (g, x) => (x > 0 ? g : 0),
};

const COMPARISONS: Record<keyof typeof COMPARE, (a: number, b: number) => boolean> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

for (const target of TARGETS) {
  const { kernels, skip } = targetOrReason(target);
  const each = (name: string, body: (kernels: Kernels, precision: Precision) => void) => {
    for (const precision of PRECISIONS)
      test(`${target}: ${name}, ${precision}`, { skip }, () => body(kernels!, precision));
  };

  each("functions that IEEE 754 defines are exact", (kernels, precision) => {
    const x = [...NOTABLE, ...NOTABLE, ...NOTABLE].map((value) => rounded(precision, value));
    for (const [name, f] of Object.entries(EXACT_UNARY))
      assert.deepEqual(
        unary(kernels, precision, UNARY[name as keyof typeof UNARY], x),
        x.map((value) => rounded(precision, f(value))),
        name,
      );
  });

  each("a result may take the place of its argument", (kernels, precision) => {
    using blocks = new Blocks(kernels);
    const x = Array.from({ length: 100 }, (_, i) => rounded(precision, (i - 50) / 8));
    for (const op of Object.values(UNARY)) {
      const pointer = blocks.put(precision, x);
      kernels.f[`unary_${precision}`](op, x.length, pointer, pointer);
      assert.deepEqual(blocks.get(precision, pointer, x.length), unary(kernels, precision, op, x));
    }
    for (const op of Object.values(BINARY)) {
      const other = x.map((_, i) => rounded(precision, i / 16 + 0.5));
      const expected = binary(kernels, precision, op, x, other);
      const [a, b] = [blocks.put(precision, x), blocks.put(precision, other)];
      kernels.f[`binary_${precision}`](op, x.length, a, 1, b, 1, a);
      assert.deepEqual(blocks.get(precision, a, x.length), expected);
      kernels.f[`binary_${precision}`](op, x.length, blocks.put(precision, x), 1, b, 1, b);
      assert.deepEqual(blocks.get(precision, b, x.length), expected);
    }
  });

  each("binary operations and comparisons of all pairs of notable numbers", (kernels, precision) => {
    const numbers = NOTABLE.map((value) => rounded(precision, value));
    const a = numbers.flatMap((value) => numbers.map(() => value));
    const b = numbers.flatMap(() => numbers);
    for (const [name, f] of Object.entries(EXACT_BINARY))
      assertSame(
        binary(kernels, precision, BINARY[name as keyof typeof BINARY], a, b),
        a.map((value, i) => rounded(precision, f(value, b[i]))),
        name,
      );
    for (const [name, f] of Object.entries(COMPARISONS)) {
      using blocks = new Blocks(kernels);
      const y = blocks.room("u8", a.length);
      const op = COMPARE[name as keyof typeof COMPARE];
      kernels.f[`compare_${precision}`](
        op,
        a.length,
        blocks.put(precision, a),
        1,
        blocks.put(precision, b),
        1,
        y,
      );
      assert.deepEqual(
        blocks.get("u8", y, a.length),
        a.map((value, i) => Number(f(value, b[i]))),
        name,
      );
    }
  });

  each("gradients of tanh, sigmoid and relu from their outputs", (kernels, precision) => {
    const random = repeatable(3);
    const g = Array.from({ length: 100 }, () => rounded(precision, random() * 4 - 2));
    const y = Array.from({ length: 100 }, () => rounded(precision, random()));
    const epsilon = precision === "f32" ? 2 ** -22 : 2 ** -51;
    for (const [op, slope] of [
      [BINARY.tanh_grad, (v: number) => 1 - v * v],
      [BINARY.sigmoid_grad, (v: number) => v * (1 - v)],
    ] as const)
      for (const [i, result] of binary(kernels, precision, op, g, y).entries())
        assert.ok(Math.abs(result - g[i] * slope(y[i])) <= epsilon * Math.abs(g[i]));
  });

  each("an operand with stride 0 is one number for all", (kernels, precision) => {
    using blocks = new Blocks(kernels);
    const a = Array.from({ length: 77 }, (_, i) => i + 1);
    const y = blocks.room(precision, 77);
    const [many, one] = [blocks.put(precision, a), blocks.put(precision, [4])];
    kernels.f[`binary_${precision}`](BINARY.sub, 77, many, 1, one, 0, y);
    assert.deepEqual(
      blocks.get(precision, y, 77),
      a.map((x) => x - 4),
    );
    kernels.f[`binary_${precision}`](BINARY.sub, 77, one, 0, many, 1, y);
    assert.deepEqual(
      blocks.get(precision, y, 77),
      a.map((x) => 4 - x),
    );
  });

  each("powers: the special cases of IEEE 754", (kernels, precision) => {
    const cases: [x: number, y: number, power: number][] = [
      ...[0, -0, 1, -1, 0.5, inf, -inf, nan].flatMap((x): [number, number, number][] => [
        [x, 0, 1],
        [x, -0, 1],
      ]),
      ...[0, -0, 3, -2.5, inf, -inf, nan].map((y): [number, number, number] => [1, y, 1]),
      [0, 3, 0],
      [-0, 3, -0],
      [-0, 2, 0],
      [0, 0.5, 0],
      [0, -1, inf],
      [-0, -1, -inf],
      [-0, -2, inf],
      [0, -inf, inf],
      [-1, inf, 1],
      [-1, -inf, 1],
      [0.5, inf, 0],
      [-0.5, -inf, inf],
      [2, inf, inf],
      [-2, -inf, 0],
      [inf, 0.5, inf],
      [inf, -2, 0],
      [-inf, 3, -inf],
      [-inf, 2, inf],
      [-inf, -3, -0],
      [-inf, 0.5, inf],
      [-8, 1 / 3, nan],
      [-2, 3, -8],
      [-2, -2, 0.25],
      [-2, 0.5, nan],
      [nan, 1, nan],
      [2, nan, nan],
      [2, 127, 2 ** 127],
      [2, -126, 2 ** -126],
      [2, -149, rounded(precision, 2 ** -149)],
      [2, 5000, inf],
      [2, -5000, 0],
      [-2, 5001, -inf],
      [-2, -5001, -0],
      [10, 2, 100],
      [3, 4, 81],
      [9, 0.5, 3],
    ];
    const found = binary(
      kernels,
      precision,
      BINARY.pow,
      cases.map(([x]) => x),
      cases.map(([, y]) => y),
    );
    for (const [i, [x, y, power]] of cases.entries())
      assert.ok(Object.is(found[i], power), `${x} ^ ${y} is ${found[i]}, expected ${power}`);
  });

  test(`${target}: powers are within 2 ulp`, { skip }, () => {
    const random = repeatable(11);
    const x: number[] = [];
    const y: number[] = [];
    for (let i = 0; i < 600; i++) {
      x.push(
        i % 3 === 0
          ? random() * 10
          : i % 3 === 1
            ? 1 + (random() - 0.5) / 1000
            : 2 ** (random() * 2000 - 1000),
      );
      y.push(((random() - 0.5) * 1400) / Math.max(1e-6, Math.abs(Math.log(x[i]))));
    }
    for (const [i, power] of binary(kernels!, "f64", BINARY.pow, x, y).entries()) {
      const error = ulpsFromExact(power, powReference(x[i], y[i]));
      assert.ok(error <= 2, `${x[i]} ^ ${y[i]} = ${power} is wrong by ${error} ulp`);
    }
    const [xs, ys] = [x.map((v) => Math.fround(Math.min(v, 1e20))), y.map((v) => Math.fround(v / 10))];
    for (const [i, power] of binary(kernels!, "f32", BINARY.pow, xs, ys).entries()) {
      const exact = Math.fround(xs[i] ** ys[i]);
      assert.ok(
        power === exact || Math.abs(power - exact) <= 2 ** -22 * Math.abs(exact),
        `${xs[i]} ^ ${ys[i]}`,
      );
    }
  });

  each("strided operands: every element meets its partner", (kernels, precision) => {
    for (const { shape, a, b } of STRIDED) {
      const [left, right] = [a, b].map((strides) => walk(shape, strides));
      const values = (offsets: number[], factor: number) =>
        Array.from({ length: Math.max(0, ...offsets) + 1 }, (_, i) => i * factor + 1);
      const [x, y] = [values(left, 3), values(right, 5)];
      using blocks = new Blocks(kernels);
      const dims = blocks.put("i32", [...shape, ...a, ...b]);
      const result = blocks.room(precision, left.length);
      const [px, py] = [blocks.put(precision, x), blocks.put(precision, y)];
      kernels.f[`binary_strided_${precision}`](BINARY.sub, shape.length, dims, px, py, result);
      const label = JSON.stringify({ shape, a, b });
      assert.deepEqual(
        blocks.get(precision, result, left.length),
        left.map((at, i) => x[at] - y[right[i]]),
        label,
      );
      const flags = blocks.room("u8", left.length);
      kernels.f[`compare_strided_${precision}`](COMPARE.lt, shape.length, dims, px, py, flags);
      assert.deepEqual(
        blocks.get("u8", flags, left.length),
        left.map((at, i) => Number(x[at] < y[right[i]])),
        label,
      );
    }
  });

  each("where takes each element from one of two operands", (kernels, precision) => {
    for (const { shape, a, b } of STRIDED)
      for (const c of [a, b, contiguous(shape)]) {
        const [condition, left, right] = [c, a, b].map((strides) => walk(shape, strides));
        const flags = Array.from({ length: Math.max(0, ...condition) + 1 }, (_, i) => (i * 5) % 3 && 1);
        const count = Math.max(0, ...left, ...right) + 1;
        const x = Array.from({ length: count }, (_, i) => i + 0.5);
        const y = x.map((value) => -value);
        using blocks = new Blocks(kernels);
        const dims = blocks.put("i32", [...shape, ...c, ...a, ...b]);
        const result = blocks.room(precision, left.length);
        const [pc, px, py] = [blocks.put("u8", flags), blocks.put(precision, x), blocks.put(precision, y)];
        kernels.f[`where_${precision}`](shape.length, dims, pc, px, py, result);
        const expected = left.map((at, i) => (flags[condition[i]] ? x[at] : y[right[i]]));
        assert.deepEqual(
          blocks.get(precision, result, left.length),
          expected,
          JSON.stringify({ shape, a, b, c }),
        );
      }
  });
}

/** Shapes with strides of two operands: scalars, broadcasts of rows and columns, transposes, gaps, nothing at all. */
const STRIDED: readonly { shape: number[]; a: number[]; b: number[] }[] = [
  { shape: [], a: [], b: [] },
  { shape: [70], a: [1], b: [0] },
  { shape: [0, 3], a: [3, 1], b: [0, 1] },
  { shape: [5, 70], a: [70, 1], b: [0, 1] },
  { shape: [5, 70], a: [70, 1], b: [1, 0] },
  { shape: [5, 70], a: [0, 1], b: [1, 0] },
  { shape: [33, 17], a: [17, 1], b: [1, 33] },
  { shape: [33, 17], a: [40, 2], b: [17, 1] },
  { shape: [2, 3, 4, 5], a: [60, 20, 5, 1], b: [0, 5, 0, 1] },
  { shape: [2, 3, 4, 5], a: [1, 2, 6, 24], b: [60, 20, 5, 1] },
  { shape: [3, 1, 4, 1, 6], a: [24, 7, 6, 9, 1], b: [0, 3, 1, 3, 4] },
  { shape: [2, 2, 2, 2, 2, 2], a: [1, 2, 4, 8, 16, 32], b: [32, 16, 0, 4, 2, 1] },
];

/** Offsets of all elements in row-major order. */
function walk(shape: readonly number[], strides: readonly number[]): number[] {
  return shape.reduce<number[]>(
    (offsets, size, d) =>
      offsets.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * strides[d])),
    [0],
  );
}

function contiguous(shape: readonly number[]): number[] {
  return shape.map((_, d) => shape.slice(d + 1).reduce((product, size) => product * size, 1));
}

function binary(
  kernels: Kernels,
  precision: Precision,
  op: number,
  a: readonly number[],
  b: readonly number[],
): number[] {
  using blocks = new Blocks(kernels);
  const y = blocks.room(precision, a.length);
  const [pa, pb] = [blocks.put(precision, a), blocks.put(precision, b)];
  kernels.f[`binary_${precision}`](op, a.length, pa, 1, pb, 1, y);
  return blocks.get(precision, y, a.length);
}

/** Equal, where a zero equals a zero of either sign: IEEE 754 leaves the sign of maximum(0, -0) open. */
function assertSame(found: readonly number[], wanted: readonly number[], label: string): void {
  assert.deepEqual(
    found.map((x) => x + 0),
    wanted.map((x) => x + 0),
    label,
  );
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  const rounded = rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
  return rounded === 0 ? Math.sign(x) * 0 : Number.isFinite(x) ? rounded : x;
}
