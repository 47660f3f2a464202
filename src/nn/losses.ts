import { TuttiError } from "../errors.js";
import {
  add,
  cast,
  div,
  type FloatDType,
  logSoftmax,
  max,
  min,
  mul,
  oneHot,
  reshape,
  round,
  type Shape,
  softplus,
  square,
  sub,
  sum,
  Tensor,
  take,
  tensor,
} from "../tensor/index.js";
import { build, type Form } from "./named.js";

/** Weights of samples, one for each index of the first axis. */
export type SampleWeights = Tensor | readonly number[];

/**
 * What a model is trained to make small: a weighted mean Σ wᵢ ℓᵢ / Σ wᵢ.
 *
 * Numerator and denominator can be had apart: several ranks, or several parts of a batch, add up both, and so get what
 * one gets from everything at once.
 */
export abstract class Loss {
  /** The text that {@link lossByName} makes it from. */
  abstract readonly name: string;

  /** Weighted losses whose first axis is the samples'. */
  protected abstract terms(output: Tensor, target: Tensor, weights?: SampleWeights): Tensor;

  /** Σ wᵢ: what the sum is divided by to become the mean. Needs no derivative and records none. */
  abstract weight(output: Tensor, target: Tensor, weights?: SampleWeights): number;

  /** Σ wᵢ ℓᵢ: a scalar. @throws TuttiError `shape`, `dtype`, `argument`. */
  sum(output: Tensor, target: Tensor, weights?: SampleWeights): Tensor {
    return sum(this.terms(output, target, weights));
  }

  /** wᵢ ℓᵢ for each sample: shape [samples]. @throws TuttiError `shape`, `dtype`, `argument`. */
  each(output: Tensor, target: Tensor, weights?: SampleWeights): Tensor {
    const terms = this.terms(output, target, weights);
    return terms.ndim < 2 ? terms : sum(terms, otherAxes(terms));
  }

  /** Σ wᵢ ℓᵢ / Σ wᵢ: a scalar. @throws TuttiError `shape`, `dtype`, `argument` (if all weights are 0). */
  mean(output: Tensor, target: Tensor, weights?: SampleWeights): Tensor {
    const total = this.weight(output, target, weights);
    if (!(total > 0))
      throw new TuttiError("argument", `${this.name}: the total weight is ${total}, so there is no mean`, {
        total,
      });
    return div(this.sum(output, target, weights), total);
  }
}

/** (output − target)², for targets that are numbers. Every element of the target counts alike. */
export class MeanSquaredError extends Loss {
  readonly name = "mse";

  protected override terms(output: Tensor, target: Tensor, weights?: SampleWeights): Tensor {
    const terms = square(sub(output, fit(this.name, target, output.shape, output.dtype)));
    return weights === undefined ? terms : mul(terms, perSample(this.name, weights, terms));
  }

  override weight(output: Tensor, _target: Tensor, weights?: SampleWeights): number {
    return weights === undefined ? output.size : total(this.name, weights, output) * rowSize(output);
  }
}

/** Options of the losses of classification. */
export interface ClassOptions {
  /** Weight of each class, in their order: samples of a class count that many times. Default 1 each. */
  classWeights?: readonly number[];
}

/**
 * −y log σ(z) − (1 − y) log(1 − σ(z)) from logits z, for targets y that are 0, 1 or probabilities between: one output,
 * or several that do not exclude each other. Exact for logits of any size.
 */
export class BinaryCrossEntropy extends Loss {
  readonly name = "binary-cross-entropy";
  readonly #classWeights: readonly number[] | undefined;

  constructor({ classWeights }: ClassOptions = {}) {
    super();
    if (classWeights !== undefined) checkClasses("binary-cross-entropy", classWeights, 2);
    this.#classWeights = classWeights;
  }

  protected override terms(output: Tensor, target: Tensor, weights?: SampleWeights): Tensor {
    const y = this.#probabilities(output, target);
    // With h = y rounded to 0 or 1 the loss is softplus((1 − 2h) z) + (h − y) z: no large numbers cancel, and for
    // targets that are 0 or 1 the second term is 0.
    const h = round(y);
    const rest = sub(h, y);
    const soft = softplus(mul(output, sub(1, mul(h, 2))));
    const hard = y.size === 0 || (max(rest).item() === 0 && min(rest).item() === 0);
    const terms = hard ? soft : add(soft, mul(output, rest));
    const factor = this.#factor(y, weights);
    return factor === undefined ? terms : mul(terms, factor);
  }

