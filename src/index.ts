/**
 * Everything of Tutti in one import: communicators, tensors and derivatives by their names, the rest by folder.
 * Scripts that start often import what they need alone: `tutti/comm`, `tutti/tensor`, `tutti/train`, …
 */
export * from "./autodiff/index.js";
export {
  ANY_SOURCE,
  ANY_TAG,
  type Comm,
  File,
  PROC_NULL,
  type Request,
  Status,
  Window,
  waitAll,
  world,
} from "./comm/index.js";
export * as data from "./data/index.js";
export { type ErrorCode, type ErrorData, TuttiError } from "./errors.js";
export * as nn from "./nn/index.js";
export * as optim from "./optim/index.js";
export * from "./tensor/index.js";
export * as train from "./train/index.js";
