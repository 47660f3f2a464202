import { TuttiError } from "../../errors.js";
import { listed, nearestFirst } from "../../nearest.js";
import { Box } from "../minimize/bounds.js";
import { checkTolerances } from "../minimize/check-options.js";
import { guessFor } from "../minimize/guess.js";
import { LeastSquaresFit } from "./fit.js";
import { FitProblem } from "./fit-problem.js";
import { levenbergMarquardt } from "./levenberg-marquardt.js";
import { METHODS, TOLERANCES } from "./methods.js";
import type { LinearModel } from "./model.js";
import type { LeastSquaresOptions } from "./options.js";
import { differentiableResiduals, type Fittable, type Residuals } from "./residuals.js";
import { fitByTao } from "./tao.js";

/**
 * Finds where the sum of squares of several functions is smallest, near a first guess: fits a model to data.
 *
 * On several ranks all call it with the same arguments, but each has residuals of its own; an evaluation is one
 * reduction, of a number or of a triangle of the Jacobian's size in unknowns. An end without success is a result with a
 * reason, not an error.
 *
 * @example
 * const fit = leastSquares((x: Tensor) => sub(mul(x.slice(0), exp(mul(t, x.slice(1)))), y), [1, 0]);
 * const { x, standardErrors } = fit;
 * @param x0 the first guess; stays as it is
 * @throws TuttiError `argument` if the guess is not finite or of another length than the residuals want, for unknown
 *   methods, for tolerances that are not sizes, for bounds that cross, for residuals without derivatives; `diverged` for residuals at the first guess and
 *   derivatives that are not finite; `mismatch` if ranks drift apart; whatever the residuals throw
 */
export function leastSquares(
  given: Fittable,
  x0: ArrayLike<number>,
  options: LeastSquaresOptions = {},
): LeastSquaresFit {
  const run = methodFor(options);
  checkTolerances("leastSquares", options, [...TOLERANCES.tutti, "gatol", "grtol", "gttol", "steptol"]);
  const x = guessFor("leastSquares", typeof given === "function" ? {} : given, x0);
  const box = new Box(options.bounds ?? {}, x.length, "leastSquares");
  box.project(x);
  const residuals = typeof given === "function" ? differentiableResiduals(given, x, options.comm) : given;
  requireUsable(residuals, options);
  const problem = new FitProblem(residuals, options, box);
  const model = run(problem, x);
  return new LeastSquaresFit(problem, model);
}

type Run = (problem: FitProblem, x: Float64Array) => LinearModel | undefined;

function methodFor(options: LeastSquaresOptions): Run {
  const { engine = "tutti", method } = options;
  if (!(engine in METHODS)) {
    const message = `leastSquares: engine must be "tutti" or "tao", found ${JSON.stringify(engine)}`;
    throw new TuttiError("argument", message, { found: engine });
  }
  const names: readonly string[] = METHODS[engine];
  if (method !== undefined && !names.includes(method)) {
    const near = listed(nearestFirst(method, names), 3);
    const message = `leastSquares: engine "${engine}" has no method "${method}"; the nearest are ${near}`;
    throw new TuttiError("argument", message, { found: method, methods: names });
  }
  for (const tolerance of TOLERANCES[engine === "tao" ? "tutti" : "tao"]) {
    if (options[tolerance] === undefined) continue;
    const own = TOLERANCES[engine].join(", ");
    const message = `leastSquares: engine "${engine}" does not take \`${tolerance}\`; it takes ${own}`;
    throw new TuttiError("argument", message, { engine, option: tolerance });
  }
  return engine === "tao" ? fitByTao : levenbergMarquardt;
}

function requireUsable({ count, jacobian }: Residuals, options: LeastSquaresOptions): void {
  if (!Number.isSafeInteger(count) || count < 0) {
    const message = `leastSquares: residuals.count must be a whole number from 0, found ${count}`;
    throw new TuttiError("argument", message, { found: count });
  }
  const { jacobian: kind, factor = 1 } = options;
  if (factor === 0) {
    const message =
      "leastSquares: factor is 0, expected a number above it: the first trust region has a size";
    throw new TuttiError("argument", message, { found: factor });
  }
  if (kind !== undefined && kind !== "forward" && kind !== "central") {
    const message = `leastSquares: jacobian must be "forward" or "central", found ${JSON.stringify(kind)}`;
    throw new TuttiError("argument", message, { found: kind });
  }
  if (jacobian !== undefined || options.jacobian !== undefined || options.method === "pounders") return;
  const message =
    "leastSquares: the residuals have no derivatives; give them `jacobian`, write them in differentiable operations, " +
    'say `jacobian: "central"` for differences, or take TAO\'s "pounders"';
  throw new TuttiError("argument", message);
}
