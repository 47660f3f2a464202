import type { ParameterVector } from "../nn/index.js";
import { assign, clip, nrm2, scal, scope } from "../tensor/index.js";
import { requireNumber } from "./options.js";

/**
 * Shortens the gradient of all parameters together to Euclidean length `maxNorm` if it is longer (Pascanu, Mikolov &
 * Bengio 2013). A gradient that is not finite stays as it is.
 *
 * @returns the length before.
 * @throws TuttiError `argument` unless maxNorm is greater than 0.
 */
export function clipByNorm(parameters: ParameterVector, maxNorm: number): number {
  requireNumber("clipByNorm", "maxNorm", maxNorm, Number.MIN_VALUE);
  const norm = nrm2(parameters.grad);
  if (norm > maxNorm && Number.isFinite(norm)) scal(maxNorm / norm, parameters.grad);
  return norm;
}

/**
 * Limits every element of the gradient to ±`limit`.
 *
 * @throws TuttiError `argument` unless limit is greater than 0.
 */
export function clipByValue(parameters: ParameterVector, limit: number): void {
  requireNumber("clipByValue", "limit", limit, Number.MIN_VALUE);
  scope(() => assign(parameters.grad, clip(parameters.grad, -limit, limit)));
}
