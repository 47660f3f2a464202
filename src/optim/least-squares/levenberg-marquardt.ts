import { norm } from "../minimize/vectors.js";
import type { FitProblem } from "./fit-problem.js";
import { LinearModel, type Step } from "./model.js";
import type { LeastSquaresReason } from "./options.js";

/**
 * The first radius, over the size of the scaled first guess. MINPACK's 100 lets the first step for NIST's BoxBOD, from the
 * farther guess, end where nothing depends on its second unknown any more.
 */
const FACTOR = 1;
/** A step is taken if it does this share of what the model has promised. */
const ACCEPTED = 1e-4;
const TOLERANCE = 1e-12;
const MOST_ITERATIONS = 1000;

/**
 * Levenberg and Marquardt's method as a trust region: each step minimises the linear model of the residuals within a
 * radius of unknowns that are scaled by the largest norms that their columns of the Jacobian have had, so that units do
 * not matter. Radius and tests are those of MINPACK's lmder; a box is kept by the step itself.
 *
 * Source: Moré, "The Levenberg-Marquardt algorithm: implementation and theory" (1978).
 *
 * @param x becomes the best point
 * @returns the model there
 */
export function levenbergMarquardt(problem: FitProblem, x: Float64Array): LinearModel {
  const { box, options } = problem;
  const { maxIt = MOST_ITERATIONS, maxEvaluations = Number.POSITIVE_INFINITY, factor = FACTOR } = options;
  const [ftol, xtol, gtol] = [options.ftol, options.xtol, options.gtol].map((tolerance = TOLERANCE) =>
    Math.max(tolerance, Number.EPSILON),
  );
  let [r, other] = [new Float64Array(problem.count), new Float64Array(problem.count)];
  let value = problem.value(x, r);
  problem.requireFinite(value, r);
  let scale: Float64Array | undefined;
  let radius = 0;
  const size = () => norm(x.map((entry, k) => entry * scale![k]));
  let reason: LeastSquaresReason | undefined;
  for (let iteration = 0; ; iteration++) {
    const model = new LinearModel(problem.triangle(x, r));
    scale = model.columnNorms.map((length, k) => Math.max(length || 1, scale?.[k] ?? 0));
    if (iteration === 0) radius = factor * (size() || 1);
    const free = model.free(x, box);
    const gradientNorm = norm(Float64Array.from(free, (k) => model.gradient[k]));
    const goesOn = problem.note({ iteration, value, gradientNorm, step: radius, x });
    const cosine = (k: number) =>
      Math.abs(model.gradient[k]) / ((model.columnNorms[k] || 1) * Math.sqrt(2 * value));
    if (value === 0 || free.every((k) => cosine(k) <= gtol)) reason ??= "CONVERGED_GTOL";
    if (!goesOn) reason ??= "CONVERGED_USER";
    if (iteration >= maxIt) reason ??= "DIVERGED_MAXITS";
    for (let accepted = false; !accepted; ) {
      if (reason !== undefined) {
        problem.stop(reason);
        return model;
      }
      const step = model.step(x, box, scale, radius);
      if (iteration === 0) radius = Math.min(radius, step.length || radius);
      const found = problem.value(step.to, other);
      const reduction = found < 100 * value ? 1 - found / value : -1; // what is not finite is worse, too
      const promised = step.reduction / (2 * value);
      const ratio = promised > 0 ? reduction / promised : 0;
      radius = nextRadius(radius, step, ratio, reduction, step.slope / (2 * value));
      accepted = ratio >= ACCEPTED;
      if (accepted) {
        x.set(step.to);
        value = found;
        [r, other] = [other, r];
      }
      if (Math.abs(reduction) <= ftol && promised <= ftol && ratio <= 2) reason = "CONVERGED_FTOL";
      else if (radius <= xtol * size()) reason = "CONVERGED_XTOL";
      else if (problem.evaluations >= maxEvaluations) reason = "DIVERGED_MAXFCN";
    }
  }
}

/** MINPACK's rule: by half to a tenth smaller after a bad step, twice the step after a good one or one that it has not limited. */
function nextRadius(radius: number, step: Step, ratio: number, reduction: number, slope: number): number {
  if (ratio <= 0.25) {
    const share = reduction >= 0 || slope >= 0 ? 0.5 : (0.5 * slope) / (slope + 0.5 * reduction);
    return Math.max(0.1, reduction > -1 ? share : 0) * Math.min(radius, 10 * step.length || radius);
  }
  return !step.limited || ratio >= 0.75 ? 2 * step.length : radius;
}
