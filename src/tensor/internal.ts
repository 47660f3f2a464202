// What src/autodiff needs of this folder beyond the public functions.

export { floatDTypeOf, scalar } from "./create.js";
export { scatterVector, type TakeParams, takeVector } from "./gather.js";
export { type EmbedParams, embed } from "./join.js";
export { closeScope, newTicket, openScope } from "./lifetime.js";
export { type ReduceParams, withReducedAxes } from "./reduce.js";
export { mark } from "./scope.js";
export { sameShape, showShape } from "./shape.js";
export { type Range, type SliceParams, strideSlice } from "./slice.js";
export { alias } from "./strided.js";
export { describe, pointerOf, Tensor } from "./tensor.js";
export {
  closeLevel,
  type Input,
  type Level,
  Node,
  openLevel,
  record,
  recording,
  unrecorded,
  watch,
} from "./trace.js";
