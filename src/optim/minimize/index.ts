export type { Bounds } from "./bounds.js";
export type { CGType } from "./cg.js";
export { type CheckGradientOptions, checkGradient, type TaylorRow, TaylorTable } from "./check-gradient.js";
export type { LineSearchName } from "./line-search/index.js";
export { METHOD_NAMES, type MethodName } from "./methods.js";
export { minimize } from "./minimize.js";
export { differentiable, type HessianProduct, type Minimizable, type Objective } from "./objective.js";
export type {
  MinimizeEngine,
  MinimizeOptions,
  MinimizeResult,
  MinimizeState,
  Reason,
  Tolerances,
} from "./options.js";
export type { Solver } from "./solver.js";
