import assert from "node:assert/strict";
import { test } from "node:test";
import { minimize, type Objective } from "../../../src/optim/index.js";
import { ConjugateGradient } from "../../../src/optim/minimize/conjugate-gradient.js";
import { PROBLEMS } from "./problems/index.js";

const METHODS = ["nls", "ntr", "tron"] as const;

/** ½ xᵀAx − bᵀx. */
const quadratic = (a: readonly (readonly number[])[], b: readonly number[]): Objective => {
  const multiply = (v: ArrayLike<number>) => a.map((row) => row.reduce((sum, aij, j) => sum + aij * v[j], 0));
  return {
    size: b.length,
    valueAndGradient(x, gradient) {
      const ax = multiply(x);
      gradient.set(ax.map((axi, i) => axi - b[i]));
      return ax.reduce((sum, axi, i) => sum + x[i] * (axi / 2 - b[i]), 0);
    },
    hessian: () => (direction, product) => product.set(multiply(direction)),
  };
};

/** 2 on the diagonal, −1 beside it: (A⁻¹ 1)ᵢ = i (n + 1 − i) / 2 for i from 1. */
const second = (n: number) =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
  );
const ones = (n: number) => Array.from({ length: n }, () => 1);

/** Runs the model of a matrix and a gradient, and counts products. */
function modelOf(a: readonly (readonly number[])[], gradient: readonly number[], radius: number) {
  const step = new Float64Array(gradient.length);
  let products = 0;
  const end = new ConjugateGradient(gradient.length).minimize(
    (v, out) => {
      products++;
      out.set(a.map((row) => row.reduce((sum, aij, j) => sum + aij * v[j], 0)));
    },
    Float64Array.from(gradient),
    radius,
    step,
  );
  return { ...end, step, products };
}

test("conjugate gradients solve a system of n variables in n products, fewer for fewer eigenvalues", () => {
  const n = 12;
  const gradient = Array.from({ length: n }, (_, i) => Math.sin(i * i + 1)); // no symmetry helps
  const { step, products, value, length, negative } = modelOf(second(n), gradient, 1e10);
  assert.equal(products, n);
  assert.equal(negative, false);
  const residual = second(n).map((row, i) => row.reduce((sum, aij, j) => sum + aij * step[j], gradient[i]));
  assert.ok(Math.hypot(...residual) < 1e-12);
  assert.ok(Math.abs(length - Math.hypot(...step)) < 1e-12 * length);
  const half = step.reduce((sum, di, i) => sum + (di * gradient[i]) / 2, 0); // at the minimum, gᵀd/2
  assert.ok(Math.abs(value - half) < 1e-12 * Math.abs(half));
  const diagonal = ones(n).map((_, i) => ones(n).map((_, j) => (i === j ? 1 + (i % 3) : 0)));
  assert.equal(modelOf(diagonal, gradient, 1e10).products, 3);
});

test("a model ends at the edge of its region, also along negative curvature", () => {
  const long = modelOf(second(12), ones(12), 3);
  assert.equal(long.length, 3);
  assert.ok(Math.abs(Math.hypot(...long.step) - 3) < 1e-12);
  assert.ok(long.value < 0 && !long.negative);
  const saddle = [
    [1, 0],
    [0, -1],
  ];
  const down = modelOf(saddle, [1, 0.5], 2);
  assert.ok(down.negative);
  assert.ok(Math.abs(Math.hypot(...down.step) - 2) < 1e-12);
  const [d1, d2] = down.step;
  assert.ok(Math.abs(down.value - (d1 + 0.5 * d2 + (d1 * d1 - d2 * d2) / 2)) < 1e-12);
});

