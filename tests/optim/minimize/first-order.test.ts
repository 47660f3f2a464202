import assert from "node:assert/strict";
import { test } from "node:test";
import { type MinimizeOptions, minimize } from "../../../src/optim/index.js";
import { PROBLEMS } from "./problems/index.js";

/** The problems that are too badly scaled, or too flat, for what knows only gradients. */
const HARD = /^(3|4|6|10|16|17|18|20|23|24) /;

/** That has minima of which none was published. */
const SEVERAL = /^31 /;

const METHODS: readonly MinimizeOptions[] = [
  { method: "lmvm" },
  { method: "lmvm", memory: 2 },
  { method: "lmvm", memory: 20, lineSearch: "armijo" },
  { method: "blmvm" },
  { method: "owlqn", l1: 0 },
  ...(["fr", "pr", "prp", "hs", "dy"] as const).map((cgType) => ({ method: "cg" as const, cgType })),
  { method: "gd" },
];

for (const options of METHODS)
  test(`${JSON.stringify(options)} finds published minima of the problems of Moré, Garbow and Hillstrom`, () => {
    for (const { name, x0, minima, objective } of PROBLEMS) {
      if (HARD.test(name) || SEVERAL.test(name)) continue;
      if (options.method === "cg" && /^(11|15|19) /.test(name)) continue; // thousands of evaluations
      if (options.method === "gd" && /^(11|15|19) |Linear, rank/.test(name)) continue;
      if (options.method === "owlqn" && /Helical/.test(name)) continue; // it stops at 0, where that is not defined
      const tolerances = { gatol: 1e-5, grtol: 0, maxIt: 10_000 };
      const { x, value, gradientNorm, converged, reason } = minimize(objective, x0, {
        ...options,
        ...tolerances,
      });
      const what = `${name}: ${reason}, f = ${value}, ‖g‖ = ${gradientNorm}`;
      assert.ok(converged && gradientNorm <= 1e-5, what);
      const gradient = new Float64Array(x.length);
      assert.equal(objective.valueAndGradient(x, gradient), value, "the value is that at x");
      assert.ok(Math.abs(Math.hypot(...gradient) - gradientNorm) <= 1e-12, what);
      const near = minima.some((minimum) => Math.abs(value - minimum) <= 1e-4 * Math.abs(minimum) + 2e-5);
      assert.ok(near, `${what}, expected ${minima}`);
    }
  });

test("lmvm finds all minima that its gradients can show, badly scaled ones too", () => {
  for (const { name, x0, minima, objective } of PROBLEMS) {
    if (!/^(3|4|16|17|18|23|24) /.test(name)) continue;
    const { value, converged } = minimize(objective, x0, { gatol: 1e-5, grtol: 0 });
    assert.ok(converged, name);
    assert.ok(
      minima.some((minimum) => Math.abs(value - minimum) <= 1e-4 * minimum + 1e-5) || value < 0.006,
      `${name}: ${value}`,
    );
  }
});

test("on a quadratic with few curvatures, conjugate gradients need few iterations", () => {
  const curvatures = [1, 1, 1, 10, 10, 100, 100, 100];
  const bowl = {
    valueAndGradient(x: Float64Array, gradient: Float64Array) {
      for (let i = 0; i < x.length; i++) gradient[i] = curvatures[i] * (x[i] - i);
      return x.reduce((sum, xi, i) => sum + (curvatures[i] * (xi - i) ** 2) / 2, 0);
    },
  };
  const { x, iteration } = minimize(bowl, new Float64Array(8), { method: "cg", gatol: 1e-9, grtol: 0 });
  assert.ok(iteration <= 40);
  for (const [i, xi] of x.entries()) assert.ok(Math.abs(xi - i) < 1e-8);
});

test("a search that fails ends where it was best, with the reason", () => {
  const noisy = {
    valueAndGradient(x: Float64Array, gradient: Float64Array) {
      gradient.set(x);
      return x[0] === 1 ? 1 : 2; // no point is better than the first, whatever the gradient says
    },
  };
  for (const method of ["gd", "cg", "lmvm", "blmvm", "owlqn"] as const) {
    const l1 = method === "owlqn" ? 0 : undefined;
    const { reason, converged, x, value, gradients } = minimize(noisy, [1], { method, l1 });
    assert.equal(reason, "DIVERGED_LS_FAILURE");
    assert.ok(!converged && x[0] === 1 && value === 1 && gradients < 200);
  }
});

test("options without meaning are refused", () => {
  const { objective, x0 } = PROBLEMS[0];
  const call = (options: object) => () => minimize(objective, x0, options);
  assert.throws(call({ memory: 0 }), /memory is 0, expected a whole number of steps, at least 1/);
  assert.throws(
    call({ method: "cg", memory: 3 }),
    /"cg" does not take `memory`; methods that do are "lmvm", "owlqn", "blmvm"/,
  );
  assert.throws(call({ method: "cg", cgType: "pr+" }), /cgType is "pr\+", expected one of "pr", "prp"/);
  assert.throws(
    call({ lineSearch: "wolfe" }),
    /lineSearch is "wolfe", expected one of "armijo"|"more-thuente"/,
  );
});
