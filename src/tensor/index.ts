import "./methods.js";

export { cast } from "./cast.js";
export {
  all,
  allClose,
  any,
  arrayEqual,
  equal,
  firstNonFinite,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  notEqual,
  where,
} from "./compare.js";
export {
  arange,
  asTensor,
  type DTypeOption,
  empty,
  eye,
  full,
  linspace,
  type NestedNumbers,
  ones,
  onesLike,
  type TensorData,
  type TensorLike,
  tensor,
  zeros,
  zerosLike,
} from "./create.js";
export type { DType, FloatDType, TypedArray } from "./dtype.js";
export {
  abs,
  add,
  ceil,
  clip,
  cos,
  div,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  reluGrad,
  round,
  sigmoid,
  sigmoidGrad,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
  tanhGrad,
} from "./elementwise.js";
export { type Index, oneHot, scatterAdd, take, takeAlongAxis } from "./gather.js";
export { concat, pad, stack } from "./join.js";
export { dot, matmul, matmulInto } from "./matmul.js";
export {
  normal,
  permutation,
  type RandomKey,
  type RandomOptions,
  randomInts,
  uniform,
} from "./random.js";
export {
  argmax,
  argmin,
  max,
  mean,
  min,
  norm,
  prod,
  type ReduceOptions,
  sum,
  sumTo,
  variance,
} from "./reduce.js";
export { keep, scope } from "./scope.js";
export { type Axes, broadcastShapes, type Shape } from "./shape.js";
export { logSoftmax, logsumexp, softmax } from "./softmax.js";
export { clone, contiguous } from "./strided.js";
export { type NestedArray, Tensor } from "./tensor.js";
export { assign, axpy, innerProduct, nrm2, scal } from "./update.js";
export {
  broadcastTo,
  expandDims,
  flip,
  matrixTranspose,
  type Range,
  reshape,
  slice,
  split,
  squeeze,
  transpose,
} from "./views.js";
