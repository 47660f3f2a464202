import type { Comm } from "../../comm/index.js";
import type { Bounds } from "../minimize/bounds.js";
import type { MinimizeEngine, MinimizeState, Reason, Tolerances } from "../minimize/options.js";
import type { Differences } from "./differences.js";
import type { LeastSquaresMethod } from "./methods.js";

/** How a fit has ended: as a minimisation does, or by one of MINPACK's tests. */
export type LeastSquaresReason =
  | Reason
  | "CONVERGED_FTOL" //  the sum of squares has become smaller by at most ftol, and no more was to be expected
  | "CONVERGED_XTOL" //  the trust region is at most xtol of the scaled unknowns
  | "CONVERGED_GTOL"; // the residuals are orthogonal to the columns of the Jacobian within gtol

/** Options of {@link leastSquares}; `gatol` to `fmin` are for engine `"tao"`, and only for that. */
export interface LeastSquaresOptions extends Tolerances {
  /** `"tutti"` if absent; with `"tao"`, each rank gathers all residuals and lets PETSc's TAO find the same minimum. */
  readonly engine?: MinimizeEngine;
  /** `"lm"` if absent, Levenberg and Marquardt's; TAO has `"brgn"`, its default, and `"pounders"`, which needs no derivatives. */
  readonly method?: LeastSquaresMethod;
  /** The ranks that share the residuals of a function in differentiable operations. */
  readonly comm?: Comm;
  /** Limits that the unknowns keep; the first guess is moved to the nearest point within. */
  readonly bounds?: Bounds;
  /** Differences that stand for derivatives, even where those are known otherwise. */
  readonly jacobian?: Differences;
  /** Relative reduction of the sum of squares; 1e-12 if absent. */
  readonly ftol?: number;
  /** Size of the trust region over that of the scaled unknowns; 1e-12 if absent. */
  readonly xtol?: number;
  /** Cosine of the angle between the residuals and a column of the Jacobian; 1e-12 if absent. */
  readonly gtol?: number;
  /** The first radius of the trust region, over the size of the scaled first guess; 1 if absent. */
  readonly factor?: number;
  /** Called at the first guess and after each iteration, on every rank; what returns false ends the fit. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a monitor that returns nothing goes on
  readonly monitor?: (state: LeastSquaresState) => boolean | void;
}

/** How far a fit is; the value is half the sum of squares of all ranks' residuals. */
export type LeastSquaresState = MinimizeState;
