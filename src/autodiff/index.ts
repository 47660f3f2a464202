export type { WithAux } from "./differentiate.js";
export { type Argnums, type GradientOf, grad, valueAndGrad } from "./gradient.js";
export { hvpInto, type IntoOptions, valueAndGradInto } from "./into.js";
export {
  definePrimitive,
  type PrimitiveDefinition,
  type PrimitiveFunction,
  stopGradient,
} from "./primitive.js";
export { hvp, jvp, vjp } from "./products.js";
export type { Application, Rule } from "./rule.js";
export type { Tree } from "./tree.js";
