import assert from "node:assert/strict";
import { test } from "node:test";
import { grad, hvp, jvp, stopGradient, valueAndGrad, vjp } from "../../src/autodiff/index.js";
import {
  add,
  cast,
  exp,
  greater,
  max,
  maximum,
  mul,
  oneHot,
  scal,
  sigmoid,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../../src/tensor/index.js";
import { assertTensor, assertTuttiError } from "../tensor/support.js";

test("the gradient of the back-propagation example is -0.0315", () => {
  // One sigmoid unit with output 0.7, target 1 and input 0.5: (0.7 - 1) · 0.7 · 0.3 · 0.5.
  const input = 0.5;
  const w = tensor(Math.log(0.7 / 0.3) / input);
  const loss = (weight: Tensor) => mul(square(sub(sigmoid(mul(weight, input)), 1)), 0.5);
  const slope = grad(loss)(w).item();
  assert.ok(Math.abs(slope - -0.0315) < 1e-15);
});

test("argnums chooses arguments", () => {
  const f = (a: Tensor, b: Tensor) => sum(mul(a, square(b)));
  const a = tensor([1, 2]);
  const b = tensor([3, 4]);
  assertTensor(grad(f)(a, b), [9, 16]);
  assertTensor(grad(f, 1)(a, b), [6, 16]);
  const [da, db] = grad(f, [0, 1])(a, b);
  assertTensor(da, [9, 16]);
  assertTensor(db, [6, 16]);
  const [value, gradient] = valueAndGrad(f, 1)(a, b);
  assertTensor(value, 41);
  assertTensor(gradient, [6, 16]);
  assertTuttiError(
    () => grad(f, 2 as never)(a, b),
    "argument",
    /^grad: argnums names argument 2, but .* called with 2/,
  );
});

test("arguments may be nested arrays and records of tensors", () => {
  const parameters = { layers: [{ w: tensor([1, 2]), b: tensor(3) }], scale: tensor(2) };
  const f = (p: typeof parameters) => mul(sum(add(square(p.layers[0].w), p.layers[0].b)), p.scale);
  const g = grad(f)(parameters);
  assertTensor(g.layers[0].w, [4, 8]);
  assertTensor(g.layers[0].b, 4);
  assertTensor(g.scale, 11);
});

test("a pair from the function brings extra results out", () => {
  const f = (x: Tensor): [Tensor, { half: Tensor; note: string }] => [
    sum(square(x)),
    { half: mul(x, 0.5), note: "seen" },
  ];
  const [value, gradient, aux] = valueAndGrad(f)(tensor([2, 4]));
  assertTensor(value, 20);
  assertTensor(gradient, [4, 8]);
  assertTensor(aux.half, [1, 2]);
  assert.equal(aux.note, "seen");
});

test("a variable that does not reach the value has gradient zero", () => {
  assertTensor(grad((_: Tensor) => tensor(3))(tensor([1, 2])), [0, 0]);
  assertTensor(grad((x: Tensor) => sum(stopGradient(x)))(tensor([1, 2])), [0, 0]);
  const [da, db] = grad((a: Tensor, _: Tensor) => sum(a), [0, 1])(tensor([1]), tensor([[5]]));
  assertTensor(da, [1]);
  assertTensor(db, [[0]]);
});

test("the identity, and one tensor used many times", () => {
  assertTensor(grad((x: Tensor) => x)(tensor(3)), 1);
  assertTensor(grad((x: Tensor) => add(mul(x, x), add(x, x)))(tensor(3)), 8);
});

test("stopGradient lets values through but not derivatives", () => {
  assertTensor(grad((x: Tensor) => mul(x, stopGradient(x)))(tensor(3)), 3);
});

test("equal extremes share the derivative, and the halves of maximum too", () => {
  assertTensor(grad((x: Tensor) => max(x))(tensor([1, 5, 5])), [0, 0.5, 0.5]);
  assertTensor(grad((x: Tensor) => sum(maximum(x, 1)))(tensor([0, 1, 2])), [0, 0.5, 1]);
});

test("where keeps the branch that is not taken out of the derivative", () => {
  const f = (x: Tensor) => sum(where(greater(x, 0), square(x), 0));
  assertTensor(grad(f)(tensor([-1, 3])), [0, 6]);
});

test("gradients are tensors of their own: changing one changes no other", () => {
  const [da, db] = grad((a: Tensor, b: Tensor) => sum(add(a, b)), [0, 1])(zeros([3]), zeros([3]));
  scal(5, da);
  assertTensor(da, [5, 5, 5]);
  assertTensor(db, [1, 1, 1]);
  const u = tensor([1, 2]);
  const [, pullback] = vjp((x: Tensor) => x, tensor([0, 0]));
  const [cotangent] = pullback(u);
  scal(2, cotangent);
  assertTensor(u, [1, 2]);
  const [, tangent] = jvp((x: Tensor) => x, [tensor([0, 0])], [u]);
  scal(2, tangent);
  assertTensor(u, [1, 2]);
});

test("vjp: a pullback may be called many times, and takes trees", () => {
  const f = (x: Tensor) => ({ square: square(x), list: [exp(x)] });
  const [y, pullback] = vjp(f, tensor([0, 1]));
  assertTensor(y.square, [0, 1]);
  for (const scale of [1, 2])
    assertTensor(
      pullback({ square: tensor([scale, 0]), list: [tensor([scale, scale])] })[0],
      [scale, scale * Math.E],
      1e-15,
    );
  assertTuttiError(
    () => pullback({ square: tensor([1]), list: [tensor([1, 1])] }),
    "shape",
    /vjp: the cotangent is a float64 tensor of shape \[1\], expected float64 \[2\]/,
  );
});

test("jvp carries tangents of several arguments forwards", () => {
  const [y, dy] = jvp(
    (a: Tensor, b: Tensor) => mul(a, b),
    [tensor([2]), tensor([3])],
    [tensor([1]), tensor([10])],
  );
  assertTensor(y, [6]);
  assertTensor(dy, [23]);
  const [, still] = jvp((_: Tensor) => tensor([7]), [tensor([2])], [tensor([1])]);
  assertTensor(still, [0]);
  assertTuttiError(
    () => jvp((x: Tensor) => x, [tensor([2])], [tensor([1, 2])]),
    "shape",
    /jvp: a tangent is a float64 tensor of shape \[2\], expected float64 \[1\]/,
  );
});

test("hvp of a quadratic form is its matrix times the direction", () => {
  const a = tensor([
    [2, 1],
    [1, 5],
  ]);
  const f = (x: Tensor) => mul(sum(mul(x, a.matmul(x))), 0.5);
  const [gradient, product] = hvp(f, tensor([1, 1]), tensor([1, -1]));
  assertTensor(gradient, [3, 6]);
  assertTensor(product, [1, -4]);
});

test("what cannot be differentiated is refused", () => {
  assertTuttiError(
    () => grad((x: Tensor) => square(x))(tensor([1, 2])),
    "shape",
    /^grad: the function returned a float64 tensor of shape \[2\], expected a single number/,
  );
  assertTuttiError(
    () => grad((x: Tensor) => sum(x))(tensor([1], { dtype: "int32" })),
    "dtype",
    /^grad: .* is int32/,
  );
  assertTuttiError(() => grad((x: Tensor) => cast(x, "int32"))(tensor(1)), "dtype", /int32/);
  assertTuttiError(
    () => grad((x: Tensor) => sum(x).item() as never)(tensor(1)),
    "argument",
    /returned number/,
  );
  assertTuttiError(
    () => grad((x: never) => sum(x))(3 as never),
    "argument",
    /^grad: found number where a tensor/,
  );
});

test("integers inside a function are constants", () => {
  const labels = tensor([1, 0], { dtype: "int32" });
  const f = (x: Tensor) => sum(mul(x, add(oneHot(labels, 2), labels)));
  assertTensor(
    grad(f)(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ),
    [
      [1, 1],
      [2, 0],
    ],
  );
});

test("an error inside the function leaves the machinery usable", () => {
  for (const differentiate of [
    () => grad((x: Tensor) => sum(x.matmul(x)))(zeros([2, 3])),
    () => jvp((x: Tensor) => x.matmul(x), [zeros([2, 3])], [zeros([2, 3])]),
    () => grad((x: Tensor) => grad((y: Tensor) => sum(y.matmul(y)))(x))(zeros([2, 3])),
  ])
    assertTuttiError(differentiate, "shape", /matmul/);
  assertTensor(grad((x: Tensor) => mul(x, x))(tensor(3)), 6);
  const y = mul(tensor(2), 2);
  assertTensor(grad((x: Tensor) => mul(x, y))(tensor(1)), 4);
});
