import { curves } from "./curves.js";
import { equations } from "./equations.js";
import { type Problem, problemOf } from "./problem.js";
import { systems } from "./systems.js";

export type { Problem } from "./problem.js";

/**
 * The set of Moré, Garbow and Hillstrom, "Testing unconstrained optimization software", ACM Transactions on Mathematical
 * Software 7 (1981): all 35 problems, with their numbers there; some in two sizes.
 */
export const PROBLEMS: readonly Problem[] = [...equations, ...curves, ...systems]
  .map(problemOf)
  .sort((a, b) => Number.parseInt(a.name, 10) - Number.parseInt(b.name, 10));
