import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bounds, minimize, type Objective } from "../../../src/optim/index.js";
import { PROBLEMS } from "./problems/index.js";

/** ½ (x − c)ᵀ A (x − c), A = BᵀB + I of size n, of which the entries come from a sine. */
function quadratic(n: number, seed: number): Objective {
  const b = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => Math.sin(seed + 7 * i + 3 * j * j)),
  );
  const a = b.map((_, i) => b.map((_, j) => b.reduce((sum, row) => sum + row[i] * row[j], i === j ? 1 : 0)));
  return {
    size: n,
    valueAndGradient(x, gradient) {
      let value = 0;
      for (let i = 0; i < n; i++) {
        gradient[i] = a[i].reduce((sum, aij, j) => sum + aij * (x[j] - 3 * Math.cos(seed * j)), 0);
        value += (gradient[i] * (x[i] - 3 * Math.cos(seed * i))) / 2;
      }
      return value;
    },
    hessian: () => (direction, product) => {
      for (let i = 0; i < n; i++) product[i] = a[i].reduce((sum, aij, j) => sum + aij * direction[j], 0);
    },
  };
}

const METHODS = ["blmvm", "tron"] as const;

/** Karush, Kuhn and Tucker's conditions: inside, no slope; at a bound, none that leads back in. */
function assertKkt(
  objective: Objective,
  x: Float64Array,
  { lower = [], upper = [] }: Bounds,
  tolerance: number,
  what: string,
) {
  const limit = (limits: number | ArrayLike<number>, i: number) =>
    typeof limits === "number" ? limits : limits[i];
  const gradient = new Float64Array(x.length);
  objective.valueAndGradient(x, gradient);
  for (const [i, slope] of gradient.entries()) {
    const [low, high] = [limit(lower, i), limit(upper, i)];
    assert.ok(!(x[i] < low) && !(x[i] > high), `${what}: x[${i}] = ${x[i]} is out of bounds`);
    const violation = x[i] === low ? -slope : x[i] === high ? slope : Math.abs(slope);
    assert.ok(violation <= tolerance, `${what}: slope ${slope} at x[${i}] = ${x[i]}`);
  }
}

test("quadratics within bounds end where Karush, Kuhn and Tucker say", () => {
  const searches = ["more-thuente", "armijo"] as const;
  for (const [method, lineSearch] of METHODS.flatMap((m) => searches.map((s) => [m, s] as const)))
    for (let seed = 1; seed <= 10; seed++) {
      const n = 3 * seed;
      const objective = quadratic(n, seed);
      const bounds = {
        lower: -1,
        upper: Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? Infinity : 1)),
      };
      const { x, converged, reason } = minimize(objective, new Float64Array(n), {
        method,
        lineSearch,
        bounds,
        gatol: 1e-6,
        grtol: 0,
      });
      assert.ok(converged, `${method}, seed ${seed}, ${lineSearch}: ${reason}`);
      assertKkt(objective, x, bounds, 1e-6, `${method}, seed ${seed}, ${lineSearch}`);
    }
});

test("with independent variables the solution is the nearest point", () => {
  const bowl: Objective = {
    valueAndGradient(x, gradient) {
      for (let i = 0; i < x.length; i++) gradient[i] = (i + 1) * (x[i] - i);
      return x.reduce((sum, xi, i) => sum + ((i + 1) * (xi - i) ** 2) / 2, 0);
    },
    hessian: () => (direction, product) => {
      for (let i = 0; i < direction.length; i++) product[i] = (i + 1) * direction[i];
    },
  };
  for (const method of METHODS) {
    const bounds = { lower: [0.5, -1, 2.5, 0], upper: 2.75 };
    const { x } = minimize(bowl, [9, 9, 9, 9], { method, bounds });
    for (const [i, wanted] of [0.5, 1, 2.5, 2.75].entries()) assert.ok(Math.abs(x[i] - wanted) < 1e-7);
  }
});

test("the problems of Moré, Garbow and Hillstrom within bounds: no evaluation outside, and their conditions at the end", () => {
  const bounds = { lower: 0.2, upper: 2 };
  for (const { name, n, x0, objective } of PROBLEMS) {
    const watched: Objective = {
      size: n,
      valueAndGradient(x, gradient) {
        assert.ok(
          x.every((xi) => xi >= 0.2 && xi <= 2),
          `${name}: ${x}`,
        );
        return objective.valueAndGradient(x, gradient);
      },
      hessian: objective.hessian,
    };
    for (const method of METHODS) {
      const { x, converged } = minimize(watched, x0, { method, bounds, gatol: 1e-6, grtol: 0 });
      assert.ok(converged, `${method}, ${name}`);
      assertKkt(objective, x, bounds, 1e-6, `${method}, ${name}`);
    }
  }
});

test("without bounds, or with some that do not matter, the minimum is the free one", () => {
  const objective = quadratic(5, 2);
  const end = (bounds?: Bounds) => minimize(objective, new Float64Array(5), { method: "blmvm", bounds }).x;
  assert.deepEqual(end(), end({ lower: -1e9, upper: 1e9 }));
  for (const [i, xi] of end().entries()) assert.ok(Math.abs(xi - 3 * Math.cos(2 * i)) < 1e-6);
});

test("bad bounds are refused", () => {
  const end = (bounds: Bounds, method: "blmvm" | "lmvm" = "blmvm") =>
    minimize(quadratic(3, 1), [0, 0, 0], { method, bounds });
  assert.throws(
    () => end({ lower: [0, 2, 0], upper: 1 }),
    /bounds.lower\[1\] is 2, above bounds.upper\[1\], which is 1/,
  );
  assert.throws(
    () => end({ lower: [0, 2] }),
    /bounds.lower has 2 limits, expected one number, or one for each of the 3/,
  );
  assert.throws(() => end({ upper: [0, Number.NaN, 1] }), /bounds.upper\[1\] is NaN/);
  assert.throws(() => end({ upper: Number.NEGATIVE_INFINITY }), /bounds.upper\[0\] is -Infinity/);
  assert.throws(
    () => end({ lower: 0 }, "lmvm"),
    /method "lmvm" does not take `bounds`; methods that do are .*"blmvm"/,
  );
});

test("tron looks at the limit of evaluations also while it looks for a step", () => {
  // falls for ever, faster than any quadratic model of it
  const cliff: Objective = {
    valueAndGradient([x, y], gradient) {
      gradient.set([-Math.exp(x), 2 * y]);
      return y * y - Math.exp(x);
    },
    hessian:
      ([x]) =>
      ([u, v], product) =>
        product.set([-Math.exp(x) * u, 2 * v]),
  };
  const { reason, values, gradients } = minimize(cliff, [1, 1], { method: "tron", maxEvaluations: 100 });
  assert.ok(values + gradients < 200, `${reason} after ${values + gradients} evaluations`);
});
