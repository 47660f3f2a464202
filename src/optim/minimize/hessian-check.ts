import { TuttiError } from "../../errors.js";
import type { HessianProduct } from "./objective.js";
import type { MinimizeState } from "./options.js";
import { dot, norm } from "./vectors.js";

/** How far uᵀHv and vᵀHu may be apart, over |u| |Hv| + |v| |Hu|: wide enough for products in float32. */
const APART = 1e-5;

/**
 * Looks whether uᵀHv = vᵀHu for two vectors that have nothing to do with the problem, which costs two products.
 *
 * @throws TuttiError `argument` if they differ by more than rounding
 */
export function requireSymmetric(multiply: HessianProduct, size: number): void {
  const [u, v] = [0.6180339887498949, 0.41421356237309515].map((irrational) =>
    Float64Array.from({ length: size }, (_, i) => (((i + 1) * irrational) % 1) - 0.5),
  );
  const [hu, hv] = [new Float64Array(size), new Float64Array(size)];
  multiply(u, hu);
  multiply(v, hv);
  const [uhv, vhu] = [dot(u, hv), dot(v, hu)];
  if (Math.abs(uhv - vhu) <= APART * (norm(u) * norm(hv) + norm(v) * norm(hu))) return;
  const message =
    `minimize: the objective's Hessian is not symmetric: uᵀHv is ${uhv.toPrecision(6)}, but vᵀHu is ` +
    `${vhu.toPrecision(6)} for the same two vectors; see that \`hessian\` multiplies by the second derivatives of f`;
  throw new TuttiError("argument", message, { uhv, vhu });
}

/** @throws TuttiError `diverged` if an entry of a product is not finite; it names the first such entry, and where x is */
export function requireFinite(product: Float64Array, state: MinimizeState | undefined): void {
  const index = product.findIndex((entry) => !Number.isFinite(entry));
  if (index < 0) return;
  const { iteration = 0, value } = state ?? {};
  const message =
    `minimize: entry ${index} of a product with the Hessian is ${product[index]} in iteration ${iteration}, ` +
    `where f is ${value}; the objective's second derivatives must be finite where f is`;
  throw new TuttiError("diverged", message, { index, found: product[index], iteration, value });
}
