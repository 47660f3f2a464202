import type { Problem } from "./problem.js";
import { along, dot } from "./vectors.js";

/** Where a line search begins: x, f(x), ∇f(x), and a direction of descent. */
export interface LineStart {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly direction: Float64Array;
  /** The first length to try. */
  readonly step: number;
}

/** Where it has led, with f and its gradient there. */
export interface LineEnd {
  readonly step: number;
  readonly value: number;
}

/** Looks along a direction for a better point, which goes into `x` with its gradient in `gradient`; undefined if there is none. */
export type LineSearch = (
  problem: Problem,
  start: LineStart,
  x: Float64Array,
  gradient: Float64Array,
) => LineEnd | undefined;

const SUFFICIENT = 1e-4;
const SHRINK = 0.5;
const MOST_TRIALS = 50;

/**
 * Halves the step until the decrease is sufficient: f(x + t d) ≤ f(x) + 10⁻⁴ t ∇f(x)ᵀd.
 * Source: Armijo, "Minimization of functions having Lipschitz continuous first partial derivatives" (1966).
 */
export const armijo: LineSearch = (
  problem,
  { x: from, value, gradient: slope, direction, step },
  x,
  gradient,
) => {
  const descent = dot(slope, direction);
  let length = step;
  for (let trial = 0; trial < MOST_TRIALS; trial++, length *= SHRINK) {
    along(from, length, direction, x);
    const found = problem.value(x);
    if (found <= value + SUFFICIENT * length * descent)
      return { step: length, value: problem.valueAndGradient(x, gradient) };
  }
  return undefined;
};
