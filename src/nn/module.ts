import type { Tensor } from "../tensor/index.js";
import { Parameter } from "./parameter.js";

/**
 * A part of a model: a function of tensors with parameters.
 *
 * Extend it, keep parameters and other modules in fields, and write `forward` in differentiable operations. Fields that
 * are parameters, modules, or arrays and plain objects of them, are found in the order of their definition and named by
 * their path: `layers.0.weight`. Fields that JavaScript makes private (`#weight`) cannot be found.
 *
 * @example
 * class Residual extends Module {
 *   readonly inner = new Linear(16, 16);
 *   override forward(x: Tensor): Tensor { return add(x, tanh(this.inner.forward(x))); }
 * }
 */
export abstract class Module {
  /** Where it stands in its model, `layers.0`; empty for the model itself and before `flatten`. */
  path = "";

  abstract forward(...inputs: Tensor[]): Tensor;

  /** What error messages call it: `Linear "layers.0"`. */
  get label(): string {
    return this.path === "" ? this.constructor.name : `${this.constructor.name} "${this.path}"`;
  }
}

/** The parameters and the modules of `model` by path, in order of definition; one that is found twice has its first path. */
export function walk(model: Module): { modules: Map<string, Module>; parameters: Map<string, Parameter> } {
  const modules = new Map<string, Module>();
  const parameters = new Map<string, Parameter>();
  const seen = new Set<object>();
  const visit = (value: unknown, path: string) => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Parameter) parameters.set(path, value);
    else if (value instanceof Module || Array.isArray(value) || isPlain(value)) {
      if (value instanceof Module) modules.set(path, value);
      for (const [key, field] of Object.entries(value)) visit(field, path === "" ? key : `${path}.${key}`);
    }
  };
  visit(model, "");
  return { modules, parameters };
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
