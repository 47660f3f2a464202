import { gd } from "./gd.js";
import { ntr } from "./ntr.js";
import type { MinimizeOptions } from "./options.js";
import type { Problem } from "./problem.js";

/** Minimises from `x`, which becomes the best point; ends when the problem is over, or stops it for a reason of its own. */
export type Run = (problem: Problem, x: Float64Array) => void;

/** A method of minimisation. */
export interface Method {
  readonly run: Run;
  /** Whether it multiplies by the Hessian. */
  readonly hessian?: boolean;
  /** The options that it takes, of those that not every method does; with bounds, the problem has a box. */
  readonly takes?: readonly OwnOption[];
}

/** Options that only some methods take. */
export const OWN_OPTIONS = ["bounds"] as const satisfies readonly (keyof MinimizeOptions)[];
type OwnOption = (typeof OWN_OPTIONS)[number];

/** The methods by the names of PETSc's TAO. */
export const METHODS = {
  gd: { run: gd },
  ntr: { run: ntr, hessian: true },
} as const satisfies Readonly<Record<string, Method>>;

/** A method by name. */
export type MethodName = keyof typeof METHODS;
