import assert from "node:assert/strict";
import { test } from "node:test";
import * as T from "../../src/tensor/index.js";
import { tensor } from "../../src/tensor/index.js";
import { assertTensor, assertTuttiError } from "./support.js";

test("comparisons give booleans, broadcast, and are false with NaN except notEqual", () => {
  const x = tensor([1, 2, Number.NaN]);
  assert.deepEqual(T.equal(x, 2).toArray(), [false, true, false]);
  assert.deepEqual(T.notEqual(x, 2).toArray(), [true, false, true]);
  assert.deepEqual(T.less(x, 2).toArray(), [true, false, false]);
  assert.deepEqual(T.lessEqual(x, 2).toArray(), [true, true, false]);
  assert.deepEqual(T.greater(2, x).toArray(), [true, false, false]);
  assert.deepEqual(T.greaterEqual(x, [[1], [2]]).toArray(), [
    [true, true, false],
    [false, true, false],
  ]);
  assert.deepEqual(
    T.equal(tensor([1, 2], { dtype: "int32" }), tensor([1, 3], { dtype: "uint8" })).toArray(),
    [true, false],
  );
  const square = tensor([
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(T.equal(square.transpose(), square).toArray(), [
    [true, false],
    [false, true],
  ]);
  assert.deepEqual(T.less(square.transpose(), 3).toArray(), [
    [true, false],
    [true, false],
  ]);
});

test("logical functions follow their truth tables", () => {
  const a = tensor([true, true, false, false]);
  const b = tensor([true, false, true, false]);
  assert.deepEqual(T.logicalAnd(a, b).toArray(), [true, false, false, false]);
  assert.deepEqual(T.logicalOr(a, b).toArray(), [true, true, true, false]);
  assert.deepEqual(T.logicalXor(a, b).toArray(), [false, true, true, false]);
  assert.deepEqual(T.logicalNot(a).toArray(), [false, false, true, true]);
  assert.deepEqual(T.logicalAnd([[2], [0]], [1, 0]).toArray(), [
    [true, false],
    [false, false],
  ]);
  assertTuttiError(
    () => T.logicalOr([true, true], [true, true, true]),
    "shape",
    /logicalOr: shapes \[2\] and \[3\]/,
  );
});

test("all and any, also of nothing", () => {
  assert.equal(T.all([1, 2]), true);
  assert.equal(T.all([1, 0]), false);
  assert.equal(T.any([0, 0]), false);
  assert.equal(T.any([0, Number.NaN]), true);
  assert.equal(T.all(T.zeros([0])), true);
  assert.equal(T.any(T.zeros([0])), false);
});

test("where chooses by a broadcast condition", () => {
  const x = tensor([
    [1, -2],
    [-3, 4],
  ]);
  assertTensor(T.where(T.greater(x, 0), x, 0), [
    [1, 0],
    [0, 4],
  ]);
  assertTensor(T.where([[true], [false]], [1, 2], x), [
    [1, 2],
    [-3, 4],
  ]);
  assertTensor(T.where(true, 1, 2), 1);
  assertTensor(T.where(T.equal(x, x).transpose(), x.transpose(), 0), [
    [1, -3],
    [-2, 4],
  ]);
  const labels = T.where(
    [true, false],
    tensor([7, 8], { dtype: "int32" }),
    tensor([9, 10], { dtype: "int32" }),
  );
  assert.equal(labels.dtype, "int32");
  assertTensor(labels, [7, 10]);
  assertTuttiError(() => T.where([true, false], [1, 2, 3], 0), "shape", /where: shapes \[2\] and \[3\]/);
});

test("allClose and arrayEqual", () => {
  assert.ok(T.allClose([1, 2], [1, 2 + 1e-6]));
  assert.ok(!T.allClose([1, 2], [1, 2.1]));
  assert.ok(T.allClose([[1], [1]], 1));
  assert.ok(!T.allClose([Number.NaN], [Number.NaN]));
  assert.ok(T.allClose([Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY]));
  assert.ok(!T.allClose([1], [Number.POSITIVE_INFINITY]));
  assert.ok(T.allClose([100], [101], { relative: 0.02 }));
  assert.ok(T.arrayEqual(tensor([1, 2]), tensor([1, 2])));
  assert.ok(!T.arrayEqual(tensor([1, 2]), tensor([[1, 2]])));
  assert.ok(!T.arrayEqual(tensor([1]), tensor([1], { dtype: "float32" })));
});

test("firstNonFinite finds the first infinite or NaN element", () => {
  assert.equal(T.firstNonFinite(tensor([1, 2])), -1);
  assert.equal(T.firstNonFinite(tensor([1, Number.NaN, Number.POSITIVE_INFINITY])), 1);
  assert.equal(
    T.firstNonFinite(
      tensor(
        [
          [1, Number.NEGATIVE_INFINITY],
          [1, 1],
        ],
        { dtype: "float32" },
      ).transpose(),
    ),
    2,
  );
  assert.equal(T.firstNonFinite(tensor([1], { dtype: "int32" })), -1);
});
