import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  arange,
  cast,
  empty,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "../../src/tensor/index.js";
import { assertTensor, assertTuttiError } from "./support.js";

test("tensor takes nested arrays, numbers and booleans", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.equal(x.dtype, "float64");
  assert.deepEqual([...x.strides], [3, 1]);
  assertTensor(x, [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assertTensor(tensor(7), 7);
  const mask = tensor([true, false]);
  assert.equal(mask.dtype, "bool");
  assert.deepEqual(mask.toArray(), [true, false]);
  assert.deepEqual([...tensor([[], []]).shape], [2, 0]);
});

test("tensor copies a TypedArray in its natural dtype", () => {
  const source = new Float32Array([1, 2, 3, 4]);
  const x = tensor(source, { shape: [2, 2] });
  source[0] = 9;
  assert.equal(x.dtype, "float32");
  assertTensor(x, [
    [1, 2],
    [3, 4],
  ]);
  assert.equal(tensor(new Float64Array(1)).dtype, "float64");
  assert.equal(tensor(new Uint8Array([255])).item(), 255);
  assert.equal(tensor(new Int16Array([-5])).dtype, "int32");
  assert.equal(tensor(new Uint32Array([7]), { dtype: "float64" }).item(), 7);
});

test("float32 elements are rounded to float32", () => {
  assert.equal(tensor([0.1], { dtype: "float32" }).item(), Math.fround(0.1));
});

test("tensor refuses ragged rows, foreign elements, unknown dtypes and shapes that do not fit", () => {
  assertTuttiError(
    () => tensor([[1, 2], [3]]),
    "shape",
    /axis 1 differ: the first has 2 elements, another has 1/,
  );
  assertTuttiError(() => tensor([[1], 2] as never), "shape", /axis 1/);
  assertTuttiError(() => tensor([1, [2]] as never), "shape", /depth 1/);
  assertTuttiError(() => tensor(["a"] as never), "argument", /element is a/);
  assertTuttiError(
    () => tensor([1], { dtype: "int64" as never }),
    "dtype",
    /int64.*expected float64, float32/,
  );
  assertTuttiError(() => tensor(new Uint32Array(2)), "dtype", /Uint32Array/);
  assertTuttiError(
    () => tensor([1, 2, 3], { shape: [2, 2] }),
    "shape",
    /\[2, 2\] needs 4 elements, data has 3/,
  );
  assertTuttiError(() => zeros([-1]), "shape", /\[-1\]/);
  assertTuttiError(() => zeros(3 as never), "shape", /expected an array/);
  assertTuttiError(() => zeros(new Array(33).fill(1)), "shape", /33 axes, at most 32/);
});

test("zeros, ones, full, eye, arange and linspace", () => {
  assertTensor(zeros([2, 2]), [
    [0, 0],
    [0, 0],
  ]);
  assertTensor(ones([3], { dtype: "int32" }), [1, 1, 1]);
  assertTensor(full([2], -2.5, { dtype: "float32" }), [-2.5, -2.5]);
  assert.ok(Object.is(full([], -0).item(), -0));
  assertTensor(eye(2), [
    [1, 0],
    [0, 1],
  ]);
  assertTensor(arange(4), [0, 1, 2, 3]);
  assertTensor(arange(1, -2, -1), [1, 0, -1]);
  assertTensor(arange(2, 2), []);
  assertTensor(linspace(0, 1, 5), [0, 0.25, 0.5, 0.75, 1]);
  assert.equal(linspace(0, 0.7, 8).item(7), 0.7);
  assert.equal(zerosLike(tensor([1], { dtype: "uint8" })).dtype, "uint8");
  assertTensor(onesLike(tensor([[5]])), [[1]]);
  assert.deepEqual([...empty([2, 3]).shape], [2, 3]);
  assertTuttiError(() => arange(0, 1, 0), "argument", /step 0/);
  assertTuttiError(() => linspace(0, 1, 1), "argument", /count is 1/);
});

test("data is a TypedArray over the tensor's own memory", () => {
  const x = zeros([2, 2]);
  x.data[3] = 8;
  assert.equal(x.item(1, 1), 8);
  assertTuttiError(() => x.transpose().data, "argument", /strides \[1, 2\]; use contiguous/);
});

test("item takes indices, negative ones from the end", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.equal(x.item(1, 0), 4);
  assert.equal(x.item(-1, -1), 6);
  assert.equal(x.transpose().item(2, 1), 6);
  assertTuttiError(() => x.item(), "argument", /0 indices for a float64 tensor of shape \[2, 3\]/);
  assertTuttiError(() => x.item(0, 3), "index", /index 3 of axis 1 is not within its length 3/);
});

test("cast truncates, saturates and turns into truth values", () => {
  const x = tensor([1.9, -1.9, 300, -3e10, Number.NaN]);
  assertTensor(cast(x, "int32"), [1, -1, 300, -(2 ** 31), 0]);
  assertTensor(cast(x, "uint8"), [1, 0, 255, 0, 0]);
  assert.deepEqual(cast(tensor([0, 0.1, -2]), "bool").toArray(), [false, true, true]);
  assertTensor(cast(tensor([[1, 2]], { dtype: "int32" }).transpose(), "float32"), [[1], [2]]);
  assert.equal(cast(x, "float64"), x);
});

test("tensors print their dtype, shape and elements, large ones abbreviated", () => {
  const small = inspect(
    tensor([
      [1, 20],
      [-3.5, 4],
    ]),
  );
  assert.equal(small, "Tensor float64 [2, 2] [[   1,   20],\n [-3.5,    4]]");
  assert.equal(inspect(tensor([true])), "Tensor bool [1] [true]");
  const large = inspect(zeros([1000, 1000]));
  assert.match(large, /…/);
  assert.ok(large.length < 400, large);
});

test("integer tensors refuse numbers that they cannot hold", () => {
  assertTuttiError(() => tensor([0.5], { dtype: "int32" }), "argument", /tensor: 0.5 is not int32/);
  assertTuttiError(
    () => tensor([256], { dtype: "uint8" }),
    "argument",
    /256 is not uint8, .* 0 to 255; cast/,
  );
  assertTuttiError(() => tensor([Number.NaN], { dtype: "int32" }), "argument", /NaN/);
  assertTuttiError(() => full([1], -1, { dtype: "uint8" }), "argument", /full: -1/);
  assertTuttiError(() => arange(0, 1, 0.5, { dtype: "int32" }), "argument", /arange: 0.5/);
  assertTensor(tensor([1.5, 0], { dtype: "bool" }), [1, 0]);
});
