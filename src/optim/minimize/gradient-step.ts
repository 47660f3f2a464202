/** How short and how long a first step along the gradient may be. */
const SHORTEST = 1e-7;
const LONGEST = 100;

/**
 * The step along −∇f to try when nothing is known of the curvature: that to the minimum of a quadratic function whose
 * smallest value is 0.
 *
 * @param size norm of the gradient
 */
export function gradientStep(value: number, size: number): number {
  const step = (2 * (Math.abs(value) || 1)) / (size * size || Number.EPSILON);
  return Math.min(LONGEST, Math.max(SHORTEST, step));
}
