import {
  add,
  erf,
  mul,
  neg,
  relu,
  sigmoid,
  softmax,
  softplus,
  sub,
  type Tensor,
  tanh,
} from "../tensor/index.js";
import { glorotUniform, heUniform, type Initializer } from "./initializers.js";
import { Module } from "./module.js";
import { build, type Form } from "./named.js";

/** x itself. */
export const identity = (x: Tensor): Tensor => x;

/** x where x > 0, else slope · x (Maas, Hannun & Ng 2013); its derivative at 0 is 0, as that of relu. */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => sub(relu(x), mul(relu(neg(x)), slope));

/** x Φ(x), Φ being the normal distribution function, by erf and not by an approximation (Hendrycks & Gimpel 2016). */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));

/** A function applied elementwise, or along an axis, as a module that knows its name. */
export class Activation extends Module {
  /** The text that {@link activationByName} makes it from. */
  readonly name: string;
  /** The initialiser that suits weights before it. */
  readonly init: Initializer;
  readonly #f: (x: Tensor) => Tensor;

  constructor(name: string, f: (x: Tensor) => Tensor, init: Initializer = glorotUniform()) {
    super();
    this.name = name;
    this.#f = f;
    this.init = init;
  }

  override forward(x: Tensor): Tensor {
    return this.#f(x);
  }
}

interface ActivationForm {
  f: (x: Tensor) => Tensor;
  init?: Initializer;
}

const FORMS: Readonly<Record<string, Form<ActivationForm>>> = {
  identity: { build: () => ({ f: identity }) },
  tanh: { build: () => ({ f: tanh }) },
  sigmoid: { build: () => ({ f: sigmoid }) },
  relu: { build: () => ({ f: relu, init: heUniform() }) },
  "leaky-relu": {
    parameters: ["slope"],
    build: (given) => {
      const slope = given.number("slope", 0.01);
      return { f: (x) => leakyRelu(x, slope), init: heUniform(slope) };
    },
  },
  gelu: { build: () => ({ f: gelu, init: heUniform() }) },
  softplus: { build: () => ({ f: softplus, init: heUniform() }) },
  softmax: {
    parameters: ["axis"],
    build: (given) => {
      const axis = given.number("axis", -1);
      return { f: (x) => softmax(x, axis) };
    },
  },
};

/**
 * The activation that a text names: `relu`, `leaky-relu:slope=0.2`.
 *
 * @throws TuttiError `argument` with the known names.
 */
export function activationByName(text: string): Activation {
  const { f, init } = build("activationByName", FORMS, text);
  return new Activation(text, f, init);
}
