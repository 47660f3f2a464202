import { TuttiError } from "../errors.js";
import { add, matmul, type Tensor } from "../tensor/index.js";
import { activationByName } from "./activations.js";
import { glorotUniform, type Initializer, zeros } from "./initializers.js";
import { Module } from "./module.js";
import { Parameter } from "./parameter.js";

/** Options of {@link Linear}. */
export interface LinearOptions {
  /** Whether a bias is added. Default true. */
  bias?: boolean;
  /** First weights. Default `glorotUniform()`; `heUniform()` suits relu. */
  init?: Initializer;
  /** First bias. Default `zeros()`. */
  biasInit?: Initializer;
}

/**
 * y = x W + b, with W stored [in, out] and b [out]: [..., in] becomes [..., out].
 *
 * @throws TuttiError `argument` for sizes that are not positive integers; `shape` naming the layer for an input of another width.
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    const { bias = true, init = glorotUniform(), biasInit = zeros() } = options;
    for (const [name, value] of Object.entries({ inFeatures, outFeatures })) {
      if (!Number.isInteger(value) || value < 1)
        throw new TuttiError("argument", `Linear: ${name} is ${value}, expected a positive integer`, {
          [name]: value,
        });
    }
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter([inFeatures, outFeatures], init);
    this.bias = bias ? new Parameter([outFeatures], biasInit) : null;
  }

  override forward(x: Tensor): Tensor {
    if (x.shape[x.ndim - 1] !== this.inFeatures)
      throw new TuttiError(
        "shape",
        `${this.label}: the input has shape [${x.shape.join(", ")}], expected [..., ${this.inFeatures}], ` +
          `because the weight has shape [${this.weight.shape.join(", ")}]`,
        { layer: this.path, input: x.shape, weight: this.weight.shape },
      );
    const y = matmul(x, this.weight.value);
    return this.bias === null ? y : add(y, this.bias.value);
  }
}

/** What can stand in a {@link Sequential}: a module, or a function without parameters. */
export type Layer = Module | ((x: Tensor) => Tensor);

/** Layers one after the other; their paths are `layers.0`, `layers.1`, … */
export class Sequential extends Module {
  readonly layers: readonly Layer[];

  constructor(...layers: Layer[]) {
    super();
    this.layers = layers;
  }

  override forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this.layers) y = layer instanceof Module ? layer.forward(y) : layer(y);
    return y;
  }
}

/**
 * A multilayer perceptron: `Linear` layers of these widths with `activation` between them, and none after the last,
 * as losses on logits want it.
 *
 * @param widths features of the input, of each hidden layer and of the output: `[784, 256, 10]`.
 * @param options.activation a text for {@link activationByName}; default `relu`.
 * @param options.init first weights; by default what suits the activation: He for the relu family, Glorot for others.
 * @throws TuttiError `argument` for fewer than two widths, a bad width or an unknown activation.
 */
export function mlp(
  widths: readonly number[],
  { activation = "relu", init }: { activation?: string; init?: Initializer } = {},
): Sequential {
  if (widths.length < 2)
    throw new TuttiError(
      "argument",
      `mlp: widths are [${widths.join(", ")}], expected at least input and output`,
      {
        widths,
      },
    );
  const last = widths.length - 2;
  const layers: Layer[] = [];
  for (let i = 0; i <= last; i++) {
    const between = activationByName(activation);
    layers.push(
      new Linear(widths[i], widths[i + 1], { init: init ?? (i < last ? between.init : undefined) }),
    );
    if (i < last) layers.push(between);
  }
  return new Sequential(...layers);
}
