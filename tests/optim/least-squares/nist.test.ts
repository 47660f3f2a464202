import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { leastSquares } from "../../../src/optim/index.js";
import { REGRESSIONS, residualsOf } from "./nist.js";

/** How many decimal digits two lists have in common at least: NIST's log relative error. */
const digits = (found: ArrayLike<number>, certified: readonly number[]) =>
  Math.min(...certified.map((value, k) => -Math.log10(Math.abs(found[k] - value) / Math.abs(value) + 1e-11)));

test("the data are those that were certified", () => {
  for (const set of REGRESSIONS) {
    const { count, residuals } = residualsOf(set);
    const r = new Float64Array(count);
    residuals(Float64Array.from(set.parameters), r);
    const sum = r.reduce((sum, ri) => sum + ri * ri, 0);
    assert.ok(digits([sum], [set.sumOfSquares]) > 10, `${set.name}: ${sum}, certified ${set.sumOfSquares}`);
  }
});

for (const set of REGRESSIONS) {
  describe(`${set.name}, of ${set.difficulty} difficulty`, () => {
    for (const [i, start] of set.starts.entries()) {
      const given = residualsOf(set);
      const { parameters, standardDeviations, sumOfSquares } = set;
      const check = (fit: ReturnType<typeof leastSquares>, wanted: number, wantedErrors: number) => {
        assert.ok(fit.converged, fit.reason);
        const found = digits(fit.x, parameters);
        assert.ok(found > wanted, `${found} digits of the parameters: ${fit.x}`);
        const foundErrors = digits(fit.standardErrors, standardDeviations);
        assert.ok(foundErrors > wantedErrors, `${foundErrors} digits of the errors: ${fit.standardErrors}`);
        assert.ok(digits([2 * fit.value], [sumOfSquares]) > 9);
        const degrees = set.x.length - parameters.length;
        assert.equal(fit.degreesOfFreedom, degrees);
        assert.ok(digits([fit.deviation], [Math.sqrt(sumOfSquares / degrees)]) > 9);
      };
      test(`first guess ${i + 1}`, () => {
        check(leastSquares(given, start), 5.5, 5.5);
        check(leastSquares(given, start, { ftol: 0, xtol: 0, gtol: 0 }), 6.3, 6.3);
        const { count, residuals } = given;
        check(leastSquares({ count, residuals }, start, { jacobian: "central" }), 5.5, 5.5);
        check(leastSquares({ count, residuals }, start, { jacobian: "forward" }), 5, 3.5);
      });
    }
  });
}
