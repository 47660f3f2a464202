import { Iterate } from "./iterate.js";
import type { Run } from "./methods.js";
import { norm, scaled } from "./vectors.js";

/** Steepest descent: d = −∇f(x), the length by a line search. Source: Cauchy (1847). */
export const gd: Run = (problem, x) => {
  const at = new Iterate(problem, x);
  const direction = new Float64Array(x.length);
  at.step = 1 / Math.max(1, norm(at.gradient));
  while (!problem.isOver(x, at.value, norm(at.gradient), at.step)) {
    scaled(-1, at.gradient, direction);
    if (!at.move(direction, 2 * at.step)) return problem.stop("DIVERGED_LS_FAILURE");
  }
};
