import "./methods.js";

export { broadcastTo } from "./broadcast.js";
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
export { asTensor, type NestedNumbers, type TensorData, type TensorLike, tensor } from "./create.js";
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
export {
  arange,
  type DTypeOption,
  empty,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from "./filled.js";
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
export { expandDims, reshape, squeeze } from "./reshape.js";
export { keep, scope } from "./scope.js";
export { type Axes, broadcastShapes, type Shape } from "./shape.js";
export { flip, type Range, slice, split } from "./slice.js";
export { logSoftmax, logsumexp, softmax } from "./softmax.js";
export { clone, contiguous } from "./strided.js";
export { type NestedArray, Tensor } from "./tensor.js";
export { matrixTranspose, transpose } from "./transpose.js";
export { assign, axpy, innerProduct, nrm2, scal } from "./update.js";
