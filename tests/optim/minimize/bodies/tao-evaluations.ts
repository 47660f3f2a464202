import assert from "node:assert/strict";
import { type MinimizeOptions, minimize } from "../../../../src/optim/index.js";
import { PROBLEMS } from "../problems/index.js";

/** From so many evaluations on, the last bits of sums decide how many more there are, in TAO as here. */
const CHAOTIC = 60;

/**
 * Where rounding does not decide, methods that go TAO's way need at most 1.2 times its evaluations for each problem, and end
 * at the same value. Conjugate gradients start anew by another measure than TAO's: against-tao.test.ts compares their sums.
 */
export function neededByTao(): void {
  const both: MinimizeOptions[] = [
    { method: "lmvm" },
    { method: "blmvm" },
    { method: "blmvm", bounds: { lower: 0.2, upper: 2 } },
  ];
  for (const options of both) {
    let compared = 0;
    for (const { name, n, x0, objective } of PROBLEMS) {
      const { valueAndGradient } = objective;
      const end = (engine: "tutti" | "tao", maxEvaluations: number) =>
        minimize({ size: n, valueAndGradient }, x0, {
          ...options,
          engine,
          gatol: 1e-6,
          grtol: 0,
          maxEvaluations,
        });
      const tao = end("tao", CHAOTIC);
      if (!tao.converged) continue;
      const own = end("tutti", 2 * CHAOTIC);
      const what = `${JSON.stringify(options)} on ${name}: ${own.gradients} evaluations, TAO ${tao.gradients}`;
      assert.ok(own.converged && own.gradients <= 1.2 * tao.gradients, what);
      assert.ok(Math.abs(own.value - tao.value) <= 1e-6 * Math.max(1, Math.abs(tao.value)), what);
      compared++;
    }
    assert.ok(compared >= 8, `${JSON.stringify(options)}: ${compared} problems compared`);
  }
}
