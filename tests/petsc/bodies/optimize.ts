import assert from "node:assert/strict";
import type { Comm } from "../../../src/comm/index.js";
import { liveObjects, Mat, TAO, Vec } from "../../../src/petsc/index.js";

/** The chain of Rosenbrock's functions in pairs, Σ 100 (b - a²)² + (1 - a)²: each rank has whole pairs. */
function rosenbrock(comm: Comm, x: Vec, g?: Vec, h?: Mat): number {
  const [begin] = x.ownershipRange;
  const at = x.arrayRead;
  let value = 0;
  for (let i = 0; i < at.length; i += 2) {
    const [a, b] = [at[i], at[i + 1]];
    const t = b - a * a;
    value += 100 * t * t + (1 - a) ** 2;
    if (g !== undefined) {
      g.array[i] = -400 * t * a - 2 * (1 - a);
      g.array[i + 1] = 200 * t;
    }
    const p = begin + i;
    h?.setValues([p, p + 1], [p, p + 1], [1200 * a * a - 400 * b + 2, -400 * a, -400 * a, 200]);
  }
  h?.assemble();
  return comm.allreduce(value);
}

export function minima(comm: Comm): void {
  const before = liveObjects();
  {
    const pairs = 3;
    using x = Vec.createMPI([2 * pairs, null], { comm });
    using hessian = Mat.createAIJ(
      [
        [2 * pairs, null],
        [2 * pairs, null],
      ],
      { comm, nnz: [2, 0] },
    );
    for (const type of ["lmvm", "cg", "nls", "ntr"]) {
      using tao = TAO.create(comm);
      tao.setType(type);
      tao.setObjectiveGradient((at, g) => rosenbrock(comm, at, g));
      tao.setHessian((at, h) => void rosenbrock(comm, at, undefined, h), hessian);
      tao.setTolerances({ gatol: 1e-9, grtol: 0, maxIt: 2000, maxEvaluations: 8000 });
      const values: number[] = [];
      tao.setMonitor(({ iterations, objective }) => {
        values[iterations] ??= objective; // some methods report the beginning twice
      });
      for (const [i] of x.array.entries()) x.array[i] = i % 2 === 0 ? -1.2 : 1;
      const end = tao.solve(x);
      assert.ok(end.converged, `${type}: ${end.reason}`);
      assert.equal(end.reason, "CONVERGED_GATOL");
      assert.ok(end.gradientNorm <= 1e-9 && end.objective < 1e-16);
      assert.equal(values.length, end.iterations + 1);
      assert.ok(Math.abs(values[0] - 24.2 * pairs * comm.size) < 1e-9); // Rosenbrock's function at (-1.2, 1)
      for (const value of x.array) assert.ok(Math.abs(value - 1) < 1e-6);
    }
    using tao = TAO.create(comm);
    tao.setType("lmvm");
    tao.setObjectiveGradient((at, g) => rosenbrock(comm, at, g));
    tao.setTolerances({ maxIt: 2 });
    x.set(0);
    assert.equal(tao.solve(x).reason, "DIVERGED_MAXITS");
    tao.setObjectiveGradient(() => {
      throw new RangeError("no value here");
    });
    assert.throws(() => tao.solve(x), { code: "petsc", message: /no value here/ });
    assert.throws(() => tao.setType("lmvn"), { code: "argument", message: /nearest.*"lmvm"/ });
  }
  assert.equal(liveObjects(), before);
}

/** A line through exact points is found, by residuals and their Jacobian. */
export function leastSquares(comm: Comm): void {
  const points = 8;
  using x = Vec.createMPI(2, { comm });
  using r = Vec.createMPI(points, { comm });
  using jacobian = Mat.createDense([points, 2], { comm });
  const [begin, end] = r.ownershipRange;
  for (let i = begin; i < end; i++) jacobian.setValues([i], [0, 1], [1, i]);
  jacobian.assemble();
  // PETSc's pounders fails when several ranks share so few variables
  for (const type of comm.size === 1 ? ["brgn", "pounders"] : ["brgn"]) {
    using tao = TAO.create(comm);
    tao.setType(type);
    tao.setResidual((at, into) => {
      jacobian.mult(at, into);
      for (let i = begin; i < end; i++) into.array[i - begin] -= 3 - 2 * i;
    }, r);
    tao.setJacobianResidual(() => {}, jacobian);
    x.set(0);
    const done = tao.solve(x);
    assert.ok(done.converged, `${type}: ${done.reason}`);
    const [first] = x.ownershipRange;
    for (const [k, value] of x.array.entries())
      assert.ok(Math.abs(value - [3, -2][first + k]) < 1e-3, `${type}: ${value}`);
  }
}

/** Bounds hold the minimum of a parabola at their edge. */
export function bounds(comm: Comm): void {
  using x = Vec.createMPI(6, { comm });
  using low = x.duplicate();
  using high = x.duplicate();
  low.set(Number.NEGATIVE_INFINITY);
  const [begin] = x.ownershipRange;
  for (const [k] of high.array.entries()) high.array[k] = (begin + k) / 2;
  for (const type of ["blmvm", "bnls"]) {
    using tao = TAO.create(comm);
    tao.setType(type);
    tao.setVariableBounds(low, high);
    tao.setObjectiveGradient((at, g) => {
      at.copy(g);
      g.shift(-1);
      return g.dot(g) / 2;
    });
    using identity = Mat.createAIJ(6, { comm, nnz: 1 });
    const [first, end] = identity.ownershipRange;
    for (let i = first; i < end; i++) identity.setValue(i, i, 1);
    identity.assemble();
    tao.setHessian(() => {}, identity);
    x.set(-1);
    const { converged, reason } = tao.solve(x);
    assert.ok(converged, reason);
    for (const [k, value] of x.array.entries())
      assert.ok(Math.abs(value - Math.min(1, (begin + k) / 2)) < 1e-6, `${type}: ${value}`);
  }
}
