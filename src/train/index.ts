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
export { type ArrayInput, type InputSpec, inputWidth, prepareOf, type TableInput } from "./input-spec.js";
export { MinimizeReport, type MinimizeReportOptions } from "./minimize-report.js";
export { type LoadedModel, loadModel, type ModelCard, saveModel } from "./model-file.js";
export { ModelObjective, type ObjectiveOptions, objective } from "./objective.js";
export {
  datasetOf,
  lossFor,
  type Problem,
  type ProblemOptions,
  readProblem,
  type Samples,
  targetKindFor,
} from "./problem.js";
export * from "./report/index.js";
export { type Run, type TrainOptions, trainRun } from "./run.js";
export { finishOf, mostLikely } from "./run-evaluation.js";
export { requireSameWeights } from "./same-on-all-ranks.js";
