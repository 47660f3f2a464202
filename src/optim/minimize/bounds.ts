import { TuttiError } from "../../errors.js";

/** Limits of the variables: one number for all of them, or one for each; ±Infinity, or absent, is none. */
export interface Bounds {
  readonly lower?: number | ArrayLike<number>;
  readonly upper?: number | ArrayLike<number>;
}

/** The points that bounds allow. */
export class Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;

  /**
   * @param call who asks, for messages
   * @throws TuttiError `argument` for limits of another number than `size`, that are NaN or infinite on the wrong side, or that cross
   */
  constructor({ lower, upper }: Bounds, size: number, call = "minimize") {
    this.lower = limits(call, "lower", lower ?? Number.NEGATIVE_INFINITY, size);
    this.upper = limits(call, "upper", upper ?? Number.POSITIVE_INFINITY, size);
    const index = this.lower.findIndex((limit, i) => limit > this.upper[i]);
    if (index < 0) return;
    const [low, high] = [this.lower[index], this.upper[index]];
    const message = `${call}: bounds.lower[${index}] is ${low}, above bounds.upper[${index}], which is ${high}`;
    throw new TuttiError("argument", message, { index, lower: low, upper: high });
  }

  /** x ← the nearest allowed point. */
  project(x: Float64Array): void {
    const { lower, upper } = this;
    for (let i = 0; i < x.length; i++) {
      if (x[i] < lower[i]) x[i] = lower[i];
      else if (x[i] > upper[i]) x[i] = upper[i];
    }
  }

  /** out ← the entries of `gradient` against which x can still move, 0 for those that push it over a limit that it is at. */
  projectGradient(x: Float64Array, gradient: Float64Array, out: Float64Array): void {
    const { lower, upper } = this;
    for (let i = 0; i < x.length; i++) {
      const slope = gradient[i];
      out[i] = (slope > 0 && x[i] <= lower[i]) || (slope < 0 && x[i] >= upper[i]) ? 0 : slope;
    }
  }

  /** Sets to 0 what of a direction leads out at once; gives the steps to the first and to the last limit on its way. */
  clip(x: Float64Array, direction: Float64Array): { first: number; last: number } {
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (let i = 0; i < x.length; i++) {
      const d = direction[i];
      if (d === 0) continue;
      const step = ((d > 0 ? this.upper[i] : this.lower[i]) - x[i]) / d;
      if (step <= 0) direction[i] = 0;
      else if (step < Number.POSITIVE_INFINITY) {
        first = Math.min(first, step);
        last = Math.max(last, step);
      }
    }
    return { first, last: last || Number.POSITIVE_INFINITY };
  }
}

function limits(
  call: string,
  name: "lower" | "upper",
  given: number | ArrayLike<number>,
  size: number,
): Float64Array {
  const all = typeof given === "number" ? new Float64Array(size).fill(given) : Float64Array.from(given);
  if (all.length !== size) {
    const message = `${call}: bounds.${name} has ${all.length} limits, expected one number, or one for each of the ${size} variables`;
    throw new TuttiError("argument", message, { found: all.length, wanted: size });
  }
  const none = name === "lower" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const index = all.findIndex((limit) => Number.isNaN(limit) || limit === -none);
  if (index < 0) return all;
  const message = `${call}: bounds.${name}[${index}] is ${all[index]}, expected a finite number or ${none}`;
  throw new TuttiError("argument", message, { index, found: all[index] });
}
