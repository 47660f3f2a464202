import assert from "node:assert/strict";
import { test } from "node:test";
import { ArrayDataset, ndarray } from "../../../src/data/index.js";
import { BinaryCrossEntropy, mlp } from "../../../src/nn/index.js";
import { checkGradient, type Objective } from "../../../src/optim/index.js";
import { cos, exp, mul, sum, type Tensor } from "../../../src/tensor/index.js";
import { objective } from "../../../src/train/index.js";
import { assertTuttiError } from "../../tensor/support.js";

const near = (values: number[], wanted: number) =>
  assert.ok(
    values.every((value) => Math.abs(value - wanted) < 0.1),
    `${values} are not ${wanted}`,
  );

/** x³ + y² with its derivatives, each of which may be given a wrong factor. */
const cubic = (gradientFactor = 1, hessianFactor = 1): Objective => ({
  size: 2,
  value: ([x, y]) => x ** 3 + y ** 2,
  valueAndGradient([x, y], gradient) {
    gradient.set([gradientFactor * 3 * x ** 2, 2 * y]);
    return x ** 3 + y ** 2;
  },
  hessian:
    ([x]) =>
    ([u, v], product) =>
      product.set([hessianFactor * 6 * x * u, 2 * v]),
});

test("remainders fall at the rates 1, 2 and 3, for a function in differentiable operations", () => {
  const f = (x: Tensor) => sum(mul(exp(x), cos(mul(x, 3))));
  const table = checkGradient(f, [0.3, -1, 2]);
  near(table.rates("zeroth"), 1);
  near(table.rates("first"), 2);
  near(table.rates("second").slice(0, 4), 3);
  assert.equal(table.gradientIsRight, true);
  assert.equal(table.hessianIsRight, true);
});

test("the remainders are those of a cubic, whose series ends", () => {
  const { rows } = checkGradient(cubic(), [2, 1], { direction: [1, 0], h: 0.5, rows: 2 });
  // (2 + h)³ = 8 + 12 h + 6 h² + h³
  assert.deepEqual(rows, [
    { h: 0.5, zeroth: 6 + 1.5 + 0.125, first: 1.5 + 0.125, second: 0.125 },
    { h: 0.25, zeroth: 3 + 0.375 + 0.015625, first: 0.375 + 0.015625, second: 0.015625 },
  ]);
});

test("a wrong gradient or Hessian is found, by its rate", () => {
  const wrongGradient = checkGradient(cubic(1.001), [2, 1]);
  assert.equal(wrongGradient.gradientIsRight, false);
  assert.equal(wrongGradient.hessianIsRight, false);
  const wrongHessian = checkGradient(cubic(1, 1.01), [2, 1]);
  assert.equal(wrongHessian.gradientIsRight, true);
  assert.equal(wrongHessian.hessianIsRight, false);
  near(wrongHessian.rates("second").slice(2), 2);
  const { hessian, ...noHessian } = cubic();
  assert.equal(checkGradient(noHessian, [2, 1]).hessianIsRight, undefined);
  assert.ok(hessian);
});

test("derivatives of linear functions are right although nothing but rounding is left", () => {
  const table = checkGradient((x: Tensor) => sum(mul(x, 3)), [1, 2, 3]);
  assert.equal(table.gradientIsRight, true);
  assert.equal(table.hessianIsRight, true);
});

test("as text it is a table with rates", () => {
  const lines = String(checkGradient(cubic(), [2, 1], { direction: [1, 0], h: 0.5, rows: 3 })).split("\n");
  assert.deepEqual(lines, [
    "      h  |f(x+hd)-f(x)|  rate  less h g'd  rate  less h²d'Hd/2  rate",
    "5.00e-1        7.625e+0          1.625e+0             1.250e-1",
    "2.50e-1        3.391e+0  1.17    3.906e-1  2.06       1.563e-2  3.00",
    "1.25e-1        1.596e+0  1.09    9.570e-2  2.03       1.953e-3  3.00",
  ]);
});

test("the mean loss of a network has the derivatives that it says", () => {
  const inputs = ndarray(
    "float64",
    [50, 3],
    Float64Array.from({ length: 150 }, (_, i) => Math.sin(i)),
  );
  const targets = ndarray(
    "float64",
    [50, 1],
    Float64Array.from({ length: 50 }, (_, i) => i % 2),
  );
  const model = mlp([3, 4, 1], { activation: "tanh" });
  using f = objective(model, new BinaryCrossEntropy(), new ArrayDataset(inputs, targets), { l2: 0.3 });
  const table = checkGradient(f, f.start);
  near(table.rates("first"), 2);
  near(table.rates("second").slice(0, 3), 3);
});

test("lengths that do not fit are errors", () => {
  assertTuttiError(() => checkGradient(cubic(), [1]), "argument", /x has 1 entries, expected 2/);
  assertTuttiError(
    () => checkGradient(cubic(), [1, 2], { direction: [1] }),
    "argument",
    /direction has 1 entries, expected 2/,
  );
});

test("points far from 0, where x + h d is rounded, do not make derivatives look wrong", () => {
  const far = 1e8;
  const table = checkGradient(
    {
      valueAndGradient([x], gradient) {
        gradient[0] = 2 * (x - far);
        return (x - far) ** 2;
      },
      hessian: () => (d, product) => void product.fill(2 * d[0]),
    },
    [far + 1],
  );
  assert.deepEqual([table.gradientIsRight, table.hessianIsRight], [true, true]);
});

test("values and derivatives that are not finite are an error, not right", () => {
  const parabola = (value: (x: number) => number, slope = 2, curvature = 2): Objective => ({
    valueAndGradient([x], gradient) {
      gradient[0] = slope * x;
      return value(x);
    },
    hessian: () => (d, product) => void product.fill(curvature * d[0]),
  });
  const wrong = (f: Objective, message: RegExp) =>
    assertTuttiError(() => checkGradient(f, [1], { direction: [1] }), "diverged", message);
  wrong(
    parabola(() => Number.NaN),
    /^checkGradient: f is NaN at x$/,
  );
  wrong(
    parabola((x) => x * x, Number.NaN),
    /entry 0 of the gradient is NaN at x/,
  );
  wrong(
    parabola((x) => x * x, 2, Number.POSITIVE_INFINITY),
    /entry 0 of the product of the Hessian and the direction is Infinity/,
  );
  wrong(
    parabola((x) => (x <= 1 ? x * x : Number.NaN)),
    /f is NaN at x \+ h d for h = 0\.01; take a smaller h/,
  );
});

test("a table that could tell nothing is refused", () => {
  for (const [options, message] of [
    [{ rows: 1 }, /rows is 1, expected a whole number from 2/],
    [{ h: 0 }, /h is 0, expected a finite number above 0/],
    [{ direction: [0, 0] }, /direction is 0, expected a vector along which x can move/],
    [{ direction: [Number.NaN, 0] }, /direction\[0\] is NaN, expected a finite number/],
  ] as const)
    assertTuttiError(() => checkGradient(cubic(), [1, 2], options), "argument", message);
  assertTuttiError(() => checkGradient(cubic(), [1, Number.NaN]), "argument", /x\[1\] is NaN/);
});
