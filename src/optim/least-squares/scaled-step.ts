import { norm } from "../minimize/vectors.js";
import type { SingularValues } from "./singular-values.js";

/** How far a step's length may be from the radius, over the radius. */
const CLOSE = 0.1;
const MOST_TRIALS = 10;

/**
 * The vector q, at most `radius` long, that makes |B q + c| smallest, by the singular values of B: q = −(BᵀB + λI)⁻¹Bᵀc,
 * where λ is 0 if that is short enough, and else makes q about as long as the radius.
 *
 * λ is found by Newton's iteration on the reciprocal of the length, between bounds. Source: Hebden (1973); Moré, "The
 * Levenberg-Marquardt algorithm: implementation and theory" (1978), section 5.
 */
export function scaledStep(
  { images, directions, values }: SingularValues,
  c: Float64Array,
  radius: number,
): { readonly step: Float64Array; readonly limited: boolean } {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const smallest = largest * Number.EPSILON * values.length;
  const slopes = Float64Array.from(images, (image) => image.reduce((sum, entry, i) => sum + entry * c[i], 0));
  const shares = new Float64Array(values.length);
  /** The length of q for λ, and its derivative. */
  const at = (lambda: number) => {
    let [squares, cubes] = [0, 0];
    for (const [k, value] of values.entries()) {
      const curvature = value * value + lambda;
      shares[k] = value > smallest ? -slopes[k] / curvature : 0;
      squares += shares[k] ** 2;
      if (value > smallest) cubes += shares[k] ** 2 / curvature;
    }
    const length = Math.sqrt(squares);
    return { length, slope: length === 0 ? 0 : -cubes / length };
  };
  let { length, slope } = at(0);
  const limited = length > (1 + CLOSE) * radius;
  if (limited) {
    let low = values.every((value) => value > smallest) ? (radius - length) / slope : 0;
    let high = norm(slopes) / radius;
    let lambda = low;
    for (let trial = 0; trial < MOST_TRIALS; trial++) {
      const further = (length / radius) * ((radius - length) / slope);
      lambda = Math.max(low, lambda + further);
      if (!(lambda < high)) lambda = Math.max(0.001 * high, Math.sqrt(low * high));
      ({ length, slope } = at(lambda));
      if (Math.abs(length - radius) <= CLOSE * radius) break;
      if (length > radius) low = Math.max(low, lambda);
      else high = Math.min(high, lambda);
    }
  }
  const step = new Float64Array(values.length);
  for (const [k, direction] of directions.entries())
    for (let i = 0; i < step.length; i++) step[i] += shares[k] * direction[i];
  return { step, limited };
}
