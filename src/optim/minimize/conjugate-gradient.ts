import type { HessianProduct } from "./objective.js";
import { axpy, dot } from "./vectors.js";

/** What a model came to within its region. */
export interface ModelEnd {
  /** Length of the step. */
  readonly length: number;
  /** The model there: gᵀd + ½ dᵀHd. */
  readonly value: number;
  /** Whether a direction was met along which the curvature is not positive. */
  readonly negative: boolean;
}

/** How small the residual must become, over that at the beginning; near the minimum less, so that Newton's convergence stays quadratic. */
const ENOUGH = 1e-5;

/** As many steps as there are variables suffice without rounding errors; with them, a few times as many do. */
const ROUNDS = 3;

/**
 * Minimises the quadratic model gᵀd + ½ dᵀHd of a function over the steps d that are no longer than a radius, by
 * conjugate gradients that end where they leave the region, or at a direction of negative curvature followed to its edge.
 *
 * Source: Steihaug, "The conjugate gradient method and trust regions in large scale optimization" (1983); the residual
 * that suffices follows Dembo and Steihaug, "Truncated-Newton algorithms for large-scale unconstrained optimization" (1983).
 */
export class ConjugateGradient {
  readonly #residual: Float64Array;
  readonly #direction: Float64Array;
  readonly #product: Float64Array;

  constructor(size: number) {
    this.#residual = new Float64Array(size);
    this.#direction = new Float64Array(size);
    this.#product = new Float64Array(size);
  }

  /** Writes the step into `step`, for a Hessian that acts on `variables` of the entries. */
  minimize(
    multiply: HessianProduct,
    gradient: Float64Array,
    radius: number,
    step: Float64Array,
    variables = gradient.length,
  ): ModelEnd {
    const r = this.#residual;
    const p = this.#direction;
    const q = this.#product;
    step.fill(0);
    for (let i = 0; i < r.length; i++) p[i] = r[i] = -gradient[i];
    let rr = dot(r, r);
    const enough = rr * Math.min(ENOUGH, Math.sqrt(rr)) ** 2;
    // Squared lengths of step and direction, and their product, by recurrences.
    let [dd, dp, pp] = [0, 0, rr];
    let value = 0;
    for (let product = 1; ; product++) {
      multiply(p, q);
      const curvature = dot(p, q);
      const negative = curvature <= 0;
      const a = rr / curvature;
      if (negative || dd + a * (2 * dp + a * pp) >= radius * radius) {
        const b = (Math.sqrt(dp * dp + pp * (radius * radius - dd)) - dp) / pp;
        axpy(b, p, step);
        return { length: radius, value: value + b * ((b * curvature) / 2 - rr), negative };
      }
      axpy(a, p, step);
      axpy(-a, q, r);
      value -= (a * rr) / 2;
      dd += a * (2 * dp + a * pp);
      const before = rr;
      rr = dot(r, r);
      if (rr <= enough || product >= ROUNDS * variables) return { length: Math.sqrt(dd), value, negative };
      const b = rr / before;
      for (let i = 0; i < p.length; i++) p[i] = r[i] + b * p[i];
      dp = b * (dp + a * pp);
      pp = rr + b * b * pp;
    }
  }
}
