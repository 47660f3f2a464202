import { ConjugateGradient } from "./conjugate-gradient.js";
import { firstRadius } from "./first-radius.js";
import { gradientStep } from "./gradient-step.js";
import { Iterate } from "./iterate.js";
import type { Run } from "./methods.js";
import { Shift } from "./shift.js";
import { LARGEST } from "./trust-radius.js";
import { axpy, dot, norm, scaled } from "./vectors.js";

/**
 * Newton's method with a line search: conjugate gradients solve for a direction no longer than a radius that follows
 * from the last steps. After negative curvature the Hessian is shifted by a multiple of the identity, and a
 * direction that leads nowhere gives way to that of steepest descent.
 *
 * Source: Nocedal and Wright, "Numerical Optimization" (2006), sections 3.4 and 7.1, with the constants of PETSc's TAO.
 */
export const nls: Run = (problem, x) => {
  const at = new Iterate(problem, x);
  const { gradient } = at;
  const model = new ConjugateGradient(x.length);
  const shift = new Shift();
  const direction = new Float64Array(x.length);
  let size = norm(gradient);
  if (problem.isOver(x, at.value, size, at.step)) return;
  let multiply = problem.hessian(x);
  const shifted = (v: Float64Array, product: Float64Array) => {
    multiply(v, product);
    if (shift.value > 0) axpy(shift.value, v, product);
  };
  const descend = () => {
    scaled(-1, gradient, direction);
    return at.move(direction, gradientStep(at.value, size));
  };
  let { radius, moved } = firstRadius(problem, at, multiply);
  for (;;) {
    if (moved) {
      size = norm(gradient);
      if (problem.isOver(x, at.value, size, at.step)) return;
      multiply = problem.hessian(x);
    }
    const { negative, length } = model.minimize(shifted, gradient, radius, direction);
    const newton = dot(direction, gradient) < 0 && at.move(direction, 1);
    if (newton && !negative) shift.shrink(size);
    else shift.grow(size);
    if (!newton && !descend()) return problem.stop("DIVERGED_LS_FAILURE");
    radius = newton ? radiusAfter(at.step, length, radius) : Math.min(length, radius) / 4;
    moved = true;
  }
};

/** The radius by how far the line search went along a direction of some length. */
function radiusAfter(step: number, length: number, radius: number): number {
  if (step < 0.25) return Math.min(length, radius) / 4;
  if (step < 0.5) return Math.min(length, radius) / 2;
  if (step < 1) return radius;
  return Math.min(LARGEST, Math.max((step < 1.25 ? 2 : 4) * length, radius));
}
