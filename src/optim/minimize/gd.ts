import { armijo } from "./line-search.js";
import type { Run } from "./methods.js";
import { norm, scaled } from "./vectors.js";

/** Steepest descent: d = −∇f(x), the length by Armijo's rule, tried first at twice the last. Source: Cauchy (1847). */
export const gd: Run = (problem, x) => {
  const gradient = new Float64Array(x.length);
  const direction = new Float64Array(x.length);
  const from = new Float64Array(x.length);
  const slope = new Float64Array(x.length);
  let value = problem.valueAndGradient(x, gradient);
  let step = 1 / Math.max(1, norm(gradient));
  while (!problem.isOver(x, value, norm(gradient), step)) {
    scaled(-1, gradient, direction);
    from.set(x);
    slope.set(gradient);
    const end = armijo(problem, { x: from, value, gradient: slope, direction, step: 2 * step }, x, gradient);
    if (end === undefined) {
      x.set(from);
      return problem.stop("DIVERGED_LS_FAILURE");
    }
    ({ step, value } = end);
  }
};
