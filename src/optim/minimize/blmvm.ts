import { gradientStep } from "./gradient-step.js";
import { InverseHessian } from "./inverse-hessian.js";
import { Iterate } from "./iterate.js";
import type { Run } from "./methods.js";
import { dot, norm, scaled } from "./vectors.js";

/**
 * Limited-memory variable metric within bounds: the Hessian learns from projected gradients, and the line search goes
 * along the projected path.
 *
 * Source: Benson and Moré, "A limited memory variable metric method in subspaces and bound constrained optimization
 * problems" (2001).
 */
export const blmvm: Run = (problem, x) => {
  const box = problem.box!;
  const at = new Iterate(problem, x);
  const { gradient } = at;
  const hessian = new InverseHessian(x.length, problem.options.memory);
  const direction = new Float64Array(x.length);
  const projected = new Float64Array(x.length);
  const isOver = () => {
    box.projectGradient(x, gradient, projected);
    const size = norm(projected);
    hessian.scale = gradientStep(at.value, size);
    return problem.isOver(x, at.value, size, at.step);
  };
  const aim = () => {
    hessian.multiply(gradient, direction);
    box.projectGradient(x, direction, projected);
    const descends = dot(projected, gradient) > 0;
    scaled(-1, direction, direction);
    return descends;
  };
  // The first step after a restart is measured from the whole gradient, as in TAO.
  const restart = () => {
    hessian.reset();
    hessian.update(x, gradient);
    aim();
  };
  while (!isOver()) {
    hessian.update(x, projected);
    if (!aim()) restart();
    if (at.move(direction, 1)) continue;
    restart();
    if (!at.move(direction, 1)) return problem.stop("DIVERGED_LS_FAILURE");
  }
};
