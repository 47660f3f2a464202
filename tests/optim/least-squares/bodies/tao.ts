import assert from "node:assert/strict";
import type { Comm } from "../../../../src/comm/index.js";
import { leastSquares, type Residuals } from "../../../../src/optim/index.js";
import { liveObjects } from "../../../../src/petsc/index.js";
import { REGRESSIONS, residualsOf } from "../nist.js";

const close = (found: ArrayLike<number>, wanted: ArrayLike<number>, error: number, what: string) => {
  for (let k = 0; k < wanted.length; k++)
    assert.ok(Math.abs(found[k] - wanted[k]) <= error * Math.abs(wanted[k]), `${what}: ${Array.from(found)}`);
};

/** TAO's brgn finds NIST's certified values, and pounders those of a tame set. Returns all numbers, for comparison. */
export function certified(comm: Comm): number[] {
  const all: number[] = [];
  for (const [name, method] of [
    ["DanWood", undefined],
    ["BoxBOD", "brgn"],
    ["Rat42", "brgn"],
    ["DanWood", "pounders"],
  ] as const) {
    const set = REGRESSIONS.find((each) => each.name === name)!;
    const rows = set.x.length;
    const bound = (r: number) => Math.floor((rows * r) / comm.size);
    const own = { ...residualsOf(set, bound(comm.rank), bound(comm.rank + 1)), comm };
    const history: number[] = [];
    const fit = leastSquares(own, set.starts[1], {
      engine: "tao",
      method,
      monitor: ({ value }) => void history.push(value),
    });
    assert.ok(fit.converged, fit.reason);
    close(fit.x, set.parameters, 1e-6, name);
    close(fit.standardErrors, set.standardDeviations, 1e-5, name);
    close([2 * fit.value, 2 * history.at(-1)!], [set.sumOfSquares, set.sumOfSquares], 1e-8, name);
    assert.equal(history.length, fit.iteration + 1);
    all.push(...fit.x, fit.evaluations, fit.jacobians, ...history);
  }
  assert.equal(liveObjects(), 0);
  return all;
}

/** Bounds, and what goes wrong. */
export function limits(comm: Comm): void {
  const line: Residuals = {
    comm,
    count: 2,
    residuals: ([a, b], r) => void r.set([a + b * comm.rank - 3, a - b - 1]),
    jacobian: (_, jacobian) => void jacobian.set([1, comm.rank, 1, -1]),
  };
  const own = leastSquares(line, [0, 0], { bounds: { upper: [1.5, 10] } });
  for (const method of ["brgn", "pounders"] as const) {
    const fit = leastSquares(line, [0, 0], { engine: "tao", method, bounds: { upper: [1.5, 10] } });
    assert.ok(fit.converged);
    assert.ok(Math.abs(fit.x[0] - 1.5) < 1e-6 && Math.abs(fit.x[1] - own.x[1]) < 1e-5, `${method}: ${fit.x}`);
  }
  const { x, ...others } = leastSquares({ ...line, jacobian: undefined }, [0, 0], {
    engine: "tao",
    method: "pounders",
    monitor: ({ iteration }) => iteration < 1,
  });
  assert.deepEqual([others.reason, others.iteration, others.jacobians], ["CONVERGED_USER", 1, 0]);
  const fit = leastSquares({ ...line, jacobian: undefined }, [0, 0], { engine: "tao", method: "pounders" });
  assert.throws(
    () => fit.covariance,
    /the covariance needs the Jacobian; give it, or say `jacobian: "central"`/,
  );
  const failure = new RangeError("no such place");
  const failing: Residuals = {
    ...line,
    residuals: ([a], r) => {
      if (a !== 0) throw failure;
      r.fill(1);
    },
  };
  assert.throws(
    () => leastSquares(failing, [0, 0], { engine: "tao" }),
    (error) => error === failure,
  );
  assert.equal(liveObjects(), 0);
}
