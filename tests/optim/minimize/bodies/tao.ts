import assert from "node:assert/strict";
import type { Comm } from "../../../../src/comm/index.js";
import { type MinimizeOptions, minimize, type Objective } from "../../../../src/optim/index.js";
import { liveObjects } from "../../../../src/petsc/index.js";

/** Rosenbrock's function in pairs of variables, Σ 100 (b − a²)² + (1 − a)², of which each rank evaluates some. */
function rosenbrock(comm: Comm, pairs: number): Objective {
  const own = Array.from({ length: pairs }, (_, k) => k).filter((k) => k % comm.size === comm.rank);
  const sums = new Float64Array(2 * pairs + 1);
  return {
    comm,
    size: 2 * pairs,
    valueAndGradient(x, gradient) {
      sums.fill(0);
      for (const k of own) {
        const [a, b] = x.subarray(2 * k);
        const t = b - a * a;
        sums[2 * k] = -400 * t * a - 2 * (1 - a);
        sums[2 * k + 1] = 200 * t;
        sums[2 * pairs] += 100 * t * t + (1 - a) ** 2;
      }
      comm.allreduce(sums, { out: sums });
      gradient.set(sums.subarray(0, 2 * pairs));
      return sums[2 * pairs];
    },
    hessian: (x) => (direction, product) => {
      product.fill(0);
      for (const k of own) {
        const [[a, b], [u, v]] = [x.subarray(2 * k), direction.subarray(2 * k)];
        product[2 * k] = (1200 * a * a - 400 * b + 2) * u - 400 * a * v;
        product[2 * k + 1] = -400 * a * u + 200 * v;
      }
      comm.allreduce(product, { out: product });
    },
  };
}

/** Logistic regression with a ridge on 60 samples of 3 features, which the ranks share: Σ log(1 + exp(−y wᵀx)) + ½ |w|². */
function classifier(comm: Comm): Objective {
  const sums = new Float64Array(4);
  return {
    comm,
    size: 3,
    valueAndGradient(w, gradient) {
      sums.fill(0);
      for (let i = comm.rank; i < 60; i += comm.size) {
        const x = [1, Math.sin(i), Math.cos(2 * i)];
        const label = Math.sin(3 * i) + x[1] > 0 ? 1 : -1;
        const margin = label * (w[0] * x[0] + w[1] * x[1] + w[2] * x[2]);
        const slope = -label / (1 + Math.exp(margin));
        for (const k of [0, 1, 2]) sums[k] += slope * x[k];
        sums[3] += Math.log1p(Math.exp(-margin));
      }
      comm.allreduce(sums, { out: sums });
      for (const k of [0, 1, 2]) gradient[k] = sums[k] + w[k];
      return sums[3] + (w[0] ** 2 + w[1] ** 2 + w[2] ** 2) / 2;
    },
  };
}

const close = (found: ArrayLike<number>, wanted: readonly number[], what: string, error = 1e-6) => {
  for (const [i, value] of wanted.entries())
    assert.ok(Math.abs(found[i] - value) <= error, `${what}: ${Array.from(found)}, expected ${wanted}`);
};

/** Every kind of method that TAO has finds the minimum; counts and monitor tell how. Returns the bits of all ends. */
export function rosenbrockEnds(comm: Comm): number[] {
  const objective = rosenbrock(comm, 3);
  const start = [-1.2, 1, -1.2, 1, -1.2, 1];
  const ends: number[] = [];
  for (const method of ["lmvm", "cg", "nls", "ntr", "ntl", "tron", "bnls", undefined]) {
    const history: number[] = [];
    const end = minimize(objective, start, {
      engine: "tao",
      method,
      gatol: 1e-9,
      grtol: 0,
      monitor: ({ iteration, value, gradientNorm, x }) => {
        assert.equal(iteration, history.length);
        assert.ok(gradientNorm > 0 || value === 0);
        if (iteration === 0) assert.deepEqual(Array.from(x), start);
        history.push(value);
      },
    });
    const { x, value, reason, iteration, values, gradients, products, gradientNorm } = end;
    assert.equal(reason, "CONVERGED_GATOL", method);
    close(x, [1, 1, 1, 1, 1, 1], `${method}`);
    assert.ok(gradientNorm <= 1e-9 && value < 1e-15);
    assert.ok(Math.abs(history[0] - 3 * 24.2) < 1e-12); // Rosenbrock's function at (-1.2, 1)
    assert.equal(history.length, iteration + 1);
    assert.equal(products > 0, ["nls", "ntr", "ntl", "tron", "bnls"].includes(method ?? ""));
    assert.ok(gradients > iteration / 2 && values === 0); // the objective has no value of its own
    ends.push(...x, value, gradients, products);
  }
  assert.equal(liveObjects(), 0);
  return ends;
}

