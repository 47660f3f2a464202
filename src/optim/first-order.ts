import { TuttiError } from "../errors.js";
import type { ParameterVector } from "../nn/index.js";
import { Optimizer, type OptimizerOptions } from "./optimizer.js";
import { requireNumber } from "./options.js";

// In order of increasing complexity. Below p is a value, g its gradient with λ p added, and products, squares and roots
// are elementwise.

/** Options of {@link SGD}. */
export interface SGDOptions extends OptimizerOptions {
  /** μ: how much of the last velocity stays. Default 0. */
  momentum?: number;
  /** Looks ahead along the velocity. Default false. */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent, lr 0.01: p −= lr g. With momentum (Polyak 1964): v = μ v + g, p −= lr v; with Nesterov's
 * (in the form of Sutskever et al. 2013): p −= lr (g + μ v).
 *
 * @throws TuttiError `argument` unless 0 ≤ momentum < 1, and for nesterov without momentum.
 */
export class SGD extends Optimizer {
  readonly #momentum: number;
  readonly #nesterov: boolean;

  constructor(parameters: ParameterVector, options: SGDOptions = {}) {
    const { lr = 0.01, momentum = 0, nesterov = false } = options;
    requireNumber("SGD", "momentum", momentum, 0, { below: 1 });
    if (nesterov && momentum === 0)
      throw new TuttiError("argument", "SGD: nesterov needs momentum; 0.9 is usual", { momentum });
    super(parameters, lr, momentum > 0 ? ["velocity"] : [], options);
    this.#momentum = momentum;
    this.#nesterov = nesterov;
  }

  protected override update(n: number, lr: number, decay: number, p: number, g: number, v = 0): void {
    this.kernel("sgd")(n, lr, this.#momentum, this.#nesterov ? 1 : 0, decay, p, g, v);
  }
}

/** Options of {@link Adagrad}. */
export interface AdagradOptions extends OptimizerOptions {
  /** ε: keeps the first steps finite. Default 1e-10. */
  eps?: number;
}

/**
 * Adagrad, lr 0.01: s += g², p −= lr g / (√s + ε) (Duchi, Hazan & Singer 2011).
 *
 * @throws TuttiError `argument` for options out of range.
 */
export class Adagrad extends Optimizer {
  readonly #eps: number;

  constructor(parameters: ParameterVector, options: AdagradOptions = {}) {
    const { lr = 0.01, eps = 1e-10 } = options;
    requireNumber("Adagrad", "eps", eps, 0);
    super(parameters, lr, ["sum"], options);
    this.#eps = eps;
  }

  protected override update(n: number, lr: number, decay: number, p: number, g: number, s: number): void {
    this.kernel("adagrad")(n, lr, this.#eps, decay, p, g, s);
  }
}

/** Options of {@link RMSprop}. */
export interface RMSpropOptions extends OptimizerOptions {
  /** β: how much of the mean square stays. Default 0.99. */
  decay?: number;
  /** ε. Default 1e-8. */
  eps?: number;
  /** μ. Default 0. */
  momentum?: number;
}

/**
 * RMSprop, lr 0.01: s = β s + (1 − β) g², p −= lr g / (√s + ε) (Tieleman & Hinton 2012). With momentum the quotient goes
 * into a velocity: v = μ v + g / (√s + ε), p −= lr v.
 *
 * @throws TuttiError `argument` for options out of range.
 */
export class RMSprop extends Optimizer {
  readonly #decay: number;
  readonly #eps: number;
  readonly #momentum: number;

  constructor(parameters: ParameterVector, options: RMSpropOptions = {}) {
    const { lr = 0.01, decay = 0.99, eps = 1e-8, momentum = 0 } = options;
    requireNumber("RMSprop", "decay", decay, 0, { below: 1 });
    requireNumber("RMSprop", "eps", eps, 0);
    requireNumber("RMSprop", "momentum", momentum, 0, { below: 1 });
    super(parameters, lr, momentum > 0 ? ["square", "velocity"] : ["square"], options);
    this.#decay = decay;
    this.#eps = eps;
    this.#momentum = momentum;
  }

  protected override update(
    n: number,
    lr: number,
    decay: number,
    p: number,
    g: number,
    s: number,
    v = 0,
  ): void {
    this.kernel("rmsprop")(n, lr, this.#decay, this.#eps, decay, this.#momentum, p, g, s, v);
  }
}

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions extends OptimizerOptions {
  /** How much of the mean gradient stays. Default 0.9. */
  beta1?: number;
  /** How much of the mean square stays. Default 0.999. */
  beta2?: number;
  /** ε. Default 1e-8. */
  eps?: number;
}

/**
 * Adam, lr 0.001: m = β₁ m + (1 − β₁) g, v = β₂ v + (1 − β₂) g², p −= lr m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ) and
 * v̂ = v / (1 − β₂ᵗ) at the t-th step (Kingma & Ba 2015).
 *
 * @throws TuttiError `argument` for options out of range.
 */
export class Adam extends Optimizer {
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #eps: number;

  constructor(parameters: ParameterVector, options: AdamOptions = {}) {
    const { lr = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = options;
    for (const [name, beta] of Object.entries({ beta1, beta2 }))
      requireNumber(new.target.name, name, beta, 0, { below: 1 });
    requireNumber(new.target.name, "eps", eps, 0);
    super(parameters, lr, ["mean", "square"], options);
    this.#beta1 = beta1;
    this.#beta2 = beta2;
    this.#eps = eps;
  }

  /** Whether weight decay bypasses the means. */
  protected get decoupled(): boolean {
    return false;
  }

  protected override update(
    n: number,
    lr: number,
    decay: number,
    p: number,
    g: number,
    m: number,
    v: number,
  ): void {
    const correction1 = 1 - this.#beta1 ** this.steps;
    const correction2 = 1 - this.#beta2 ** this.steps;
    const decoupled = this.decoupled ? 1 : 0;
    this.kernel("adam")(
      n,
      lr,
      this.#beta1,
      this.#beta2,
      this.#eps,
      decay,
      decoupled,
      correction1,
      correction2,
      p,
      g,
      m,
      v,
    );
  }
}

/**
 * Adam whose weight decay bypasses the means: g without λ p, and p −= lr λ p before the step (Loshchilov & Hutter 2019).
 * λ is 0.01 by default.
 */
export class AdamW extends Adam {
  constructor(parameters: ParameterVector, options: AdamOptions = {}) {
    super(parameters, { weightDecay: 0.01, ...options });
  }

  protected override get decoupled(): boolean {
    return true;
  }
}
