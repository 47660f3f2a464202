import assert from "node:assert/strict";
import { test } from "node:test";
import { minimize, type Objective } from "../../../src/optim/index.js";
import { PROBLEMS } from "./problems/index.js";

/** The smallest slope of f + λ‖x‖₁ in a coordinate, 0 where the subdifferential contains 0. */
const subgradient = (x: number, slope: number, lambda: number) =>
  x === 0 ? Math.max(0, Math.abs(slope) - lambda) : Math.abs(slope + lambda * Math.sign(x));

function assertOptimal(
  objective: Objective,
  x: Float64Array,
  lambda: number,
  tolerance: number,
  what: string,
) {
  const gradient = new Float64Array(x.length);
  objective.valueAndGradient(x, gradient);
  for (const [i, slope] of gradient.entries()) {
    const distance = subgradient(x[i], slope, lambda);
    assert.ok(distance <= tolerance, `${what}: subgradient ${distance} at x[${i}] = ${x[i]}`);
  }
}

test("with independent variables the solution is the soft threshold", () => {
  const centres = [3, -2, 0.5, -0.4, 0, 1e-3];
  const curvatures = [1, 4, 0.25, 9, 2, 100];
  const bowl: Objective = {
    valueAndGradient(x, gradient) {
      for (let i = 0; i < x.length; i++) gradient[i] = curvatures[i] * (x[i] - centres[i]);
      return x.reduce((sum, xi, i) => sum + (curvatures[i] * (xi - centres[i]) ** 2) / 2, 0);
    },
  };
  for (const lambda of [0, 0.1, 1, 5, 1000]) {
    const { x, value, converged } = minimize(bowl, [1, 1, 1, 1, 1, 1], {
      method: "owlqn",
      l1: lambda,
      gatol: 1e-10,
      grtol: 0,
    });
    const wanted = centres.map((c, i) => Math.sign(c) * Math.max(0, Math.abs(c) - lambda / curvatures[i]));
    assert.ok(converged);
    for (const [i, xi] of x.entries()) {
      assert.ok(Math.abs(xi - wanted[i]) < 1e-9, `λ = ${lambda}: ${x}, expected ${wanted}`);
      assert.equal(xi === 0, wanted[i] === 0, "zeros are exact");
    }
    const penalty = wanted.reduce((sum, w) => sum + lambda * Math.abs(w), 0);
    const rest = wanted.reduce((sum, w, i) => sum + (curvatures[i] * (w - centres[i]) ** 2) / 2, 0);
    assert.ok(Math.abs(value - rest - penalty) <= 1e-9 * (1 + rest + penalty));
  }
});

test("sparse regression ends where 0 is in the subdifferential, and finds the support", () => {
  const [rows, n] = [60, 40];
  const a = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: n }, (_, j) => Math.sin(1 + i * i + 13 * j * i + j)),
  );
  const truth = Array.from({ length: n }, (_, j) => (j % 8 === 3 ? (j % 16 === 3 ? 2 : -3) : 0));
  const b = a.map((row) => row.reduce((sum, aij, j) => sum + aij * truth[j], 0));
  const regression: Objective = {
    valueAndGradient(x, gradient) {
      gradient.fill(0);
      let value = 0;
      for (const [i, row] of a.entries()) {
        const r = row.reduce((sum, aij, j) => sum + aij * x[j], -b[i]);
        value += (r * r) / 2;
        for (const [j, aij] of row.entries()) gradient[j] += r * aij;
      }
      return value;
    },
  };
  for (const lambda of [0.1, 1, 10]) {
    const { x, converged } = minimize(regression, new Float64Array(n), {
      method: "owlqn",
      l1: lambda,
      gatol: 1e-8,
      grtol: 0,
    });
    assert.ok(converged);
    assertOptimal(regression, x, lambda, 1e-8, `λ = ${lambda}`);
    if (lambda === 0.1)
      assert.deepEqual(
        Array.from(x, (xi) => Math.sign(xi) + 0),
        truth.map(Math.sign),
      );
  }
});

test("curved valleys with an L1 term", () => {
  for (const { name, x0, objective } of PROBLEMS) {
    if (!/Rosenbrock|Freudenstein|Beale|Bard|Kowalik|Biggs|Osborne 1|Wood|Watson, 6|Brown almost/.test(name))
      continue;
    const { x, converged, gradients } = minimize(objective, x0, {
      method: "owlqn",
      l1: 0.1,
      gatol: 1e-6,
      grtol: 0,
    });
    assert.ok(converged, name);
    assertOptimal(objective, x, 0.1, 1e-6, name);
    assert.ok(gradients < 300, `${name}: ${gradients} evaluations`);
  }
});

test("owlqn needs its weight, and other methods do not take one", () => {
  const { objective, x0 } = PROBLEMS[0];
  assert.throws(() => minimize(objective, x0, { method: "owlqn" }), /method "owlqn" needs `l1`/);
  assert.throws(
    () => minimize(objective, x0, { method: "owlqn", l1: -1 }),
    /l1 is -1, expected a finite number/,
  );
  assert.throws(
    () => minimize(objective, x0, { l1: 1 }),
    /"lmvm" does not take `l1`; methods that do are "owlqn"/,
  );
});