test("a quadratic function takes one step of Newton's, once the radius allows it", () => {
  for (const method of METHODS) {
    const { x, reason, iteration, products } = minimize(
      quadratic(second(8), ones(8)),
      ones(8).map((_, i) => Math.cos(i)),
      { method },
    );
    assert.equal(reason, "CONVERGED_GATOL", method);
    const most = method === "tron" ? 6 : 3; // it begins with a radius of 1
    assert.ok(iteration <= most && products <= (most - 1) * 8 + 3, `${method}: ${iteration}, ${products}`);
    x.forEach((xi, i) => {
      assert.ok(Math.abs(xi - ((i + 1) * (8 - i)) / 2) < 1e-7);
    });
  }
});

test("convergence is quadratic near a minimum", () => {
  for (const method of METHODS) {
    for (const name of ["5 Beale", "14 Wood", "30 Broyden tridiagonal", "35 Chebyquad, 10 variables"]) {
      const problem = PROBLEMS.find((problem) => problem.name === name)!;
      const norms: number[] = [];
      minimize(problem.objective, problem.x0, {
        method,
        gatol: 1e-13,
        grtol: 0,
        monitor: ({ gradientNorm }) => void norms.push(gradientNorm),
      });
      // The last two steps from where a step of quadratic convergence can still be seen.
      const last = norms.findLastIndex((size) => size > 1e-7);
      const [before, after] = [norms[last], norms[last + 1]];
      assert.ok(after <= 1e3 * before ** 2 + 1e-13, `${method}, ${name}: ${before}, then ${after}`);
    }
  }
});

/** Where a method ends at another stationary point than the paper's. */
const ELSEWHERE: Readonly<Record<string, readonly number[]>> = { "18 Biggs EXP6": [0.242677, 0.306367] };

test("the problems of Moré, Garbow and Hillstrom are solved", () => {
  for (const method of METHODS) {
    for (const { name, objective, x0, minima } of PROBLEMS) {
      const { value, reason, gradientNorm } = minimize(objective, x0, { method });
      const stuck = name === "10 Meyer"; // rounding errors keep the gradient above the tolerance
      assert.ok(stuck || /GATOL|GRTOL/.test(reason), `${method}, ${name}: ${reason}, ${gradientNorm}`);
      const known = [...minima, ...(ELSEWHERE[name] ?? [])];
      const near = known.some((minimum) => Math.abs(value - minimum) <= 6e-6 * minimum + 1e-8);
      assert.ok(near, `${method}, ${name}: ${value}, published ${minima.join(", ")}`);
    }
  }
});

test("a Hessian must be symmetric, and its products finite", () => {
  const skew = quadratic(
    [
      [2, 1],
      [-1, 2],
    ],
    [1, 1],
  );
  for (const method of METHODS) {
    assert.throws(
      () => minimize(skew, [1, 2], { method }),
      /the objective's Hessian is not symmetric: uᵀHv is .* but vᵀHu is /,
    );
    const broken = { ...quadratic(second(3), ones(3)) };
    const hessian = broken.hessian!;
    broken.hessian = (x) => (direction, product) => {
      hessian(x)(direction, product);
      product[1] = Number.NaN;
    };
    assert.throws(
      () => minimize(broken, [0, 0, 0], { method }),
      /entry 1 of a product with the Hessian is NaN in iteration 0, where f is 0;/,
    );
    const { hessian: _, ...without } = broken;
    assert.throws(
      () => minimize(without, [0, 0, 0], { method }),
      /multiplies by the Hessian, and the objective has none/,
    );
  }
});

test("where f is not finite beyond a wall, steps become shorter", () => {
  // x − log x, smallest at 1, not defined for x ≤ 0.
  const wall: Objective = {
    size: 1,
    valueAndGradient(x, gradient) {
      gradient[0] = 1 - 1 / x[0];
      return x[0] - Math.log(x[0]);
    },
    hessian: (x) => (direction, product) => {
      product[0] = direction[0] / x[0] ** 2;
    },
  };
  for (const method of METHODS) {
    const { x, converged } = minimize(wall, [30], { method });
    assert.ok(converged && Math.abs(x[0] - 1) < 1e-7, `${method}: ${x}`);
  }
});