  override weight(output: Tensor, target: Tensor, weights?: SampleWeights): number {
    if (this.#classWeights !== undefined)
      return sum(this.#factor(this.#probabilities(output, target), weights) as Tensor).item();
    return weights === undefined ? output.size : total(this.name, weights, output) * rowSize(output);
  }

  #probabilities(output: Tensor, target: Tensor): Tensor {
    const y = fit(this.name, target, output.shape, output.dtype);
    if (y.size > 0 && !(min(y).item() >= 0 && max(y).item() <= 1))
      throw new TuttiError(
        "argument",
        `${this.name}: targets range from ${min(y).item()} to ${max(y).item()}, expected 0 to 1`,
      );
    return y;
  }

  /** Weight of each element: that of its class (mixed where the target is between) times that of its sample. */
  #factor(y: Tensor, weights: SampleWeights | undefined): Tensor | undefined {
    const ofSample = weights === undefined ? undefined : perSample(this.name, weights, y);
    if (this.#classWeights === undefined) return ofSample;
    const [negative, positive] = this.#classWeights;
    const ofClass = add(mul(y, positive - negative), negative);
    return ofSample === undefined ? ofClass : mul(ofClass, ofSample);
  }
}

/**
 * −Σ p log softmax(z) along the last axis of the logits z [..., classes]. The target is a class for each row, int32 or
 * uint8 [...], or the probabilities p of the classes [..., classes]. Exact for logits of any size.
 *
 * With class weights a row of probabilities weighs Σ p w, so that a label and its one-hot row are the same.
 */
export class CrossEntropy extends Loss {
  readonly name = "cross-entropy";
  readonly #classWeights: readonly number[] | undefined;

  constructor({ classWeights }: ClassOptions = {}) {
    super();
    this.#classWeights = classWeights;
  }

  protected override terms(output: Tensor, target: Tensor, weights?: SampleWeights): Tensor {
    const classes = this.#classesOf(output);
    const labels = this.#labels(output, target);
    let mask =
      labels === null
        ? fit(this.name, target, output.shape, output.dtype)
        : oneHot(labels, classes, { dtype: output.dtype as FloatDType });
    const ofClass = this.#weightsOfClasses(output);
    if (ofClass !== undefined) mask = mul(mask, ofClass);
    if (weights !== undefined) mask = mul(mask, perSample(this.name, weights, output));
    return mul(logSoftmax(output), mul(mask, -1));
  }

  override weight(output: Tensor, target: Tensor, weights?: SampleWeights): number {
    const classes = this.#classesOf(output);
    const ofClass = this.#weightsOfClasses(output);
    const rows = output.size / classes;
    if (ofClass === undefined)
      return weights === undefined
        ? rows
        : (total(this.name, weights, output) * rows) / Math.max(1, output.shape[0]);
    const labels = this.#labels(output, target);
    const ofRow =
      labels === null
        ? sum(mul(fit(this.name, target, output.shape, output.dtype), ofClass), -1)
        : take(ofClass, labels);
    return sum(weights === undefined ? ofRow : mul(ofRow, perSample(this.name, weights, ofRow))).item();
  }

  #classesOf(output: Tensor): number {
    if (output.ndim === 0 || output.shape[output.ndim - 1] === 0)
      throw new TuttiError(
        "shape",
        `${this.name}: the output has shape [${output.shape.join(", ")}], expected [..., classes]`,
        { output: output.shape },
      );
    return output.shape[output.ndim - 1];
  }

