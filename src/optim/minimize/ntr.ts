import { ConjugateGradient } from "./conjugate-gradient.js";
import { firstRadius } from "./first-radius.js";
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
  const gradient = new Float64Array(x.length);
  const step = new Float64Array(x.length);
  const trial = new Float64Array(x.length);
  const slope = new Float64Array(x.length);
  let value = problem.valueAndGradient(x, gradient);
  if (problem.isOver(x, value, norm(gradient), 1)) return;
  let multiply = problem.hessian(x);
  const first = firstRadius(problem, x, value, gradient, multiply);
  let { radius } = first;
  if (first.step > 0) {
    along(x, -first.step, gradient, x);
    value = problem.valueAndGradient(x, gradient);
    if (problem.isOver(x, value, norm(gradient), radius)) return;
    multiply = problem.hessian(x);
  }
  for (;;) {
    const { length, value: decrease } = model.minimize(multiply, gradient, radius, step);
    along(x, 1, step, trial);
    if (trial.every((entry, i) => entry === x[i])) return problem.stop("DIVERGED_TR_REDUCTION");
    const found = problem.valueAndGradient(trial, slope);
    const ratio = decrease < 0 ? agreement(value - found, -decrease, value) : 0;
    radius = nextRadius(ratio, length, radius);
    const accepted = ratio >= ACCEPTED;
    if (accepted) {
      x.set(trial);
      gradient.set(slope);
      value = found;
    }
    if (problem.isOver(x, value, norm(gradient), radius)) return;
    if (accepted) multiply = problem.hessian(x);
  }
};
