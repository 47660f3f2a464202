export { listCheckpoints, loadCheckpoint, type Progress, type Recipe, saveCheckpoint } from "./checkpoint.js";
export { type Evaluation, evaluate, type Prepare, predict } from "./evaluate.js";
export { type CheckpointOptions, type FitOptions, type FitResult, fit } from "./fit.js";
export {
  type Evaluated,
  type GlobalFigures,
  GlobalGradient,
  type GlobalGradientOptions,
} from "./global-gradient.js";
export * from "./report/index.js";
export { requireSameWeights } from "./same-weights.js";
