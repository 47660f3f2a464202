import assert from "node:assert/strict";
import { test } from "node:test";
import { checkGradient, minimize, type Objective } from "../../../src/optim/index.js";
import { square, sub, sum, type Tensor, tensor } from "../../../src/tensor/index.js";

/** ½ Σ kᵢ (xᵢ − 1)², smallest at ones. */
const bowl = (...curvatures: number[]): Objective => ({
  size: curvatures.length,
  valueAndGradient(x, gradient) {
    let value = 0;
    for (const [i, k] of curvatures.entries()) {
      gradient[i] = k * (x[i] - 1);
      value += (k * (x[i] - 1) ** 2) / 2;
    }
    return value;
  },
});

test("steepest descent reaches the bottom of a bowl", () => {
  const { x, value, converged, reason, iteration } = minimize(bowl(1, 4, 9), [3, -2, 5], { method: "gd" });
  assert.equal(converged, true);
  assert.match(reason, /^CONVERGED_/);
  assert.ok(iteration > 2 && value < 1e-15);
  for (const xi of x) assert.ok(Math.abs(xi - 1) < 1e-7);
});

test("a function in differentiable operations is an objective", () => {
  const target = tensor([3, -4], { dtype: "float64" });
  const { x } = minimize((at: Tensor) => sum(square(sub(at, target))), [0, 0], { method: "gd" });
  assert.ok(Math.abs(x[0] - 3) < 1e-8 && Math.abs(x[1] + 4) < 1e-8);
});

test("tolerances say why it ends, and a monitor can end it", () => {
  const end = (options: object) => minimize(bowl(1, 100), [5, 5], { method: "gd", ...options }).reason;
  assert.equal(end({ maxIt: 3 }), "DIVERGED_MAXITS");
  assert.equal(end({ maxEvaluations: 4 }), "DIVERGED_MAXFCN");
  assert.equal(end({ fmin: 1 }), "CONVERGED_MINF");
  assert.equal(end({ gatol: 0, grtol: 0, gttol: 1e-3 }), "CONVERGED_GTTOL");
  assert.equal(end({ monitor: ({ iteration }: { iteration: number }) => iteration < 2 }), "CONVERGED_USER");
});

test("a monitor sees every iteration, the first guess included", () => {
  const seen: number[] = [];
  const { iteration } = minimize(bowl(1, 4), [3, 3], {
    method: "gd",
    monitor: ({ iteration, value, gradientNorm, step }) => {
      assert.ok(value >= 0 && gradientNorm >= 0 && step > 0);
      seen.push(iteration);
    },
  });
  assert.deepEqual(
    seen,
    Array.from({ length: iteration + 1 }, (_, i) => i),
  );
});

test("bad input is refused with what was found and wanted", () => {
  assert.throws(
    () => minimize(bowl(1), [1, 2], { method: "gd" }),
    /x0 has 2 variables, expected the 1 of the objective/,
  );
  assert.throws(() => minimize(bowl(1), [Number.NaN], { method: "gd" }), /x0\[0\] is NaN/);
  assert.throws(
    () => minimize(bowl(1), [1], { method: "gdd" as "gd" }),
    /no method "gdd"; the nearest are "gd"/,
  );
  assert.throws(() => minimize(bowl(1), [1], { method: 7 as unknown as "gd" }), /no method "7"/);
  // what only programs in JavaScript can give
  const wrong: [given: unknown, found: string][] = [
    [undefined, "undefined"],
    [7, "7"],
    [{ value: () => 1 }, "an object without it"],
  ];
  for (const [given, found] of wrong)
    for (const call of [minimize, checkGradient])
      assert.throws(() => call(given as Objective, [1]), {
        code: "argument",
        message: `${call.name}: the objective must be a function of a tensor, or have a method valueAndGradient; found ${found}`,
      });
  const nothing = undefined as unknown as number[];
  assert.throws(() => minimize(bowl(1), nothing), /minimize: x0 is undefined, expected an array of numbers/);
  assert.throws(() => checkGradient(bowl(1), nothing), /checkGradient: x is undefined, expected an array/);
});

test("tolerances and limits that could never be met are refused", () => {
  const wrong = (options: object, message: RegExp) =>
    assert.throws(() => minimize(bowl(1), [1], { method: "gd", ...options }), { code: "argument", message });
  for (const size of ["gatol", "grtol", "gttol", "steptol"]) {
    wrong({ [size]: Number.NaN }, new RegExp(`${size} is NaN, expected a number that is not negative`));
    wrong({ [size]: -1 }, new RegExp(`${size} is -1, `));
  }
  wrong({ gatol: "1e-3" }, /gatol is "1e-3", /);
  wrong({ fmin: Number.NaN }, /fmin is NaN, expected a number$/);
  for (const limit of ["maxIt", "maxEvaluations"])
    for (const found of [Number.NaN, -1, 1.5])
      wrong({ [limit]: found }, new RegExp(`${limit} is ${found}, expected a whole number`));
  const free = { maxIt: Number.POSITIVE_INFINITY, maxEvaluations: Number.POSITIVE_INFINITY, gatol: 0 };
  assert.ok(minimize(bowl(1), [1], { method: "gd", ...free }).converged);
});

test("norms of gradients hold where their squares overflow or vanish", () => {
  for (const scale of [1e200, 1e-200]) {
    const { gradientNorm, reason } = minimize(bowl(scale), [2], { method: "gd", gatol: 0, maxIt: 0 });
    assert.ok(Math.abs(gradientNorm / scale - 1) < 1e-15, `${gradientNorm}, expected ${scale}`);
    assert.equal(reason, "DIVERGED_MAXITS");
  }
});

test("a value or gradient that is not finite is an end with its reason, and says what it is", () => {
  const end = (value: number, slope: number) =>
    minimize(
      {
        valueAndGradient(_, gradient) {
          gradient[1] = slope;
          return value;
        },
      },
      [1, 2],
      { method: "gd" },
    );
  const { reason, converged, explanation } = end(Number.NaN, 1);
  assert.deepEqual([reason, converged, explanation], ["DIVERGED_NAN", false, "f is NaN"]);
  const wanted = "f is 3, but entry 1 of its gradient is Infinity";
  assert.equal(end(3, Number.POSITIVE_INFINITY).explanation, wanted);
});
