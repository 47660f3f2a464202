import assert from "node:assert/strict";
import { test } from "node:test";
import { grad } from "../../src/autodiff/index.js";
import {
  assign,
  axpy,
  innerProduct,
  mul,
  nrm2,
  scal,
  sum,
  tensor,
  transpose,
  zeros,
} from "../../src/tensor/index.js";
import { assertTensor, assertTuttiError } from "./support.js";

test("axpy, scal, innerProduct and nrm2 are level-1 BLAS", () => {
  for (const dtype of ["float64", "float32"] as const) {
    const x = tensor([1, 2, 3], { dtype });
    const y = tensor([10, 20, 30], { dtype });
    axpy(2, x, y);
    assertTensor(y, [12, 24, 36]);
    scal(0.5, y);
    assertTensor(y, [6, 12, 18]);
    assert.equal(innerProduct(x, y), 84);
    assert.equal(nrm2(tensor([3, 4], { dtype })), 5);
  }
  const m = tensor([
    [1, 2],
    [3, 4],
  ]);
  const y = zeros([2, 2]);
  axpy(1, transpose(m), y);
  assertTensor(y, [
    [1, 3],
    [2, 4],
  ]);
});

test("assign casts and broadcasts", () => {
  const x = zeros([2, 2], { dtype: "float32" });
  assign(x, [1, 2]);
  assertTensor(x, [
    [1, 2],
    [1, 2],
  ]);
  assign(x, tensor(7));
  assert.equal(x.item(1, 1), 7);
  assertTuttiError(() => assign(x, [1, 2, 3]), "shape", /^assign: shapes \[3\] and \[2, 2\]/);
});

test("updates refuse what does not fit", () => {
  assertTuttiError(
    () => axpy(1, tensor([1]), tensor([1, 2])),
    "shape",
    /x is float64 \[1\] and y is float64 \[2\]/,
  );
  assertTuttiError(() => scal(2, transpose(zeros([2, 3]))), "argument", /strides/);
  assertTuttiError(() => scal(2, tensor([1], { dtype: "int32" })), "dtype", /int32/);
});

test("a tensor that a derivative is being traced through cannot change", () => {
  const f = grad((x: ReturnType<typeof tensor>) => {
    scal(2, x);
    return sum(mul(x, x));
  });
  assertTuttiError(() => f(tensor([1])), "argument", /scal: .* is part of a derivative being traced/);
});
