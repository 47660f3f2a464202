import { flatten, initializers, Linear, Module, type ParameterVector } from "../../src/nn/index.js";
import type { FloatDType, Tensor } from "../../src/tensor/index.js";

/** Two layers, so that weights and biases alternate in the vector. */
class Model extends Module {
  readonly first = new Linear(3, 2, { init: initializers.normal(0, 1), biasInit: initializers.normal(0, 1) });
  readonly second = new Linear(2, 1, {
    init: initializers.normal(0, 1),
    biasInit: initializers.normal(0, 1),
  });
  override forward(x: Tensor): Tensor {
    return this.second.forward(this.first.forward(x));
  }
}

/** 11 parameters: weights at 0 … 5 and 8 … 9, biases at 6, 7 and 10. */
export const someParameters = (dtype: FloatDType): ParameterVector =>
  flatten(new Model(), { dtype, seed: 42 });

/** Positions of the biases in {@link someParameters}. */
export const BIASES = [6, 7, 10];

/** Writes the gradient of step `t`, numbers between −2 and 2 that look irregular, and returns them as the vector holds them. */
export function writeGradient(parameters: ParameterVector, t: number): number[] {
  const { data } = parameters.grad;
  for (let i = 0; i < data.length; i++) data[i] = 2 * Math.sin(1 + 7 * t + 3 * i * i);
  return Array.from(data);
}
