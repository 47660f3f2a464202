import assert from "node:assert/strict";
import { test } from "node:test";
import { grad, hvp, jvp, valueAndGrad, vjp } from "../../src/autodiff/index.js";
import { kernels } from "../../src/kernels/index.js";
import { exp, mul, scope, square, sum, type Tensor, tensor } from "../../src/tensor/index.js";
import { assertTensor, assertTuttiError } from "../tensor/support.js";

const bytes = () => kernels().heap.bytesInUse;
const f = (x: Tensor) => sum(exp(square(mul(x, 0.5))));

test("derivatives leave nothing behind but their results", () => {
  const x = tensor([1, 2, 3]);
  const v = tensor([1, 0, 0]);
  const before = bytes();
  const results: (() => Tensor[])[] = [
    () => [grad(f)(x)],
    () => valueAndGrad(f)(x).slice(0, 2) as Tensor[],
    () => jvp(f, [x], [v]),
    () => hvp(f, x, v),
    () => [grad((y: Tensor) => sum(grad(f)(y)))(x)],
  ];
  for (const run of results) {
    for (const t of run()) t.dispose();
    assert.equal(bytes(), before);
  }
});

test("derivatives that fail leave nothing behind", () => {
  const x = tensor([1, 2, 3]);
  const before = bytes();
  assert.throws(() => grad((y: Tensor) => exp(square(y)))(x));
  assert.throws(() => jvp((y: Tensor) => y.matmul(square(y).reshape([1, 3])), [x], [x]));
  assert.equal(bytes(), before);
});

test("a pullback lives as long as the scope around it", () => {
  const before = bytes();
  const x = tensor([1, 2]);
  let late: ((u: Tensor) => unknown) | undefined;
  scope(() => {
    const [y, pullback] = vjp(exp, x);
    assertTensor(pullback(y)[0], [Math.exp(2), Math.exp(4)], 1e-14);
    late = pullback;
  });
  assertTuttiError(
    () => late?.(tensor([1, 1])),
    "freed",
    /was freed: the scope in which it was made has ended/,
  );
  x.dispose();
  scope(() => undefined);
  assert.ok(bytes() - before <= 128);
});

test("a tensor disposed of inside a function that is differentiated is named", () => {
  const g = grad((x: Tensor) => {
    const y = exp(x);
    const z = sum(square(y));
    y.dispose();
    return z;
  });
  assertTuttiError(() => g(tensor([1])), "freed", /"exp" .* was freed: it was disposed of/);
});
