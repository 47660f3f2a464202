import { InverseHessian } from "./inverse-hessian.js";
import { Iterate } from "./iterate.js";
import type { Run } from "./methods.js";
import { dot, norm, scaled } from "./vectors.js";

/**
 * Limited-memory variable metric: d = −H⁻¹∇f(x), with a Hessian made of the last few steps.
 *
 * Source: Liu and Nocedal, "On the limited memory BFGS method for large scale optimization" (1989).
 */
export const lmvm: Run = (problem, x) => {
  const at = new Iterate(problem, x);
  const { gradient } = at;
  const hessian = new InverseHessian(x.length, problem.options.memory);
  const direction = new Float64Array(x.length);
  const aim = () => {
    hessian.update(x, gradient);
    hessian.multiply(gradient, direction);
    scaled(-1, direction, direction);
  };
  while (!problem.isOver(x, at.value, norm(gradient), at.step)) {
    aim();
    if (!(dot(direction, gradient) < 0)) {
      hessian.reset();
      aim();
    }
    if (at.move(direction, 1)) continue;
    if (hessian.isScaling) return problem.stop("DIVERGED_LS_FAILURE");
    hessian.reset();
    aim();
    if (!at.move(direction, 1)) return problem.stop("DIVERGED_LS_FAILURE");
  }
};
