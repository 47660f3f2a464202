import { TuttiError } from "../errors.js";
import type { Shape, Tensor } from "../tensor/index.js";
import type { Initializer } from "./initializers.js";

/**
 * A tensor that training changes, and its gradient.
 *
 * A parameter has no memory of its own: `flatten` lays all parameters of a model end to end in one vector of values
 * and one of gradients, and `value` and `grad` are views of these.
 */
export class Parameter {
  /** Where it stands in its model, `layers.0.weight`; empty before `flatten`. */
  name = "";
  readonly shape: Shape;
  /** Number of elements. */
  readonly size: number;
  readonly init: Initializer;

  #value: Tensor | null = null;
  #grad: Tensor | null = null;

  constructor(shape: Shape, init: Initializer) {
    this.shape = [...shape];
    this.size = shape.reduce((product, length) => product * length, 1);
    this.init = init;
  }

  /** Whether it has memory. */
  get isBound(): boolean {
    return this.#value !== null;
  }

  /** The present value. Throws TuttiError `argument` before `flatten`. */
  get value(): Tensor {
    return this.#value ?? this.#unbound("value");
  }

  /** The gradient of the last differentiation. Throws TuttiError `argument` before `flatten`. */
  get grad(): Tensor {
    return this.#grad ?? this.#unbound("grad");
  }

  /** @internal Gives it memory, or takes it away. */
  bind(value: Tensor | null, grad: Tensor | null): void {
    this.#value = value;
    this.#grad = grad;
  }

  #unbound(property: string): never {
    const what = this.name === "" ? "the parameter" : `"${this.name}"`;
    throw new TuttiError(
      "argument",
      `Parameter.${property}: ${what} of shape [${this.shape.join(", ")}] has no memory; call flatten(model) first ` +
        "(it finds parameters in fields of modules, and in arrays and plain objects there)",
      { name: this.name, shape: this.shape },
    );
  }
}
