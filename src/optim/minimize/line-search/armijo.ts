import { along, dot, slopeBetween } from "../vectors.js";
import { type LineSearch, MOST_TRIALS, SUFFICIENT } from "./line-search.js";

const SHRINK = 0.5;

/**
 * Halves the step until the decrease is sufficient: f(x + t d) ≤ f(x) + 10⁻⁴ t ∇f(x)ᵀd; with bounds, for the point x(t)
 * of the projected path, f(x(t)) ≤ f(x) + 10⁻⁴ ∇f(x)ᵀ(x(t) − x).
 *
 * Source: Armijo, "Minimization of functions having Lipschitz continuous first partial derivatives" (1966); with bounds,
 * Bertsekas, "On the Goldstein-Levitin-Polyak gradient projection method" (1976).
 */
export const armijo: LineSearch = (problem, start, x, gradient) => {
  const { box } = problem;
  const { direction } = start;
  box?.clip(start.x, direction);
  const slope = dot(start.gradient, direction);
  if (!(slope < 0)) return undefined;
  let { step } = start;
  for (let trial = 0; trial < MOST_TRIALS; trial++, step *= SHRINK) {
    along(start.x, step, direction, x);
    box?.project(x);
    const descent = box === undefined ? step * slope : slopeBetween(start.gradient, start.x, x);
    if (!(descent < 0)) continue;
    const value = problem.valueAndGradient(x, gradient);
    const finite = Number.isFinite(dot(gradient, direction));
    if (finite && value <= start.value + SUFFICIENT * descent) return { step, value };
  }
  return undefined;
};
