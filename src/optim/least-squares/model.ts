import type { Box } from "../minimize/bounds.js";
import { dot, norm } from "../minimize/vectors.js";
import { scaledStep } from "./scaled-step.js";
import { singularValues } from "./singular-values.js";

/** A step of the unknowns. */
export interface Step {
  /** Where it leads: within the box, and exactly at a limit where it has met one. */
  readonly to: Float64Array;
  /** By how much the model's sum of squares gets smaller. */
  readonly reduction: number;
  /** The slope of half the sum of squares along the step. */
  readonly slope: number;
  /** Its length in scaled unknowns. */
  readonly length: number;
  /** Whether a larger radius would have made it longer. */
  readonly limited: boolean;
}

/** The linear model of residuals around a point, |r + J p|², by the triangle of [J r]. */
export class LinearModel {
  readonly #triangle: Float64Array;
  /** How many unknowns. */
  readonly size: number;
  /** Jᵀr. */
  readonly gradient: Float64Array;
  /** The norms of the columns of J. */
  readonly columnNorms: Float64Array;

  constructor(triangle: Float64Array) {
    this.#triangle = triangle;
    const n = Math.sqrt(triangle.length) - 1;
    this.size = n;
    const c = this.column(n);
    const columns = Array.from({ length: n }, (_, k) => this.column(k));
    this.gradient = Float64Array.from(columns, (column) => dot(column, c));
    this.columnNorms = Float64Array.from(columns, norm);
  }

  /** Column k of the triangle: of J for an unknown, of r for k = size; what r has outside J's image is left out. */
  column(k: number): Float64Array {
    const n = this.size;
    return Float64Array.from({ length: n }, (_, i) => this.#triangle[i * (n + 1) + k]);
  }

  /** The unknowns that can move: those that no limit holds against the gradient. */
  free(x: Float64Array, { lower, upper }: Box): number[] {
    const held = (k: number) =>
      lower[k] === upper[k] ||
      (x[k] <= lower[k] && this.gradient[k] > 0) ||
      (x[k] >= upper[k] && this.gradient[k] < 0);
    return Array.from(x.keys()).filter((k) => !held(k));
  }

  /** Singular values of the columns of J for some unknowns, each divided by its scale. */
  singularValues(unknowns: readonly number[], scale: Float64Array) {
    return singularValues(unknowns.map((k) => this.column(k).map((entry) => entry / scale[k])));
  }

  /**
   * The step that makes the model smallest within a radius of scaled unknowns and the box: unknowns that would leave the
   * box stop at its limit, and the others are found anew.
   */
  step(x: Float64Array, box: Box, scale: Float64Array, radius: number): Step {
    const n = this.size;
    const to = x.slice();
    let moving = this.free(x, box);
    const rest = this.column(n); // r + J p for the unknowns that have stopped
    let room = radius * radius;
    let limited = false;
    for (let stopped = true; stopped && moving.length > 0 && room > 0; ) {
      const scaled = scaledStep(this.singularValues(moving, scale), rest, Math.sqrt(room));
      limited = scaled.limited;
      for (const [i, k] of moving.entries()) to[k] = x[k] + scaled.step[i] / scale[k];
      const over = moving.filter((k) => to[k] < box.lower[k] || to[k] > box.upper[k]);
      stopped = over.length > 0;
      box.project(to);
      for (const k of over) {
        const p = to[k] - x[k];
        room -= (scale[k] * p) ** 2;
        this.column(k).forEach((entry, i) => {
          rest[i] += entry * p;
        });
      }
      moving = moving.filter((k) => !over.includes(k));
    }
    return { ...this.#judged(x, to, scale), to, limited };
  }

  #judged(x: Float64Array, to: Float64Array, scale: Float64Array) {
    const p = to.map((entry, k) => entry - x[k]);
    const image = new Float64Array(this.size);
    for (let k = 0; k < p.length; k++) {
      this.column(k).forEach((entry, i) => {
        image[i] += entry * p[k];
      });
    }
    const slope = dot(p, this.gradient);
    const length = norm(p.map((entry, k) => entry * scale[k]));
    return { slope, reduction: -2 * slope - dot(image, image), length };
  }
}
