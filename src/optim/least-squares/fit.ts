import { TuttiError } from "../../errors.js";
import type { FitProblem } from "./fit-problem.js";
import type { LinearModel } from "./model.js";
import type { LeastSquaresReason, LeastSquaresState } from "./options.js";
import { studentT } from "./student-t.js";

/** Share of the largest singular value below which one counts as zero, for each row. */
const NEGLIGIBLE = Number.EPSILON;

/**
 * What a fit has come to, the same on every rank, and how sure it is, if the residuals are those of a model that holds,
 * with independent errors of one size: where a bound holds an unknown, that counts as known, and its errors are NaN.
 *
 * Source: Seber and Wild, "Nonlinear regression" (1989), section 2.1.
 */
export class LeastSquaresFit implements LeastSquaresState {
  readonly x: Float64Array;
  /** Half the sum of squares of all ranks' residuals. */
  readonly value: number;
  /** Norm of Jᵀr over the unknowns that no bound holds. */
  readonly gradientNorm: number;
  readonly step: number;
  readonly iteration: number;
  readonly reason: LeastSquaresReason;
  readonly converged: boolean;
  /** Evaluations of the residuals, those for differences included. */
  readonly evaluations: number;
  /** Evaluations of their derivatives. */
  readonly jacobians: number;
  /** How many residuals all ranks have. */
  readonly count: number;
  /** The unknowns that no bound holds. */
  readonly free: readonly number[];
  readonly #model: LinearModel | undefined;
  #covariance: Float64Array | undefined;

  constructor(problem: FitProblem, model: LinearModel | undefined) {
    const { reason, state } = problem.end();
    this.x = state.x;
    this.value = state.value;
    this.gradientNorm = state.gradientNorm;
    this.step = state.step;
    this.iteration = state.iteration;
    this.reason = reason;
    this.converged = reason.startsWith("CONVERGED");
    this.evaluations = problem.evaluations;
    this.jacobians = problem.jacobians;
    this.count = problem.total;
    this.free = model?.free(state.x, problem.box) ?? Array.from(state.x.keys());
    this.#model = model;
  }

  /** Residuals less free unknowns. */
  get degreesOfFreedom(): number {
    return this.count - this.free.length;
  }

  /** The estimate of the standard deviation of the residuals. @throws TuttiError `argument` without degrees of freedom */
  get deviation(): number {
    const { degreesOfFreedom: degrees, count, free, value } = this;
    if (degrees > 0) return Math.sqrt((2 * value) / degrees);
    const message = `leastSquares: ${count} residuals do not show the errors of ${free.length} unknowns; that needs at least ${free.length + 1}`;
    throw new TuttiError("argument", message, { found: count, wanted: free.length + 1 });
  }

  /**
   * The covariance of the unknowns, σ² (JᵀJ)⁻¹ at the solution, row by row.
   *
   * @throws TuttiError `argument` without degrees of freedom, without derivatives, or if the residuals do not determine
   *   the unknowns
   */
  get covariance(): Float64Array {
    this.#covariance ??= this.#covarianceOf(this.deviation);
    return this.#covariance;
  }

  /** The standard deviations of the unknowns. @throws as {@link LeastSquaresFit.covariance} */
  get standardErrors(): Float64Array {
    const { covariance, x } = this;
    return x.map((_, k) => Math.sqrt(covariance[k * (x.length + 1)]));
  }

  /**
   * Intervals that contain each of the true unknowns with a probability, by Student's distribution.
   *
   * @param level the probability, between 0 and 1
   * @throws as {@link LeastSquaresFit.covariance}
   */
  confidenceIntervals(level = 0.95): { readonly lower: Float64Array; readonly upper: Float64Array } {
    if (!(level > 0 && level < 1)) {
      const message = `confidenceIntervals: level must be between 0 and 1, found ${level}`;
      throw new TuttiError("argument", message, { found: level });
    }
    const { x, standardErrors } = this;
    const t = studentT(level, this.degreesOfFreedom);
    return {
      lower: x.map((xk, k) => xk - t * standardErrors[k]),
      upper: x.map((xk, k) => xk + t * standardErrors[k]),
    };
  }

  #covarianceOf(deviation: number): Float64Array {
    const { free, count } = this;
    const model = this.#model;
    if (model === undefined) {
      const message = `leastSquares: the covariance needs the Jacobian; give it, or say \`jacobian: "central"\``;
      throw new TuttiError("argument", message);
    }
    const scale = model.columnNorms.map((length) => length || 1);
    const { values, directions } = model.singularValues(free, scale);
    const least = Math.max(...values) * NEGLIGIBLE * Math.max(count, free.length);
    const lost = Array.from(values.keys()).filter((k) => !(values[k] > least));
    if (lost.length > 0) throw undetermined(free, directions[lost[0]], lost.length);
    const n = model.size;
    const covariance = new Float64Array(n * n).fill(Number.NaN);
    for (const [a, i] of free.entries()) {
      for (const [b, j] of free.entries()) {
        let sum = 0;
        for (const [k, value] of values.entries()) sum += (directions[k][a] * directions[k][b]) / value ** 2;
        covariance[i * n + j] = (deviation ** 2 * sum) / (scale[i] * scale[j]);
      }
    }
    return covariance;
  }
}

/** The error about a direction along which the residuals do not change. */
function undetermined(free: readonly number[], direction: Float64Array, lost: number): TuttiError {
  const unknowns = free.filter((_, a) => Math.abs(direction[a]) > 1e-6);
  const names = unknowns.map((k) => `x[${k}]`).join(", ");
  const what = unknowns.length === 1 ? `do not depend on ${names}` : `do not tell ${names} apart`;
  const message =
    `leastSquares: at the solution the Jacobian has rank ${free.length - lost}, less than its ${free.length} unknowns: the residuals ${what}, ` +
    "which therefore have no covariance; fix one of them, by bounds or in the model";
  return new TuttiError("argument", message, { rank: free.length - lost, unknowns });
}
