import { gradientStep } from "./gradient-step.js";
import { Iterate } from "./iterate.js";
import { LINE_SEARCHES } from "./line-search/index.js";
import type { Run } from "./methods.js";
import { dot, norm, scaled } from "./vectors.js";

/** Over how many values f need not decrease, where the line search is Armijo's. */
const MEMORY = 10;

/**
 * Steepest descent: d = −∇f(x), with the length first that would have been right for the curvature of the last step. These
 * lengths do best where f may rise now and then, so a decrease below the greatest of the last values is enough.
 *
 * Sources: Cauchy (1847); Barzilai and Borwein, "Two-point step size gradient methods" (1988); Raydan, "The Barzilai and
 * Borwein gradient method for the large scale unconstrained minimization problem" (1997).
 */
export const gd: Run = (problem, x) => {
  const { lineSearch = "armijo" } = problem.options;
  const at = new Iterate(problem, x, LINE_SEARCHES[lineSearch]);
  const { gradient } = at;
  const direction = new Float64Array(x.length);
  const recent = new Array<number>(lineSearch === "armijo" ? MEMORY : 1).fill(at.value);
  let size = norm(gradient);
  let step = gradientStep(at.value, size);
  for (let k = 1; !problem.isOver(x, at.value, size, at.step); k++) {
    scaled(-1, gradient, direction);
    if (!at.move(direction, step, Math.max(...recent)) && !at.move(direction, gradientStep(at.value, size)))
      return problem.stop("DIVERGED_LS_FAILURE");
    recent[k % recent.length] = at.value;
    const curvature = 1 + dot(gradient, direction) / (size * size);
    step = curvature > 0 ? at.step / curvature : 2 * at.step;
    size = norm(gradient);
  }
};
