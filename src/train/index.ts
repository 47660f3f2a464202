export { listCheckpoints, loadCheckpoint, type Progress, type Recipe, saveCheckpoint } from "./checkpoint.js";
export { type Evaluation, evaluate, type Prepare, predict } from "./evaluate.js";
export { type FitResult, fit } from "./fit.js";
export type { CheckpointOptions, FitOptions } from "./fit-options.js";
export {
  type Evaluated,
  type GlobalFigures,
  GlobalGradient,
  type GlobalGradientOptions,
} from "./global-gradient.js";
export * from "./report/index.js";
export { requireSameWeights } from "./same-on-all-ranks.js";
