import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type LeastSquaresOptions, leastSquares, type Residuals } from "../../../src/optim/index.js";
import { studentT } from "../../../src/optim/least-squares/student-t.js";
import {
  concat,
  exp,
  mul,
  split,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../../../src/tensor/index.js";

const close = (found: ArrayLike<number>, wanted: readonly number[], error = 1e-9) => {
  assert.equal(found.length, wanted.length);
  for (const [k, value] of wanted.entries()) {
    const apart = Math.abs(found[k] - value);
    assert.ok(apart <= error * Math.max(1, Math.abs(value)), `${Array.from(found)}, expected ${wanted}`);
  }
};

const TIMES = [0, 1, 2, 3, 4, 5, 6, 7];
const float64 = (values: readonly number[]) => tensor(values, { dtype: "float64" });
/** A exp(−k t) − y, in differentiable operations. */
const decay = (y: readonly number[]) => {
  const [t, measured] = [float64(TIMES), float64(y)];
  return (x: Tensor) => {
    const [amplitude, rate] = split(x, 2);
    return sub(mul(amplitude, exp(mul(mul(rate, t), -1))), measured);
  };
};
const EXACT = TIMES.map((t) => 3 * Math.exp(-0.5 * t));

/** a + b t − y: a straight line. */
const line = (y: readonly number[]): Residuals => ({
  size: 2,
  count: y.length,
  residuals: ([a, b], r) => {
    for (const [t, value] of y.entries()) r[t] = a + b * t - value;
  },
  jacobian: (_, jacobian) => {
    for (const t of y.keys()) jacobian.set([1, t], 2 * t);
  },
});

describe("derivatives", () => {
  test("of differentiable operations", () => {
    const { x, value, reason, evaluations, jacobians } = leastSquares(decay(EXACT), [1, 1]);
    close(x, [3, 0.5]);
    assert.ok(value < 1e-20 && /^CONVERGED/.test(reason));
    assert.ok(evaluations < 20 && jacobians <= evaluations);
  });

  test("of more unknowns than residuals, backwards", () => {
    const f = (x: Tensor) => {
      const [a, b, c, d] = split(x, 4);
      return stack([sub(sum(square(x)), 4), sum(sub(mul(a, b), mul(c, d)))]);
    };
    const { x, value } = leastSquares(f, [1, 2, 3, 4]);
    assert.ok(value < 1e-20);
    assert.ok(Math.abs(x[0] ** 2 + x[1] ** 2 + x[2] ** 2 + x[3] ** 2 - 4) < 1e-9);
  });

  test("by differences, which stay within the bounds and are counted", () => {
    for (const jacobian of ["forward", "central"] as const) {
      const seen: number[] = [];
      const given: Residuals = {
        count: TIMES.length,
        residuals: ([amplitude, rate], r) => {
          seen.push(rate);
          for (const [i, t] of TIMES.entries()) r[i] = amplitude * Math.exp(-rate * t) - EXACT[i];
        },
      };
      const fit = leastSquares(given, [1, 1], { jacobian, bounds: { lower: [0, 0.5], upper: [10, 1] } });
      close(fit.x, [3, 0.5], 1e-7);
      assert.ok(Math.min(...seen) >= 0.5 && Math.max(...seen) <= 1);
      assert.equal(seen.length, fit.evaluations);
    }
  });
});

describe("how sure it is", () => {
  const y = [1, 3, 2, 5, 4, 6];
  // by hand: the normal equations of a straight line
  const n = y.length;
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  const spread = n * mean(y.map((_, t) => (t - mean([0, n - 1])) ** 2));
  const slope = y.reduce((total, value, t) => total + value * (t - (n - 1) / 2), 0) / spread;
  const start = mean(y) - (slope * (n - 1)) / 2;
  const squares = y.reduce((total, value, t) => total + (start + slope * t - value) ** 2, 0);
  const variance = squares / (n - 2);

  test("covariance and intervals of a straight line", () => {
    const fit = leastSquares(line(y), [0, 0]);
    close(fit.x, [start, slope]);
    close([fit.value, fit.deviation], [squares / 2, Math.sqrt(variance)]);
    const middle = (n - 1) / 2;
    const mixed = (-variance * middle) / spread;
    close(fit.covariance, [variance * (1 / n + middle ** 2 / spread), mixed, mixed, variance / spread]);
    close(fit.standardErrors, [Math.sqrt(fit.covariance[0]), Math.sqrt(variance / spread)]);
    const { lower, upper } = fit.confidenceIntervals(0.99);
    const half = studentT(0.99, n - 2) * Math.sqrt(variance / spread);
    close([lower[1], upper[1]], [slope - half, slope + half]);
    assert.throws(() => fit.confidenceIntervals(95), /level must be between 0 and 1, found 95/);
  });

  test("an unknown that a bound holds counts as known", () => {
    const fit = leastSquares(line(y), [0, 0], { bounds: { upper: [10, slope / 2] } });
    assert.equal(fit.x[1], slope / 2);
    assert.deepEqual(fit.free, [0]);
    const rest = y.map((value, t) => value - (slope / 2) * t);
    close([fit.x[0]], [mean(rest)]);
    const error = Math.sqrt(rest.reduce((total, r) => total + (r - mean(rest)) ** 2, 0) / (n - 1) / n);
    close([fit.standardErrors[0]], [error]);
    assert.ok(Number.isNaN(fit.standardErrors[1]) && Number.isNaN(fit.covariance[1]));
  });

  test("residuals that do not determine the unknowns have a minimum, but no covariance", () => {
    const same: Residuals = {
      count: 4,
      residuals: ([a, b], r) => void r.set([a + b - 1, a + b - 2, a + b - 3, a + b]),
      jacobian: (_, jacobian) => void jacobian.fill(1),
    };
    const fit = leastSquares(same, [0, 0]);
    close([fit.x[0] + fit.x[1]], [1.5]);
    assert.throws(() => fit.covariance, {
      code: "argument",
      message: /rank 1, less than its 2 unknowns: the residuals do not tell x\[0\], x\[1\] apart/,
    });
    const blind: Residuals = {
      ...same,
      jacobian: (_, jacobian) => void jacobian.set([1, 0, 1, 0, 1, 0, 1, 0]),
    };
    assert.throws(() => leastSquares(blind, [1.5, 0]).covariance, /do not depend on x\[1\]/);
  });

  test("as many residuals as unknowns show no errors", () => {
    const fit = leastSquares(line([1, 2]), [0, 0]);
    close(fit.x, [1, 1]);
    assert.throws(
      () => fit.standardErrors,
      /2 residuals do not show the errors of 2 unknowns; .* at least 3/,
    );
  });
});

test("bounds: the minimum within a box, whatever the first guess", () => {
  // |x − c|² in a skewed metric, for which projecting the free minimum would be wrong
  const skew: Residuals = {
    count: 2,
    residuals: ([a, b], r) => void r.set([a + b - 4, 0.1 * (a - b)]),
    jacobian: (_, jacobian) => void jacobian.set([1, 1, 0.1, -0.1]),
  };
  for (const start of [
    [0, 0],
    [1, 5],
    [-3, -8],
  ]) {
    const fit = leastSquares(skew, start, { bounds: { upper: [1, Number.POSITIVE_INFINITY] } });
    // with a = 1: (b − 3)² + 0.01 (1 − b)² is smallest at b = (3 + 0.01) / 1.01
    close(fit.x, [1, 3.01 / 1.01]);
    assert.equal(fit.x[0], 1);
    assert.ok(fit.converged);
  }
});

test("tolerances say why it ends, and a monitor can end it", () => {
  const end = (options: LeastSquaresOptions) =>
    leastSquares(decay(EXACT.map((y, i) => y + (i % 2))), [1, 1], options);
  assert.equal(end({ maxIt: 2 }).reason, "DIVERGED_MAXITS");
  assert.equal(end({ maxEvaluations: 2 }).reason, "DIVERGED_MAXFCN");
  assert.equal(end({ ftol: 0.5, xtol: 0, gtol: 0 }).reason, "CONVERGED_FTOL");
  assert.equal(end({ ftol: 0, xtol: 0.5, gtol: 0 }).reason, "CONVERGED_XTOL");
  assert.equal(end({ ftol: 0, xtol: 0, gtol: 0.1 }).reason, "CONVERGED_GTOL");
  const seen: number[] = [];
  const values: number[] = [];
  const fit = end({
    monitor: ({ iteration, value, gradientNorm, step, x }) => {
      assert.ok(gradientNorm > 0 && step > 0 && x.length === 2);
      seen.push(iteration);
      values.push(value);
      return iteration < 3;
    },
  });
  assert.deepEqual([fit.reason, fit.iteration, seen], ["CONVERGED_USER", 3, [0, 1, 2, 3]]);
  assert.deepEqual(
    values,
    [...values].sort((a, b) => b - a),
  );
});

test("a step to where residuals are not finite is a step too far", () => {
  const log: Residuals = {
    count: 1,
    residuals: ([a], r) => void r.set([Math.log(a) + 1]), // Newton's first step from 8 leads below 0
    jacobian: ([a], jacobian) => void jacobian.set([1 / a]),
  };
  close(leastSquares(log, [8], { factor: 100 }).x, [Math.exp(-1)]);
});

describe("bad input", () => {
  const call = (given: Partial<Residuals>, x0: readonly number[], options?: object) => () =>
    leastSquares({ ...line([1, 2, 4]), ...given }, x0, options);

  test("what is not finite, and where", () => {
    const wrong = { residuals: (_: Float64Array, r: Float64Array) => void r.set([1, Number.NaN, 2]) };
    assert.throws(call(wrong, [0, 0]), {
      code: "diverged",
      message: "leastSquares: residual 1 is NaN in iteration 0, expected a finite number",
    });
    const steep = { jacobian: (_: Float64Array, j: Float64Array) => void j.fill(1).fill(-Infinity, 3, 4) };
    assert.throws(call(steep, [0, 0]), /the derivative of residual 1 by x\[1\] is -Infinity in iteration 0/);
    const huge = { residuals: (_: Float64Array, r: Float64Array) => void r.fill(1e200) };
    assert.throws(call(huge, [0, 0]), /so large that their squares overflow; scale them/);
  });

  test("lengths", () => {
    assert.throws(call({}, [1]), /leastSquares: x0 has 1 variables, expected the 2 of the residuals/);
    assert.throws(call({}, [1, Number.POSITIVE_INFINITY]), /x0\[1\] is Infinity/);
    assert.throws(call({ count: 1.5 }, [1, 2]), /count must be a whole number from 0, found 1.5/);
    let calls = 0;
    const growing = (x: Tensor) => (calls++ === 0 ? x : concat([x, x]));
    assert.throws(() => leastSquares(growing, [1, 2]), /gave 2 residuals at first, now 4/);
  });

  test("options", () => {
    const bounds = { lower: 2, upper: 1 };
    assert.throws(
      call({}, [1, 2], { bounds }),
      /leastSquares: bounds.lower\[0\] is 2, above bounds.upper\[0\]/,
    );
    assert.throws(
      call({}, [1, 2], { method: "ln" }),
      /engine "tutti" has no method "ln"; the nearest are "lm"/,
    );
    assert.throws(
      call({}, [1, 2], { engine: "tao", method: "brgm" }),
      /engine "tao" has no method "brgm"; the nearest are "brgn", "pounders"/,
    );
    assert.throws(call({}, [1, 2], { engine: "toa" }), /engine must be "tutti" or "tao", found "toa"/);
    assert.throws(
      call({}, [1, 2], { gatol: 1 }),
      /engine "tutti" does not take `gatol`; it takes ftol, xtol, gtol, factor/,
    );
    assert.throws(
      call({}, [1, 2], { engine: "tao", ftol: 1 }),
      /engine "tao" does not take `ftol`; it takes gatol/,
    );
    assert.throws(
      call({}, [1, 2], { xtol: Number.NaN }),
      /leastSquares: xtol is NaN, expected a number that is/,
    );
    assert.throws(call({}, [1, 2], { factor: 0 }), /leastSquares: factor is 0, expected a number above it/);
    assert.throws(call({}, [1, 2], { maxIt: -1 }), /leastSquares: maxIt is -1, expected a whole number/);
    assert.throws(call({ jacobian: undefined }, [1, 2]), /no derivatives; give them `jacobian`/);
    assert.throws(
      call({}, [1, 2], { jacobian: "centre" }),
      /jacobian must be "forward" or "central", found "centre"/,
    );
  });

  test("what the residuals throw comes out", () => {
    const own = new RangeError("no such place");
    const failing = {
      residuals: () => {
        throw own;
      },
    };
    assert.throws(call(failing, [0, 0]), (error) => error === own);
  });
});
