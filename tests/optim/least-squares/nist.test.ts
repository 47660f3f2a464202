import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type LeastSquaresOptions, leastSquares } from "../../../src/optim/index.js";
import { REGRESSIONS, residualsOf } from "./nist.js";

/** How many decimal digits two lists have in common at least: NIST's log relative error. */
const digits = (found: ArrayLike<number>, certified: readonly number[]) =>
  Math.min(...certified.map((value, k) => -Math.log10(Math.abs(found[k] - value) / Math.abs(value) + 1e-11)));

/** Digits of the certified results. */
interface Digits {
  readonly parameters: number;
  readonly errors: number;
  readonly sum: number;
}

const CASES: readonly [options: LeastSquaresOptions, wanted: Digits][] = [
  [{}, { parameters: 5.5, errors: 5.5, sum: 9 }],
  [
    { ftol: 0, xtol: 0, gtol: 0 },
    { parameters: 6.3, errors: 6.3, sum: 9 },
  ],
  [{ jacobian: "central" }, { parameters: 5.5, errors: 5.5, sum: 9 }],
  [{ jacobian: "forward" }, { parameters: 5, errors: 3.5, sum: 9 }],
];

/** The digits that a set cannot show more of. */
function limits(name: string, { ftol }: LeastSquaresOptions): Partial<Digits> {
  // It converges linearly. A relative change of the sum by 1e-12, at 159 degrees of freedom, may be one of an unknown by
  // 1.3e-5 of its standard deviation, which for b8 is 2.4 times b8 itself.
  if (name === "ENSO" && ftol !== 0) return { parameters: 4.5 };
  // Residuals of 1e-13 are differences of numbers up to 2.5, rounded to 2e-16: no more than three digits are left.
  if (name === "Lanczos1") return { errors: 2, sum: 2 };
  return {};
}

test("the data are those that were certified", () => {
  assert.equal(REGRESSIONS.length, 27);
  for (const set of REGRESSIONS) {
    const { count, residuals } = residualsOf(set);
    const r = new Float64Array(count);
    residuals(Float64Array.from(set.parameters), r);
    const sum = r.reduce((sum, ri) => sum + ri * ri, 0);
    // Lanczos1's residuals are less than what the last printed digit of its parameters is worth
    const same = set.name === "Lanczos1" ? sum < 1e-20 : digits([sum], [set.sumOfSquares]) > 10;
    assert.ok(same, `${set.name}: ${sum}, certified ${set.sumOfSquares}`);
  }
});

for (const set of REGRESSIONS) {
  describe(`${set.name}, of ${set.difficulty.toLowerCase()} difficulty`, () => {
    const { parameters, standardDeviations, sumOfSquares, degreesOfFreedom } = set;
    for (const [i, start] of set.starts.entries()) {
      test(`first guess ${i + 1}`, () => {
        for (const [options, usual] of CASES) {
          const fit = leastSquares(residualsOf(set), start, options);
          const how = `${JSON.stringify(options)}: ${fit.reason}`;
          assert.ok(fit.converged, how);
          const wanted = { ...usual, ...limits(set.name, options) };
          const check = (what: keyof Digits, found: ArrayLike<number>, certified: readonly number[]) => {
            const have = digits(found, certified);
            const message = `${how}: ${have} digits of the ${what}, wanted ${wanted[what]}: ${found}`;
            assert.ok(have > wanted[what], message);
          };
          check("parameters", fit.x, parameters);
          check("errors", fit.standardErrors, standardDeviations);
          check("sum", [2 * fit.value], [sumOfSquares]);
          check("sum", [fit.deviation], [Math.sqrt(sumOfSquares / degreesOfFreedom)]);
          assert.equal(fit.degreesOfFreedom, degreesOfFreedom);
        }
      });
    }
  });
}
