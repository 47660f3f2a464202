import { blmvm } from "./blmvm.js";
import { cg } from "./cg.js";
import { gd } from "./gd.js";
import { lmvm } from "./lmvm.js";
import { nls } from "./nls.js";
import { ntr } from "./ntr.js";
import type { MinimizeOptions } from "./options.js";
import { owlqn } from "./owlqn.js";
import type { Problem } from "./problem.js";
import { tron } from "./tron.js";

/** Minimises from `x`, which becomes the best point; ends when the problem is over, or stops it for a reason of its own. */
export type Run = (problem: Problem, x: Float64Array) => void;

/** A method of minimisation. */
export interface Method {
  readonly run: Run;
  /** Whether it multiplies by the Hessian. */
  readonly hessian?: boolean;
  /** The options that it takes, of those that not every method does; with bounds, the problem has a box. */
  readonly takes?: readonly OwnOption[];
  /** Of these, those that it cannot do without. */
  readonly needs?: readonly OwnOption[];
}

/** Options that only some methods take. */
export const OWN_OPTIONS = [
  "bounds",
  "cgType",
  "l1",
  "lineSearch",
  "memory",
] as const satisfies readonly (keyof MinimizeOptions)[];
/** One of them. */
export type OwnOption = (typeof OWN_OPTIONS)[number];

/** The methods by the names of PETSc's TAO. */
export const METHODS = {
  gd: { run: gd, takes: ["lineSearch"] },
  cg: { run: cg, takes: ["cgType", "lineSearch"] },
  lmvm: { run: lmvm, takes: ["memory", "lineSearch"] },
  owlqn: { run: owlqn, takes: ["l1", "memory"], needs: ["l1"] },
  blmvm: { run: blmvm, takes: ["bounds", "memory", "lineSearch"] },
  nls: { run: nls, hessian: true, takes: ["lineSearch"] },
  ntr: { run: ntr, hessian: true },
  tron: { run: tron, hessian: true, takes: ["bounds", "lineSearch"] },
} as const satisfies Readonly<Record<string, Method>>;

/** A method by name. */
export type MethodName = keyof typeof METHODS;

/** All of them. */
export const METHOD_NAMES = Object.keys(METHODS) as readonly MethodName[];
