// The Bratu problem of examples/10-bratu.ts on 256 × 256 points. Prints what its peer bench/peers/petsc_bratu.c prints.
import { Bratu } from "../../examples/support/bratu.js";
import { median } from "../../src/cli/bench/timing.js";

const CALLS = 50;

using problem = new Bratu(256, 256);
problem.lambda = 6;
using x = problem.grid.createGlobalVector();
using f = x.duplicate();

/** Milliseconds that a call takes. */
function time(call: () => void): number {
  const start = performance.now();
  call();
  return performance.now() - start;
}

let iterations = 0;
const solve = time(() => {
  ({ iterations } = problem.snes.solve(null, x));
});
const residuals: number[] = [];
const jacobians: number[] = [];
for (let call = 0; call < CALLS; call++) {
  residuals.push(time(() => problem.residual(x, f)));
  jacobians.push(time(() => problem.linearize(x)));
}
console.log(JSON.stringify({ residual: median(residuals), jacobian: median(jacobians), solve, iterations }));