/** TAO and Tutti's own method find the same weights. */
export function classifierEnds(comm: Comm): number[] {
  const objective = classifier(comm);
  const own = minimize(objective, [0, 0, 0], { method: "gd" });
  assert.ok(own.converged);
  for (const method of ["lmvm", "bqnls", "cg", "nm"]) {
    const { x, converged } = minimize(objective, [0, 0, 0], { engine: "tao", method });
    assert.ok(converged, method);
    close(x, Array.from(own.x), method, method === "nm" ? 1e-3 : 1e-6);
  }
  return Array.from(own.x, (w) => Math.round(w * 1e6));
}

/** Bounds, tolerances and monitors mean what they mean elsewhere. */
export function options(comm: Comm): void {
  const objective = rosenbrock(comm, 1);
  const end = (given: MinimizeOptions) =>
    minimize(objective, [-1.2, 1], { engine: "tao", grtol: 0, ...given });
  for (const method of [undefined, "tron", "bnls", "bntr", "bncg", "bqnls"]) {
    const { x, converged } = end({ method, bounds: { upper: 0.5 } });
    assert.ok(converged);
    close(x, [0.5, 0.25], `${method}`); // at the bound a, b = a²
  }
  {
    // (a - 2)² + (b - 2)² + (a - b)²: with a at its bound 1, b = 3/2
    const quadratic: Objective = {
      comm,
      valueAndGradient([a, b], gradient) {
        gradient.set([2 * (a - 2) + 2 * (a - b), 2 * (b - 2) + 2 * (b - a)]);
        return (a - 2) ** 2 + (b - 2) ** 2 + (a - b) ** 2;
      },
      hessian:
        () =>
        ([u, v], product) =>
          product.set([4 * u - 2 * v, 4 * v - 2 * u]),
    };
    const bounds = { lower: [-5, -5], upper: [1, 5] };
    const { x, converged } = minimize(quadratic, [0, 0], { engine: "tao", method: "gpcg", bounds });
    assert.ok(converged);
    close(x, [1, 1.5], "gpcg");
  }
  assert.equal(end({ maxIt: 3 }).reason, "DIVERGED_MAXITS");
  assert.equal(end({ maxIt: 3 }).iteration, 3);
  assert.equal(end({ maxEvaluations: 4 }).reason, "DIVERGED_MAXFCN");
  assert.equal(end({ fmin: 1 }).reason, "CONVERGED_MINF");
  assert.equal(end({ gatol: 0, gttol: 1e-3 }).reason, "CONVERGED_GTTOL");
  assert.equal(end({ steptol: 0.9, method: "cg" }).reason, "CONVERGED_STEPTOL");
  const { reason, iteration } = end({ monitor: ({ iteration }) => iteration < 2 });
  assert.deepEqual([reason, iteration], ["CONVERGED_USER", 2]);
  const nan = minimize({ comm, valueAndGradient: () => Number.NaN }, [1], { engine: "tao" });
  assert.deepEqual([nan.reason, nan.converged, nan.value], ["DIVERGED_NAN", false, Number.NaN]);
}

/** What is wrong comes out in the words of whoever knows: the program, PETSc or minimize. */
export function errors(comm: Comm): void {
  const objective = rosenbrock(comm, 1);
  const call = (given: MinimizeOptions) => () => minimize(objective, [-1.2, 1], { engine: "tao", ...given });
  const own = new RangeError("no such place");
  const failing: Objective = {
    comm,
    valueAndGradient() {
      throw own;
    },
  };
  assert.throws(
    () => minimize(failing, [1], { engine: "tao" }),
    (error) => error === own,
  );
  const words = /PETSc says: Unable to find requested Tao type lnvm.*nearest of its types are "lmvm"/;
  assert.throws(call({ method: "lnvm" }), { code: "argument", message: words });
  for (const method of ["pounders", "ipm", "pdipm", "admm", "ssils", "shell"])
    assert.throws(call({ method }), {
      code: "argument",
      message: new RegExp(`TAO's type "${method}" is for .*; take another`),
    });
  assert.equal(call({ maxEvaluations: Number.POSITIVE_INFINITY })().reason, "CONVERGED_GATOL");
  assert.throws(call({ maxIt: Number.NaN }), /maxIt is NaN, expected a whole number/);
  assert.throws(call({ method: "lmvm", bounds: { upper: 1 } }), /TAO's type "lmvm" does not take `bounds`/);
  assert.throws(call({ bounds: { lower: 2, upper: 1 } }), /bounds.lower\[0\] is 2, above bounds.upper\[0\]/);
  assert.throws(
    () => minimize(classifier(comm), [0, 0, 0], { engine: "tao", method: "nls" }),
    /TaoSetHessian\(\)/,
  );
  assert.throws(call({ engine: "toa" as "tao" }), /engine must be "tutti" or "tao", found "toa"/);
  assert.equal(liveObjects(), 0);
}
