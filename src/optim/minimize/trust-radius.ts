/** The largest radius that a trust region grows to. */
export const LARGEST = 1e10;

/** The least share of the decrease foretold for which a step is taken. */
export const ACCEPTED = 1e-4;

/** Decreases that are smaller than this, over |f|, may be rounding errors. */
const ROUNDING = 1e-10;

/** The decrease from `value` over that which the model foretold; 1 if both drown in rounding errors. */
export function agreement(actual: number, foretold: number, value: number): number {
  const rounding = ROUNDING * Math.abs(value);
  return Math.abs(actual) <= rounding && Math.abs(foretold) <= rounding ? 1 : actual / foretold;
}

/**
 * The radius of a trust region after a step of some length, by how well the model foretold its decrease.
 *
 * Source: Moré, "Recent developments in algorithms and software for trust region methods" (1983), with the constants of
 * PETSc's TAO.
 */
export function nextRadius(ratio: number, length: number, radius: number): number {
  if (!(ratio >= ACCEPTED)) return Math.min(length, radius) / 4;
  if (ratio < 0.25) return Math.min(length, radius) / 2;
  if (ratio < 0.5) return radius;
  return Math.min(LARGEST, Math.max((ratio < 0.9 ? 2 : 4) * length, radius));
}
