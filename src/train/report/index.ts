export type { ClassFigures, NumberFigures, WrongSample } from "./evaluation.js";
export { classFigures, confusionMatrix, mostWrong, numberFigures } from "./evaluation.js";
export { thisMachine } from "./machine.js";
export type { MetricsRecord } from "./metrics.js";
export { MetricsLog, readMetrics } from "./metrics.js";
export type { Picture } from "./png.js";
export type * from "./summary.js";
export { writeReport } from "./write.js";
