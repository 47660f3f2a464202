import { jvp, vjp } from "../../autodiff/index.js";
import type { Comm } from "../../comm/index.js";
import { TuttiError } from "../../errors.js";
import { scope, type Tensor, tensor } from "../../tensor/index.js";

/**
 * Functions of one flat vector whose sum of squares is to be made small: those of this rank.
 *
 * Vectors are only lent: `x` may be read, never changed or kept. On several ranks, each has residuals of its own, any
 * number of them; together they are the residuals of the problem, in the order of ranks.
 */
export interface Residuals {
  /** How many variables; any number if absent. */
  readonly size?: number;
  /** How many residuals this rank has. */
  readonly count: number;
  /** The ranks that share the residuals; each rank has a problem of its own if absent. */
  readonly comm?: Comm;
  /** Writes the residuals at x to `r`. */
  residuals(x: Float64Array, r: Float64Array): void;
  /** Writes their derivatives, row by row: `jacobian[i * x.length + k]` ← ∂rᵢ/∂xₖ. */
  jacobian?(x: Float64Array, jacobian: Float64Array): void;
}

/**
 * What {@link leastSquares} takes: residuals, or a function in differentiable operations, whose value is a tensor of
 * them.
 */
export type Fittable = Residuals | ((x: Tensor) => Tensor);

/** The residuals that a function in differentiable operations gives, in float64; it is evaluated once, to count them. */
export function differentiableResiduals(
  f: (x: Tensor) => Tensor,
  x0: Float64Array,
  comm?: Comm,
): Residuals & Required<Pick<Residuals, "jacobian">> {
  const vector = (x: Float64Array) => tensor(x, { dtype: "float64" });
  const count = scope(() => f(vector(x0)).size);
  const take = (r: Tensor, out: Float64Array) => {
    if (r.size !== count) {
      const message = `leastSquares: the function gave ${count} residuals at first, now ${r.size}`;
      throw new TuttiError("argument", message, { found: r.size, wanted: count });
    }
    out.set(r.data as Float64Array);
  };
  return {
    count,
    comm,
    residuals: (x, r) => scope(() => take(f(vector(x)), r)),
    // one sweep forwards for each variable, or one backwards for each residual
    jacobian: (x, jacobian) =>
      scope(() => {
        const n = x.length;
        if (n <= count) {
          const column = new Float64Array(count);
          for (let k = 0; k < n; k++) {
            scope(() => take(jvp(f, [vector(x)], [vector(unit(n, k))])[1], column));
            for (let i = 0; i < count; i++) jacobian[i * n + k] = column[i];
          }
        } else {
          const [r, pullback] = vjp(f, vector(x));
          for (let i = 0; i < count; i++) {
            scope(() => {
              const cotangent = tensor(unit(count, i), { dtype: r.dtype as "float64" }).reshape(r.shape);
              jacobian.set(pullback(cotangent)[0].data as Float64Array, i * n);
            });
          }
        }
      }),
  };
}

function unit(length: number, at: number): Float64Array {
  const vector = new Float64Array(length);
  vector[at] = 1;
  return vector;
}
