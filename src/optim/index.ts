export { optimizerByName } from "./by-name.js";
export { clipByNorm, clipByValue } from "./clip.js";
export {
  Adagrad,
  type AdagradOptions,
  Adam,
  type AdamOptions,
  AdamW,
  RMSprop,
  type RMSpropOptions,
  SGD,
  type SGDOptions,
} from "./first-order.js";
export * from "./least-squares/index.js";
export * from "./minimize/index.js";
export { Optimizer, type OptimizerOptions, type OptimizerState } from "./optimizer.js";
export { parseSchedule, type ScheduleContext } from "./parse-schedule.js";
export type { Annealing, OneCycle, Schedule } from "./schedules.js";
export * as schedules from "./schedules.js";
