import assert from "node:assert/strict";
import { test } from "node:test";
import * as T from "../../src/tensor/index.js";
import {
  add,
  broadcastTo,
  cast,
  mul,
  slice,
  sub,
  type Tensor,
  tensor,
  transpose,
} from "../../src/tensor/index.js";
import { assertNumbers, assertTensor, assertTuttiError, flat, indices } from "./support.js";

const UNARY: Record<string, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
  relu: (x) => Math.max(x, 0),
  floor: Math.floor,
  ceil: Math.ceil,
};

const SAMPLE = [0.1, 0.75, 1, 1.5, 2.25, 3.9];

for (const [name, reference] of Object.entries(UNARY))
  test(`${name} agrees with Math in float64 and float32, on views too`, () => {
    const f = (T as unknown as Record<string, (x: unknown) => Tensor>)[name];
    const negative = !Number.isNaN(reference(-0.5));
    const values = negative ? [...SAMPLE, ...SAMPLE.map((x) => -x)] : SAMPLE;
    const x = tensor(values);
    assertNumbers(flat(f(x)), values.map(reference), 1e-14);
    assertNumbers(flat(f(cast(x, "float32"))), values.map(Math.fround).map(reference), 1e-6);
    assertNumbers(
      flat(f(slice(x, [null, null, -2]))),
      values
        .reverse()
        .filter((_, i) => i % 2 === 0)
        .map(reference),
      1e-14,
    );
    assert.equal(f(2).item(), f(tensor(2)).item());
  });

test("erf has its known values", () => {
  // Abramowitz and Stegun, table 7.1
  assertTensor(
    T.erf(tensor([0, 0.5, 1, 2, -1])),
    [0, 0.5204998778, 0.8427007929, 0.995322265, -0.8427007929],
    1e-10,
  );
});

test("round takes halves to the even neighbour", () => {
  assertTensor(T.round(tensor([0.5, 1.5, 2.5, -0.5, 2.4])), [0, 2, 2, 0, 2]);
});

const BINARY: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  maximum: Math.max,
  minimum: Math.min,
  tanhGrad: (g, y) => g * (1 - y * y),
  sigmoidGrad: (g, y) => g * y * (1 - y),
  reluGrad: (g, x) => (x > 0 ? g : 0),
};

const PAIRS: [number[], number[]][] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[], [2, 2]],
  [[2, 2], []],
  [[1], [1, 1]],
  [
    [0, 3],
    [1, 3],
  ],
  [
    [2, 3, 1, 2],
    [3, 4, 2],
  ],
];

for (const [name, reference] of Object.entries(BINARY))
  test(`${name} broadcasts like NumPy`, () => {
    const f = (T as unknown as Record<string, (a: unknown, b: unknown) => Tensor>)[name];
    for (const [s, t] of PAIRS) {
      const a = T.uniform(s, { seed: 1, low: 0.5, high: 3 });
      const b = T.uniform(t, { seed: 2, low: 0.5, high: 3 });
      const y = f(a, b);
      const at = (x: Tensor, index: number[]) =>
        x.item(...index.slice(index.length - x.ndim).map((i, d) => (x.shape[d] === 1 ? 0 : i)));
      const expected = [...indices(y.shape)].map((index) => reference(at(a, index), at(b, index)));
      assert.equal(y.ndim, Math.max(s.length, t.length));
      assertNumbers(flat(y), expected, 1e-14);
    }
  });

test("numbers stand on either side and take the tensor's dtype", () => {
  const x = tensor([1, 2], { dtype: "float32" });
  assertTensor(sub(10, x), [9, 8]);
  assertTensor(sub(x, 10), [-9, -8]);
  assert.equal(add(x, 0.1).dtype, "float32");
  assert.equal(add(1, 2).item(), 3);
  assertTensor(add(transpose(tensor([[1, 2]])), 1), [[2], [3]]);
  assert.equal(mul(x, [3, 4]).dtype, "float32");
  assertTensor(x.add(1).mul(2).sub([1, 1]).div(2).neg().pow(2), [2.25, 6.25]);
});

test("views enter without being copied first", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assertTensor(add(transpose(x), transpose(x)), [
    [2, 8],
    [4, 10],
    [6, 12],
  ]);
  assertTensor(add(transpose(x), slice(x, 0, [0, 2])), [
    [2, 6],
    [3, 7],
    [4, 8],
  ]);
  assertTensor(mul(broadcastTo(tensor([1, 2, 3]), [2, 3]), slice(x, [null, null, -1])), [
    [4, 10, 18],
    [1, 4, 9],
  ]);
});

test("float64 and float32 do not mix silently", () => {
  const a = tensor([1]);
  const b = tensor([1], { dtype: "float32" });
  assertTuttiError(() => add(a, b), "dtype", /^add: operands are float64 and float32; cast one/);
  assertTuttiError(() => T.matmul(a, b), "dtype", /^matmul: operands are float64 and float32/);
  assertTuttiError(() => T.dot(a, b), "dtype", /^dot: operands are float64 and float32/);
});

test("integers and booleans count as floats in arithmetic", () => {
  const index = tensor([1, 2, 3], { dtype: "int32" });
  assert.equal(add(index, 1).dtype, "float64");
  assertTensor(add(index, 0.5), [1.5, 2.5, 3.5]);
  const x = tensor([1, 2, 3], { dtype: "float32" });
  const masked = mul(x, tensor([true, false, true]));
  assert.equal(masked.dtype, "float32");
  assertTensor(masked, [1, 0, 3]);
});

test("shapes that do not broadcast are named", () => {
  assertTuttiError(
    () => add(T.zeros([2, 3]), T.zeros([4, 1, 2])),
    "shape",
    /^add: shapes \[2, 3\] and \[4, 1, 2\] do not broadcast: axis -1 has lengths 3 and 2/,
  );
});

test("clip limits to an interval", () => {
  assertTensor(T.clip(tensor([-2, 0.5, 9]), 0, 1), [0, 0.5, 1]);
  assertTensor(T.clip(tensor([-2, 0.5, 9]), [0, 1, 2], 3), [0, 1, 3]);
});

test("maximum and minimum are NaN where an operand is", () => {
  assertTensor(T.maximum(tensor([Number.NaN, 1]), tensor([1, Number.NaN])), [Number.NaN, Number.NaN]);
  assertTensor(T.minimum(tensor([Number.NaN, 1]), tensor([1, Number.NaN])), [Number.NaN, Number.NaN]);
});
