import { TuttiError } from "../../errors.js";
import type { Run } from "./methods.js";
import type { Objective } from "./objective.js";
import { norm } from "./vectors.js";

/**
 * A serial optimiser of one's own, or of another library: looks for the minimum of an objective from a first guess, which
 * is its to change, and returns where it ends.
 */
export type Solver = (objective: Objective, x0: Float64Array) => ArrayLike<number>;

/** The method that calls a solver once. It sees one iteration: the first guess is not evaluated, only the end is. */
export const runSolver =
  (solver: Solver): Run =>
  (problem, x) => {
    const end = solver(problem.objective, x.slice());
    if (end?.length !== x.length) {
      const found = end?.length === undefined ? `${end}` : `${end.length} numbers`;
      const message = `minimize: the method returned ${found}, expected the ${x.length} variables where it ends`;
      throw new TuttiError("argument", message, { found: end?.length, wanted: x.length });
    }
    x.set(end);
    const gradient = new Float64Array(x.length);
    const value = problem.valueAndGradient(x, gradient);
    if (!problem.isOver(x, value, norm(gradient), 0)) problem.stop("CONVERGED_USER");
  };
