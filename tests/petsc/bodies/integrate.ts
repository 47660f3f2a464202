import assert from "node:assert/strict";
import type { Comm } from "../../../src/comm/index.js";
import { liveObjects, Mat, options, TS, Vec } from "../../../src/petsc/index.js";

/** u' = -(i+1) u, each entry by itself. */
function rates(u: Vec): number[] {
  const [begin, end] = u.ownershipRange;
  return Array.from({ length: end - begin }, (_, k) => -(begin + k + 1));
}

/** The error at t = 1 for a step, with a method of fixed steps. */
function errorOf(comm: Comm, type: string, steps: number, implicit: boolean): number {
  using u = Vec.createMPI(4, { comm });
  using j = Mat.createAIJ(4, { comm, nnz: 1 });
  using ts = TS.create(comm);
  ts.setType(type);
  const lambda = rates(u);
  if (implicit) {
    ts.setIFunction((_, at, rate, f) => {
      const [x, y, into] = [at.arrayRead, rate.arrayRead, f.array];
      for (const [k, l] of lambda.entries()) into[k] = y[k] - l * x[k];
    });
    ts.setIJacobian((_, at, _rate, shift, matrix) => {
      const [begin] = at.ownershipRange;
      for (const [k, l] of lambda.entries()) matrix.setValue(begin + k, begin + k, shift - l);
      matrix.assemble();
    }, j);
  } else {
    ts.setRHSFunction((_, at, g) => {
      const [x, into] = [at.arrayRead, g.array];
      for (const [k, l] of lambda.entries()) into[k] = l * x[k];
    });
  }
  ts.setMaxTime(1);
  ts.setTimeStep(1 / steps);
  ts.setExactFinalTime("matchstep");
  let seen = -1;
  ts.setMonitor((step, time) => {
    assert.equal(step, ++seen);
    assert.ok(Math.abs(time - step / steps) < 1e-12);
  });
  u.set(1);
  const end = ts.solve(u);
  assert.ok(end.converged, end.reason);
  assert.equal(end.reason, "CONVERGED_TIME");
  assert.deepEqual([end.steps, seen], [steps, steps]);
  assert.ok(Math.abs(end.time - 1) < 1e-12);
  let worst = 0;
  for (const [k, l] of lambda.entries()) worst = Math.max(worst, Math.abs(u.arrayRead[k] - Math.exp(l)));
  return comm.allreduce(worst, { op: "max" });
}

/** Explicit methods converge with their order. */
export function decay(comm: Comm): void {
  const before = liveObjects();
  const order = Math.log2(errorOf(comm, "euler", 64, false) / errorOf(comm, "euler", 128, false));
  assert.ok(Math.abs(order - 1) < 0.1, `${order}`);
  assert.equal(liveObjects(), before);
}

/** Implicit methods too. */
export function implicit(comm: Comm): void {
  for (const [type, expected] of [["beuler", 1] as const, ["cn", 2] as const]) {
    const order = Math.log2(errorOf(comm, type, 32, true) / errorOf(comm, type, 64, true));
    assert.ok(Math.abs(order - expected) < 0.15, `${type}: ${order}`);
  }
}

/** A ball falls, and hits the ground at √(2h/g); there it turns round. */
export function events(comm: Comm): void {
  const g = 9.81;
  using u = Vec.createMPI([2, null], { comm }); // every rank throws a ball: height and velocity
  using ts = TS.create(comm);
  ts.setType("rk");
  ts.setTolerances({ atol: 1e-10, rtol: 1e-10 });
  ts.setRHSFunction((_, at, rate) => {
    rate.array[0] = at.arrayRead[1];
    rate.array[1] = -g;
  });
  const hits: number[] = [];
  ts.setEventHandler({
    directions: ["down"],
    indicator: (_, at, values) => {
      values[0] = at.arrayRead[0];
    },
    handle: (which, time, at) => {
      assert.deepEqual(which, [0]);
      hits.push(time);
      at.array[1] *= -0.9;
    },
  });
  ts.setTimeStep(0.01);
  ts.setMaxTime(2);
  ts.setExactFinalTime("stepover");
  for (const [k] of u.array.entries()) u.array[k] = k === 0 ? 5 : 0;
  const end = ts.solve(u);
  assert.ok(end.converged, end.reason);
  const first = Math.sqrt(10 / g);
  assert.ok(Math.abs(hits[0] - first) < 1e-4, `${hits}`);
  // the next hit follows after the time of a throw with 0.9 of the speed
  if (hits.length > 1) assert.ok(Math.abs(hits[1] - hits[0] - 2 * 0.9 * first) < 1e-3, `${hits}`);
}

/** The oscillator of van der Pol: derivatives of its end by its beginning and its stiffness, against differences. */
export function adjoint(comm: Comm): void {
  const before = liveObjects();
  const steps = 50;
  /** Every rank has an oscillator of its own. Gives the sum of first coordinates at the end, and its derivatives. */
  const run = (x0: number, v0: number, mu: number, backwards: boolean) => {
    using u = Vec.createMPI([2, null], { comm });
    using j = Mat.createAIJ(
      [
        [2, null],
        [2, null],
      ],
      { comm, nnz: [2, 0] },
    );
    using p = Mat.createAIJ(
      [
        [2, null],
        [1, null],
      ],
      { comm, nnz: [1, 0] },
    );
    const [begin] = u.ownershipRange;
    using ts = TS.create(comm);
    ts.setType("rk");
    ts.setRHSFunction((_, at, g) => {
      const [x, v] = at.arrayRead;
      g.array[0] = v;
      g.array[1] = mu * (1 - x * x) * v - x;
    });
    ts.setRHSJacobian((_, at, matrix) => {
      const [x, v] = at.arrayRead;
      matrix.setValues([begin, begin + 1], [begin, begin + 1], [0, 1, -2 * mu * x * v - 1, mu * (1 - x * x)]);
      matrix.assemble();
    }, j);
    ts.setTimeStep(0.5 / steps);
    ts.setMaxTime(0.5);
    ts.setExactFinalTime("matchstep");
    using byState = u.duplicate();
    using byParameter = Vec.createMPI([1, null], { comm });
    if (backwards) {
      ts.saveTrajectory();
      ts.setRHSJacobianP((_, at, matrix) => {
        const [x, v] = at.arrayRead;
        matrix.setValue(begin + 1, byParameter.ownershipRange[0], (1 - x * x) * v);
        matrix.assemble();
      }, p);
      byState.array[0] = 1;
      ts.setCostGradients([byState], [byParameter]);
    }
    options.set("-ts_adapt_type", "none");
    ts.setFromOptions();
    options.delete("-ts_adapt_type");
    u.array.set([x0, v0]);
    assert.ok(ts.solve(u).converged);
    if (backwards) ts.adjointSolve();
    return { end: u.arrayRead[0], gradient: [...byState.arrayRead, ...byParameter.arrayRead] };
  };
  const at = [2, -0.6, 1.5 + comm.rank] as const;
  const { gradient } = run(...at, true);
  for (const [k, derivative] of gradient.entries()) {
    const moved = (h: number) => {
      const [x, v, mu] = at.map((value, i) => (i === k ? value + h : value));
      return run(x, v, mu, false).end;
    };
    const difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
    assert.ok(Math.abs(derivative - difference) < 1e-8, `${k}: ${derivative}, differences ${difference}`);
  }
  assert.equal(liveObjects(), before);
}
