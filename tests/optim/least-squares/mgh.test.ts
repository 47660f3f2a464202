import assert from "node:assert/strict";
import { test } from "node:test";
import { leastSquares } from "../../../src/optim/index.js";
import { PROBLEMS } from "../minimize/problems/index.js";

test("Levenberg and Marquardt's method solves the set of Moré, Garbow and Hillstrom", () => {
  for (const { name, m, x0, minima, residuals, jacobian } of PROBLEMS) {
    for (const factor of [0.1, 1, 100]) {
      const { value, converged, reason } = leastSquares(
        {
          count: m,
          residuals: (x, r) => r.set(residuals(x)),
          jacobian: (x, out) => out.set(jacobian(x)),
        },
        x0,
        { factor },
      );
      assert.ok(converged, `${name}: ${reason}`);
      const near = minima.some((minimum) => Math.abs(2 * value - minimum) <= 6e-6 * minimum + 1e-10);
      assert.ok(near, `${name}: ${2 * value}, published ${minima.join(", ")}`);
    }
  }
});
