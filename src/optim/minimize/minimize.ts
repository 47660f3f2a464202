import { TuttiError } from "../../errors.js";
import { Box } from "./bounds.js";
import { checkOptions } from "./check-options.js";
import { driven } from "./driver.js";
import { guessFor, requireVector } from "./guess.js";
import { methodFor } from "./method-for.js";
import { type Minimizable, objectiveOf } from "./objective.js";
import type { MinimizeOptions, MinimizeResult } from "./options.js";
import { Problem } from "./problem.js";

/**
 * Finds a point where a function of several variables is smallest, near a first guess.
 *
 * On several ranks all call it with the same arguments; the objective's evaluations are the only communication. With a
 * driver, only that rank minimises, from its own first guess, and calls the monitor; the others serve evaluations until it ends. An end
 * without success is a result with a reason, not an error.
 *
 * @example
 * const { x } = minimize((x: Tensor) => sum(square(sub(x, 3))), [0, 0]); // [3, 3]
 * @param x0 the first guess; stays as it is
 * @throws TuttiError `argument` if the guess is not finite or of another length than the objective has variables, for
 *   unknown methods or drivers, for a method that needs what the objective lacks or does not take an option, for bounds that
 *   cross, and for a Hessian that is not symmetric; `diverged` if a product with the Hessian is not finite; `mismatch` if ranks drift apart; whatever the objective throws
 */
export function minimize(
  given: Minimizable,
  x0: ArrayLike<number>,
  options: MinimizeOptions = {},
): MinimizeResult {
  const objective = objectiveOf("minimize", given);
  requireVector("minimize", "x0", x0);
  const { driver, ...others } = options;
  if (driver !== undefined && options.engine === "tao") {
    const message = `minimize: engine "tao" needs all ranks; take \`driver\` or engine "tao"`;
    throw new TuttiError("argument", message, { driver });
  }
  if (driver !== undefined)
    return driven(objective, x0.length, driver, (served) => minimize(served, x0, others));
  const method = methodFor(objective, options);
  checkOptions(options);
  const x = guessFor("minimize", objective, x0);
  const box = method.takes?.includes("bounds") ? new Box(options.bounds ?? {}, x.length) : undefined;
  box?.project(x);
  const problem = new Problem(objective, options, box);
  method.run(problem, x);
  return problem.result();
}
