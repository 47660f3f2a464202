export { Activation, activationByName, gelu, identity, leakyRelu } from "./activations.js";
export * as initializers from "./initializers.js";
export { type Initializer, initializerByName } from "./initializers.js";
export { type Layer, Linear, type LinearOptions, mlp, Sequential } from "./layers.js";
export {
  BinaryCrossEntropy,
  binaryCrossEntropy,
  type ClassOptions,
  CrossEntropy,
  crossEntropy,
  Loss,
  type LossOptions,
  lossByName,
  MeanSquaredError,
  mse,
  type Reduction,
  type SampleWeights,
} from "./losses/index.js";
export { Module } from "./module.js";
export { Parameter } from "./parameter.js";
export { type FlattenOptions, flatten, ParameterVector } from "./parameter-vector.js";
