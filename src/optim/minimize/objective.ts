import { hvp, valueAndGrad } from "../../autodiff/index.js";
import type { Comm } from "../../comm/index.js";
import { TuttiError } from "../../errors.js";
import { scope, type Tensor, tensor } from "../../tensor/index.js";

/** Writes ∇²f(x)·v, at the x it belongs to, into `product`. */
export type HessianProduct = (direction: Float64Array, product: Float64Array) => void;

/**
 * A function of one flat vector that is to be made small, with as many of its derivatives as are known.
 *
 * Vectors are only lent: `x` and directions may be read, never changed or kept. On several ranks, all of them evaluate
 * the same thing at the same time, and each gets the same bits.
 */
export interface Objective {
  /** How many variables it has; any number if absent. */
  readonly size?: number;
  /** The ranks that evaluate it together; each rank by itself if absent. */
  readonly comm?: Comm;
  /** f(x), where that is cheaper than with its gradient. */
  value?(x: Float64Array): number;
  /** f(x), with ∇f(x) written to `gradient`. */
  valueAndGradient(x: Float64Array, gradient: Float64Array): number;
  /** The Hessian at x, as the function that multiplies by it. It is called before x changes or not at all. */
  hessian?(x: Float64Array): HessianProduct;
  /** Where f stops being finite at x, in words; asked when a minimisation ends for that reason. */
  explain?(x: Float64Array): string;
}

/** What {@link minimize} takes for an objective: one, or a function in differentiable operations, whose value is one number. */
export type Minimizable = Objective | ((x: Tensor) => Tensor);

/** The objective that a function in differentiable operations is, its derivatives by autodiff, in float64. */
export function differentiable(f: (x: Tensor) => Tensor): Objective {
  const gradientOf = valueAndGrad(f);
  const vector = (x: Float64Array) => tensor(x, { dtype: "float64" });
  return {
    value: (x) => scope(() => f(vector(x)).item()),
    valueAndGradient: (x, gradient) =>
      scope(() => {
        const [value, slope] = gradientOf(vector(x));
        gradient.set(slope.data as Float64Array);
        return value.item();
      }),
    hessian: (x) => (direction, product) =>
      scope(() => {
        const [, curved] = hvp(f, vector(x), vector(direction));
        product.set(curved.data as Float64Array);
      }),
  };
}

/**
 * As {@link differentiable}, where it is not an objective already.
 *
 * @param call who asks, for messages
 * @throws TuttiError `argument` for anything else
 */
export function objectiveOf(call: string, given: Minimizable): Objective {
  if (typeof given === "function") return differentiable(given);
  const found = given as Partial<Objective> | null | undefined;
  if (typeof found?.valueAndGradient === "function") return given;
  const what = typeof found === "object" && found !== null ? "an object without it" : String(found);
  const message = `${call}: the objective must be a function of a tensor, or have a method valueAndGradient; found ${what}`;
  throw new TuttiError("argument", message, { found });
}
