import type { TAOType } from "../../petsc/index.js";
import type { Bounds } from "./bounds.js";
import type { CGType } from "./cg.js";
import type { LineSearchName } from "./line-search/index.js";
import type { MethodName } from "./methods.js";
import type { Solver } from "./solver.js";

/** How an end by success or by failure is called; the names are those of PETSc's TAO. */
export type Reason =
  | "CONVERGED_GATOL" //         the gradient's norm is at most gatol
  | "CONVERGED_GRTOL" //         the gradient's norm over |f| is at most grtol
  | "CONVERGED_GTTOL" //         the gradient's norm over that at the beginning is at most gttol
  | "CONVERGED_STEPTOL" //       the step, or the trust region, is at most steptol
  | "CONVERGED_MINF" //          f is at most fmin
  | "CONVERGED_USER" //          the monitor said so
  | "DIVERGED_MAXITS" //         maxIt iterations were done
  | "DIVERGED_NAN" //            f or its gradient is not finite
  | "DIVERGED_MAXFCN" //         maxEvaluations evaluations were done
  | "DIVERGED_LS_FAILURE" //     the line search found no better point
  | "DIVERGED_TR_REDUCTION"; //  the trust region found no better point

/** When to stop; names and defaults are those of PETSc's TAO. */
export interface Tolerances {
  /** Absolute size of the gradient's norm; 1e-8 if absent. */
  readonly gatol?: number;
  /** The same over |f|; 1e-8 if absent. */
  readonly grtol?: number;
  /** The same over the norm at the first guess; 0 if absent. */
  readonly gttol?: number;
  /** Smallest step or trust region; 0 if absent. */
  readonly steptol?: number;
  /** A value of f that is small enough; −∞ if absent. */
  readonly fmin?: number;
  /** Most iterations; 10,000 if absent. */
  readonly maxIt?: number;
  /** Most evaluations of f, or f and its gradient; without limit if absent. */
  readonly maxEvaluations?: number;
}

/** How far a minimisation is. */
export interface MinimizeState {
  /** 0 at the first guess. */
  readonly iteration: number;
  readonly value: number;
  /** Euclidean norm of the gradient; with bounds, of its projection; with an L1 term, of its pseudo-gradient. */
  readonly gradientNorm: number;
  /** Length of the last step along its direction, or radius of the trust region. */
  readonly step: number;
  /** Where it is; lent, not to be changed or kept. */
  readonly x: Float64Array;
}

/** Whose methods: Tutti's own, or those of PETSc's TAO, which must be installed and needs processes for its ranks. */
export type MinimizeEngine = "tutti" | "tao";

/** Options of {@link minimize}. */
export interface MinimizeOptions extends Tolerances {
  /**
   * `"tutti"` if absent. With `"tao"`, each rank lets PETSc's TAO find the same minimum for itself, and `method` may be any
   * type that PETSc has; options of the command line such as `-tao_type` and `-tao_monitor` have the last word.
   */
  readonly engine?: MinimizeEngine;
  /**
   * `"lmvm"` if absent; with engine `"tao"`, `"blmvm"` where there are bounds. A function is a method of one's
   * own: it gets the objective and the first guess and returns where it ends.
   */
  readonly method?: MethodName | TAOType | Solver;
  /** The rank that minimises alone, with any serial method, while the others serve evaluations of the objective. */
  readonly driver?: number;
  /** For methods with bounds: limits that x keeps; the first guess is moved to the nearest point within. */
  readonly bounds?: Bounds;
  /** For `"owlqn"`: λ ≥ 0 in f(x) + λ‖x‖₁, which is what is made small, and what the value is. */
  readonly l1?: number;
  /** For methods with line searches; `"more-thuente"` if absent, `"armijo"` for `"gd"`. */
  readonly lineSearch?: LineSearchName;
  /** For limited-memory methods: how many steps they remember; 5 if absent. */
  readonly memory?: number;
  /** For `"cg"`: the rule for its directions; `"prp"` if absent. */
  readonly cgType?: CGType;
  /** Called at the first guess and after each iteration, on every rank; what returns false ends the minimisation. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a monitor that returns nothing goes on
  readonly monitor?: (state: MinimizeState) => boolean | void;
}

/** What a minimisation came to, the same on every rank. */
export interface MinimizeResult extends MinimizeState {
  readonly converged: boolean;
  readonly reason: Reason;
  /** What is not finite, if that is the reason: in the objective's own words, or f or an entry of its gradient. */
  readonly explanation?: string;
  /** Evaluations of f alone. */
  readonly values: number;
  /** Evaluations of f and its gradient together. */
  readonly gradients: number;
  /** Products with the Hessian. */
  readonly products: number;
}
