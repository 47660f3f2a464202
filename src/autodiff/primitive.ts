import { TuttiError } from "../errors.js";
import type { Tensor } from "../tensor/index.js";
import { alias, record, unrecorded } from "../tensor/internal.js";
import type { Rule } from "./rule.js";
import { RULES } from "./table.js";

/** `x` as a constant: the same memory, but derivatives do not see through. */
export function stopGradient(x: Tensor): Tensor {
  return alias(x);
}

/** A new differentiable operation. */
export interface PrimitiveDefinition<P> extends Rule<P> {
  /** Unique among all primitives; appears in error messages. */
  readonly name: string;
  /** Computes the value, a new tensor. It is not recorded: `inputs` are constants in it. */
  forward(inputs: readonly Tensor[], params: P): Tensor;
}

/** A defined operation: takes its inputs, and its parameters if it has any. */
export type PrimitiveFunction<P> = (inputs: readonly Tensor[], params: P) => Tensor;

/**
 * Adds an operation with rules of its own, such as a solve or a message, and returns it as a function.
 *
 * @throws TuttiError `argument` if the name is taken.
 */
export function definePrimitive<P = void>(definition: PrimitiveDefinition<P>): PrimitiveFunction<P> {
  const { name } = definition;
  if (RULES.has(name))
    throw new TuttiError("argument", `definePrimitive: there is already a primitive named "${name}"`, {
      name,
    });
  RULES.set(name, definition);
  return (inputs, params) => {
    let output = unrecorded(() => definition.forward(inputs.map(stopGradient), params));
    if (inputs.includes(output)) output = alias(output);
    record(name, inputs, params, output);
    return output;
  };
}
