import type { Objective } from "../../../../src/optim/index.js";
import { type Jet, plain, type Scalar, variables } from "./jet.js";

/** A problem of least squares, f(x) = Σ rᵢ(x)². */
export interface Problem {
  readonly name: string;
  /** How many variables. */
  readonly n: number;
  /** How many residuals. */
  readonly m: number;
  /** The standard first guess. */
  readonly x0: readonly number[];
  /** Published values of f at its local minima, to six digits; the smallest first. */
  readonly minima: readonly number[];
  /** Where the smallest is, if that is published. */
  readonly solution?: readonly number[];
  /** r(x). */
  residuals(x: ArrayLike<number>): Float64Array;
  /** The derivatives of the residuals, m rows of n. */
  jacobian(x: ArrayLike<number>): Float64Array;
  /** The second derivatives of f, n rows of n. */
  hessian(x: ArrayLike<number>): Float64Array;
  /** f, as minimize() takes it. */
  readonly objective: Objective;
}

/** What makes a problem: residuals that work on numbers and on jets alike. */
export interface Statement {
  readonly name: string;
  readonly x0: readonly number[];
  readonly minima: readonly number[];
  readonly solution?: readonly number[];
  readonly residuals: (x: readonly Scalar[]) => Scalar[];
}

/** The problem of a statement, derivatives included. */
export function problemOf({ residuals, ...facts }: Statement): Problem {
  const n = facts.x0.length;
  const values = (x: ArrayLike<number>) => Float64Array.from(residuals(Array.from(x)), plain);
  const jets = (x: ArrayLike<number>, order: 1 | 2) => residuals(variables(x, order));
  const isJet = (r: Scalar): r is Jet => typeof r !== "number"; // a residual may be constant
  const m = values(facts.x0).length;
  const sumOfSquares = (r: ArrayLike<number>) => Array.from(r).reduce((sum, ri) => sum + ri * ri, 0);

  function hessian(x: ArrayLike<number>): Float64Array {
    const h = new Float64Array(n * n);
    for (const { value, gradient, hessian: curvature } of jets(x, 2).filter(isJet))
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++)
          h[i * n + j] += 2 * (gradient[i] * gradient[j] + value * curvature![i * n + j]);
    return h;
  }

  return {
    ...facts,
    n,
    m,
    residuals: values,
    jacobian(x) {
      const j = new Float64Array(m * n);
      jets(x, 1).forEach((r, i) => {
        if (isJet(r)) j.set(r.gradient, i * n);
      });
      return j;
    },
    hessian,
    objective: {
      size: n,
      value: (x) => sumOfSquares(values(x)),
      valueAndGradient(x, gradient) {
        const rs = jets(x, 1);
        gradient.fill(0);
        for (const r of rs.filter(isJet))
          for (let j = 0; j < n; j++) gradient[j] += 2 * r.value * r.gradient[j];
        return sumOfSquares(rs.map(plain));
      },
      hessian(x) {
        const h = hessian(x);
        return (direction, product) => {
          for (let i = 0; i < n; i++) {
            let sum = 0;
            for (let j = 0; j < n; j++) sum += h[i * n + j] * direction[j];
            product[i] = sum;
          }
        };
      },
    },
  };
}
