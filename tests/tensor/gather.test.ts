import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arange,
  cast,
  concat,
  mul,
  oneHot,
  pad,
  reshape,
  scatterAdd,
  stack,
  sum,
  take,
  takeAlongAxis,
  tensor,
  transpose,
  uniform,
  zeros,
} from "../../src/tensor/index.js";
import { assertTensor, assertTuttiError, indices } from "./support.js";

test("concat joins along an axis, from views too", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  assertTensor(concat([x, [[5, 6]]]), [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  assertTensor(concat([x, transpose(x)], -1), [
    [1, 2, 1, 3],
    [3, 4, 2, 4],
  ]);
  assertTensor(concat([zeros([0]), tensor([1])]), [1]);
  assert.equal(concat([tensor([1], { dtype: "int32" })]).dtype, "int32");
  assertTuttiError(
    () => concat([x, zeros([2, 3])]),
    "shape",
    /concat: shapes \[2, 2\] and \[2, 3\] differ in more than axis 0/,
  );
  assertTuttiError(() => concat([x, cast(x, "float32")]), "dtype", /concat: tensors are float64 and float32/);
  assertTuttiError(() => concat([]), "argument", /no tensors/);
});

test("stack puts tensors side by side along a new axis", () => {
  assertTensor(stack([arange(2), arange(2)]), [
    [0, 1],
    [0, 1],
  ]);
  assertTensor(stack([arange(2), arange(2)], 1), [
    [0, 0],
    [1, 1],
  ]);
  assertTuttiError(() => stack([arange(2), arange(3)]), "shape", /stack: shapes \[2\] and \[3\] differ/);
});

test("pad surrounds with a value", () => {
  assertTensor(pad([1, 2], [1, 2]), [0, 1, 2, 0, 0]);
  assertTensor(
    pad(
      [[1]],
      [
        [0, 1],
        [1, 0],
      ],
      { value: 7 },
    ),
    [
      [7, 1],
      [7, 7],
    ],
  );
  assertTuttiError(() => pad([1], [-1, 0]), "argument", /pad: widths are \[-1,0\]/);
});

test("take picks along an axis with an index of any shape", () => {
  const x = reshape(arange(12), [3, 4]);
  assertTensor(take(x, [2, 0]), [
    [8, 9, 10, 11],
    [0, 1, 2, 3],
  ]);
  assertTensor(take(x, [3, 3, 0], 1), [
    [3, 3, 0],
    [7, 7, 4],
    [11, 11, 8],
  ]);
  assertTensor(take(transpose(x), tensor([[1], [2]], { dtype: "uint8" }), 1), [
    [[4], [8]],
    [[5], [9]],
    [[6], [10]],
    [[7], [11]],
  ]);
  assertTensor(take(x, 1), [4, 5, 6, 7]);
  assert.equal(take(tensor([true, false]), [1]).item(), 0);
  assertTuttiError(() => take(x, [0, 3]), "index", /take: index\[1\] is 3, expected 0 to 2/);
  assertTuttiError(() => take(x, [-1]), "index", /index\[0\] is -1/);
  assertTuttiError(() => take(x, tensor([0.5])), "dtype", /index is float64, expected int32/);
});

test("scatterAdd is the adjoint of take: <take(x), y> = <x, scatterAdd(y)>", () => {
  for (const axis of [0, 1, 2]) {
    const shape = [3, 4, 2];
    const index = [1, 0, 1];
    const x = uniform(shape, { seed: 1 });
    const y = uniform(shape.with(axis, 3), { seed: 2 });
    const left = sum(mul(take(x, index, axis), y)).item();
    const right = sum(mul(x, scatterAdd(y, index, shape[axis], axis))).item();
    assert.ok(Math.abs(left - right) < 1e-14 * Math.abs(left));
  }
  assertTensor(scatterAdd([1, 2, 3], [0, 2, 0], 4), [4, 0, 2, 0]);
  assertTuttiError(() => scatterAdd([1], [4], 4), "index", /scatterAdd: index\[0\] is 4, expected 0 to 3/);
  assertTuttiError(
    () => scatterAdd([1, 2], [0], 4),
    "shape",
    /index has shape \[1\], expected one position for each of the 2/,
  );
});

test("takeAlongAxis picks by each place's own coordinates", () => {
  const x = uniform([2, 3, 4], { seed: 3 });
  const index = tensor(
    [
      [[0], [3], [1]],
      [[2], [2], [0]],
    ],
    { dtype: "int32" },
  );
  const y = takeAlongAxis(x, index, 2);
  for (const [i, j, k] of indices([2, 3, 1]))
    assert.equal(y.item(i, j, k), x.item(i, j, index.item(i, j, k)));
  assertTuttiError(() => takeAlongAxis(x, [[[4]]], 2), "shape", /takeAlongAxis: index has shape \[1, 1, 1\]/);
  assertTuttiError(
    () => takeAlongAxis([[1, 2]], [[2]], 1),
    "index",
    /takeAlongAxis: index\[0\] is 2, expected 0 to 1/,
  );
});

test("oneHot", () => {
  assertTensor(oneHot([0, 2], 3), [
    [1, 0, 0],
    [0, 0, 1],
  ]);
  const y = oneHot(tensor([[1]], { dtype: "uint8" }), 2, { dtype: "float32" });
  assert.equal(y.dtype, "float32");
  assertTensor(y, [[[0, 1]]]);
  assertTuttiError(() => oneHot([0, 3], 3), "index", /oneHot: index\[1\] is 3, expected 0 to 2/);
});
