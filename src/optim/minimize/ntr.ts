import { ConjugateGradient } from "./conjugate-gradient.js";
import { firstRadius, type Point } from "./first-radius.js";
import type { Run } from "./methods.js";
import { ACCEPTED, agreement, nextRadius } from "./trust-radius.js";
import { along, norm } from "./vectors.js";

/**
 * Newton's method within a trust region: conjugate gradients minimise the quadratic model within a radius, which grows
 * where the model foretells the decrease, and shrinks where it does not. A step that is not taken is an iteration, too.
 *
 * Source: Conn, Gould and Toint, "Trust-Region Methods" (2000), algorithm 6.1.1, with the constants of PETSc's TAO.
 */
export const ntr: Run = (problem, x) => {
  const model = new ConjugateGradient(x.length);
  const [gradient, step, trial, slope] = [0, 1, 2, 3].map(() => new Float64Array(x.length));
  const at: Point = { x, gradient, value: problem.valueAndGradient(x, gradient) };
  if (problem.isOver(x, at.value, norm(gradient), 1)) return;
  let multiply = problem.hessian(x);
  let { radius, moved } = firstRadius(problem, at, multiply);
  if (moved && problem.isOver(x, at.value, norm(gradient), radius)) return;
  for (;;) {
    if (moved) multiply = problem.hessian(x);
    const { length, value: decrease } = model.minimize(multiply, gradient, radius, step);
    along(x, 1, step, trial);
    if (trial.every((entry, i) => entry === x[i])) return problem.stop("DIVERGED_TR_REDUCTION");
    const value = problem.valueAndGradient(trial, slope);
    const ratio = decrease < 0 ? agreement(at.value - value, -decrease, at.value) : 0;
    radius = nextRadius(ratio, length, radius);
    moved = ratio >= ACCEPTED;
    if (moved) {
      x.set(trial);
      gradient.set(slope);
      at.value = value;
    }
    if (problem.isOver(x, at.value, norm(gradient), radius)) return;
  }
};
