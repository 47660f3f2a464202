import type { Box } from "./bounds.js";
import { ConjugateGradient } from "./conjugate-gradient.js";
import { gradientStep } from "./gradient-step.js";
import { Iterate } from "./iterate.js";
import type { Run } from "./methods.js";
import { agreement, nextRadius } from "./trust-radius.js";
import { difference, norm, scaled } from "./vectors.js";

/** Most projected steps of steepest descent in one iteration, and the share of the best one's decrease that asks for another. */
const MOST = 3;
const WORTHWHILE = 1e-3;

/**
 * Newton's method in a trust region within bounds: projected gradients find which variables are at their bounds,
 * conjugate gradients minimise the quadratic model over the others, and a projected line search takes the step.
 *
 * Source: Lin and Moré, "Newton's method for large bound-constrained optimization problems" (1999), with the line
 * searches and constants of PETSc's TAO.
 */
export const tron: Run = (problem, x) => {
  const box = problem.box!;
  const at = new Iterate(problem, x);
  const { gradient } = at;
  const model = new ConjugateGradient(x.length);
  const [projected, direction, from] = [0, 1, 2].map(() => new Float64Array(x.length));
  box.projectGradient(x, gradient, projected);
  let downhill = gradientStep(at.value, norm(projected));
  let radius = 1;
  while (!problem.isOver(x, at.value, norm(projected), radius)) {
    const before = at.value;
    let [last, best] = [1, 0];
    for (let trial = 0; trial < MOST && last > WORTHWHILE * best; trial++) {
      const { value } = at;
      scaled(-1, projected, direction);
      if (!at.move(direction, downhill)) break;
      downhill = at.step;
      last = value - at.value;
      best = Math.max(best, last);
      box.projectGradient(x, gradient, projected);
    }
    if (norm(projected) === 0) continue;
    const isFree = freeAt(box, x, projected);
    const variables = isFree.reduce((sum, free) => sum + free, 0);
    const multiply = problem.hessian(x);
    const reduced = (v: Float64Array, product: Float64Array) => {
      multiply(v, product);
      for (let i = 0; i < product.length; i++) product[i] *= isFree[i];
    };
    const { value } = at;
    from.set(x);
    for (;;) {
      const { value: decrease } = model.minimize(reduced, projected, radius, direction, variables);
      const stuck = from.every((xi, i) => xi + direction[i] === xi);
      if (stuck && value === before) return problem.stop("DIVERGED_TR_REDUCTION");
      if (!stuck && at.move(direction, 1)) {
        difference(x, from, direction);
        radius = nextRadius(agreement(value - at.value, -decrease, value), norm(direction), radius);
        break;
      }
      radius /= 4;
      // Projected gradients have found a lower point, perhaps the lowest; or there is no time for another try.
      if (value < before || problem.isSpent) break;
    }
    box.projectGradient(x, gradient, projected);
  }
};

/** 1 for the variables that are not at a bound, or that the gradient drives away from it; 0 for the others. */
function freeAt({ lower, upper }: Box, x: Float64Array, projected: Float64Array): Uint8Array {
  return Uint8Array.from(x, (xi, i) => ((xi > lower[i] && xi < upper[i]) || projected[i] !== 0 ? 1 : 0));
}
