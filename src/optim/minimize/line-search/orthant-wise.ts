import { absoluteSum, pseudoSlope } from "../l1.js";
import { along, dot } from "../vectors.js";
import { type LineSearch, MOST_TRIALS, SUFFICIENT } from "./line-search.js";

const SHRINK = 0.5;

/**
 * Halves the step until f(x) + λ‖x‖₁ decreases enough, along a path that stays in one orthant: entries that would change
 * their sign stop at 0.
 *
 * Source: Andrew and Gao, "Scalable training of L1-regularized log-linear models" (2007), section 3.2.
 */
export function orthantWise(lambda: number): LineSearch {
  return (problem, { x: from, value, gradient: slope, direction, step }, x, gradient) => {
    for (let trial = 0; trial < MOST_TRIALS; trial++, step *= SHRINK) {
      along(from, step, direction, x);
      let descent = 0;
      for (let i = 0; i < x.length; i++) {
        if (from[i] * x[i] < 0) x[i] = 0;
        descent += pseudoSlope(from[i], slope[i], lambda) * (x[i] - from[i]);
      }
      if (!(descent < 0)) continue;
      const found = problem.valueAndGradient(x, gradient) + lambda * absoluteSum(x);
      const finite = Number.isFinite(dot(gradient, direction));
      if (finite && found <= value + SUFFICIENT * descent) return { step, value: found };
    }
    return undefined;
  };
}
