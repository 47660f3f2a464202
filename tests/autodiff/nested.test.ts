import assert from "node:assert/strict";
import { test } from "node:test";
import { grad, hvp, jvp, valueAndGrad, vjp } from "../../src/autodiff/index.js";
import { add, exp, mul, pow, sin, square, sum, type Tensor, tensor } from "../../src/tensor/index.js";
import { assertTensor } from "../tensor/support.js";

const derivative = (f: (x: Tensor) => Tensor) => (x: Tensor) => jvp(f, [x], [tensor(1)])[1];

/** The two ways to differentiate a function of one number; closures must not confuse their variables in any mix. */
const WAYS = { grad: (f: (x: Tensor) => Tensor) => grad(f) as (x: Tensor) => Tensor, jvp: derivative };

for (const [outerName, outer] of Object.entries(WAYS))
  for (const [innerName, inner] of Object.entries(WAYS)) {
    test(`${outerName} of ${innerName}: variables of different levels are not confused`, () => {
      // Siskind and Pearlmutter, "Perturbation confusion and referential transparency" (2005): d/dx [x · d/dy (x + y)] = 1
      const f = outer((x) => mul(x, inner((y) => add(x, y))(tensor(1))));
      assertTensor(f(tensor(5)), 1);
      // d/dx [x · d/dy (x y)] = d/dx x² = 2x
      const g = outer((x) => mul(x, inner((y) => mul(x, y))(tensor(2))));
      assertTensor(g(tensor(5)), 10);
      // the same at y = x: ∂/∂y (x y²) = 2xy is 2x² there, times x: d/dx 2x³ = 6x²
      const h = outer((x) => mul(x, inner((y) => mul(x, square(y)))(x)));
      assertTensor(h(tensor(3)), 54);
    });
    test(`${outerName} of ${innerName}: second derivatives`, () => {
      assertTensor(outer(inner((x) => pow(x, 4)))(tensor(2)), 48, 1e-14);
      assertTensor(
        outer(inner((x) => sin(square(x))))(tensor(0.5)),
        2 * Math.cos(0.25) - Math.sin(0.25),
        1e-14,
      );
    });
  }

test("five derivatives deep", () => {
  let f = (x: Tensor) => exp(mul(x, 2));
  for (let i = 0; i < 5; i++) f = grad(f) as (x: Tensor) => Tensor;
  assertTensor(f(tensor(0)), 32);
});

test("the value inside an outer derivative is differentiated too", () => {
  const f = (x: Tensor) => {
    const [value, gradient] = valueAndGrad((y: Tensor) => pow(y, 3))(x);
    return add(value, gradient);
  };
  assertTensor(grad(f)(tensor(2)), 3 * 4 + 6 * 2);
});

test("a pullback can be differentiated, and called after other derivatives were taken", () => {
  const f = (x: Tensor) => {
    const [, pullback] = vjp(square, x);
    const other = grad((z: Tensor) => pow(z, 3))(x);
    return mul(pullback(tensor(1))[0], other); // 2x · 3x²
  };
  assertTensor(grad(f)(tensor(2)), 18 * 4);
});

test("three levels: third derivatives of a product by mixed modes", () => {
  // f = x² y³: ∂³f/∂x∂y² = 2x · 6y
  const f = (x: Tensor, y: Tensor) => mul(square(x), pow(y, 3));
  const dy = (x: Tensor, y: Tensor) => derivative((v) => f(x, v))(y);
  const dyy = (x: Tensor, y: Tensor) => grad((v: Tensor) => dy(x, v))(y);
  const dxyy = grad((x: Tensor) => dyy(x, tensor(3)));
  assertTensor(dxyy(tensor(2)), 72, 1e-14);
});

test("a tensor of a finished derivative is a constant in the next one", () => {
  let stray: Tensor = tensor(0);
  const f = grad((x: Tensor): [Tensor, Tensor] => {
    stray = square(x);
    return [stray, stray];
  });
  const [, , aux] = valueAndGrad((x: Tensor): [Tensor, Tensor] => [square(x), mul(x, 3)])(tensor(2));
  assertTensor(grad((x: Tensor) => mul(x, aux))(tensor(5)), 6);
  f(tensor(1));
  assert.ok(stray.isFreed);
});

test("hvp inside a derivative: third order", () => {
  const v = tensor([1, 2]);
  const f = (x: Tensor) => sum(pow(x, 4));
  const g = (x: Tensor) => sum(hvp(f, x, v)[1]); // Σ 12 x² v
  assertTensor(grad(g)(tensor([1, 2])), [24, 96], 1e-13);
});