  /** The target as a class for each row, or null if it holds probabilities. */
  #labels(output: Tensor, target: Tensor): Tensor | null {
    if (target.shape.join() === output.shape.join()) return null;
    const { dtype } = target;
    if (dtype !== "int32" && dtype !== "uint8")
      throw new TuttiError(
        "dtype",
        `${this.name}: the target is ${dtype} [${target.shape.join(", ")}], expected classes, int32 or uint8, of shape ` +
          `[${output.shape.slice(0, -1).join(", ")}], or probabilities of shape [${output.shape.join(", ")}]`,
        { dtype, target: target.shape, output: output.shape },
      );
    return fit(this.name, target, output.shape.slice(0, -1), dtype);
  }

  #weightsOfClasses(output: Tensor): Tensor | undefined {
    if (this.#classWeights === undefined) return undefined;
    checkClasses(this.name, this.#classWeights, output.shape[output.ndim - 1]);
    return tensor([...this.#classWeights], { dtype: output.dtype });
  }
}

/** What becomes of the losses of the samples: their weighted mean, their weighted sum, or nothing: one for each sample. */
export type Reduction = "mean" | "sum" | "none";

/** Options of the losses as functions. */
export interface LossOptions {
  /** Default `mean`. */
  reduction?: Reduction;
  weights?: SampleWeights;
}

/** Mean squared error of numbers; see {@link MeanSquaredError}. @throws TuttiError `shape`, `argument`. */
export const mse = (output: Tensor, target: Tensor, options: LossOptions = {}): Tensor =>
  reduced(new MeanSquaredError(), output, target, options);

/** Binary cross-entropy from logits; see {@link BinaryCrossEntropy}. @throws TuttiError `shape`, `argument`. */
export const binaryCrossEntropy = (
  output: Tensor,
  target: Tensor,
  options: LossOptions & ClassOptions = {},
): Tensor => reduced(new BinaryCrossEntropy(options), output, target, options);

/** Cross-entropy from logits; see {@link CrossEntropy}. @throws TuttiError `shape`, `dtype`, `index`, `argument`. */
export const crossEntropy = (
  output: Tensor,
  target: Tensor,
  options: LossOptions & ClassOptions = {},
): Tensor => reduced(new CrossEntropy(options), output, target, options);

function reduced(loss: Loss, output: Tensor, target: Tensor, options: LossOptions): Tensor {
  const { reduction = "mean", weights } = options;
  if (reduction === "mean") return loss.mean(output, target, weights);
  if (reduction === "sum") return loss.sum(output, target, weights);
  if (reduction === "none") return loss.each(output, target, weights);
  throw new TuttiError("argument", `${loss.name}: reduction is "${reduction}", expected mean, sum or none`, {
    reduction,
  });
}

/**
 * The loss that a name stands for: `mse`, `binary-cross-entropy`, `cross-entropy`.
 *
 * @throws TuttiError `argument` with the known names.
 */
export function lossByName(text: string, options: ClassOptions = {}): Loss {
  const forms: Readonly<Record<string, Form<Loss>>> = {
    mse: { build: () => new MeanSquaredError() },
    "binary-cross-entropy": { build: () => new BinaryCrossEntropy(options) },
    "cross-entropy": { build: () => new CrossEntropy(options) },
  };
  return build("lossByName", forms, text);
}

/**
 * `target` in a shape and dtype. Shapes may differ in axes of length 1: a column of targets fits a vector of outputs,
 * which broadcasting would silently make a matrix of.
 */
function fit(where: string, target: Tensor, shape: Shape, dtype: Tensor["dtype"]): Tensor {
  const long = (lengths: Shape) => lengths.filter((length) => length !== 1).join();
  if (long(target.shape) !== long(shape))
    throw new TuttiError(
      "shape",
      `${where}: the target has shape [${target.shape.join(", ")}], expected [${shape.join(", ")}]`,
      { target: target.shape, expected: shape },
    );
  const same = target.shape.length === shape.length;
  return cast(same ? target : reshape(target, shape), dtype);
}

/** Weights of samples in a shape that broadcasts over the other axes of `like`. */
function perSample(where: string, weights: SampleWeights, like: Tensor): Tensor {
  const w = asVector(where, weights, like);
  return like.ndim === 1 ? w : reshape(w, [w.size, ...like.shape.slice(1).fill(1)]);
}

function asVector(where: string, weights: SampleWeights, like: Tensor): Tensor {
  const w =
    weights instanceof Tensor ? cast(weights, like.dtype) : tensor([...weights], { dtype: like.dtype });
  if (w.ndim !== 1 || w.size !== like.shape[0])
    throw new TuttiError(
      "shape",
      `${where}: weights have shape [${w.shape.join(", ")}], expected [${like.shape[0] ?? ""}], one for each sample`,
      { weights: w.shape, output: like.shape },
    );
  return w;
}

const total = (where: string, weights: SampleWeights, output: Tensor): number =>
  sum(asVector(where, weights, output)).item();

const rowSize = ({ shape }: Tensor): number =>
  shape.slice(1).reduce((product, length) => product * length, 1);

const otherAxes = ({ ndim }: Tensor): number[] => Array.from({ length: ndim - 1 }, (_, d) => d + 1);

function checkClasses(where: string, classWeights: readonly number[], classes: number): void {
  if (classWeights.length === classes && classWeights.every((w) => w >= 0 && Number.isFinite(w))) return;
  throw new TuttiError(
    "argument",
    `${where}: classWeights are [${classWeights.join(", ")}], expected ${classes} numbers of at least 0`,
    { classWeights, classes },
  );
}
