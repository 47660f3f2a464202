import { TuttiError } from "../../errors.js";
import {
  type DType,
  expandDims,
  logSoftmax,
  mul,
  neg,
  squeeze,
  sum,
  type Tensor,
  take,
  takeAlongAxis,
  tensor,
} from "../../tensor/index.js";
import { Loss, type SampleWeights } from "./loss.js";
import { type ClassOptions, checkClasses, fit, perSample, rowSize, total } from "./targets.js";

/**
 * −Σ p log softmax(z) along the last axis of the logits z [samples, …, classes]. The target is a class for each row,
 * int32 or uint8 [samples, …], or the probabilities p of the classes, shaped like the logits. Exact for logits of any size.
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
    this.#checkOutput(output);
    const logarithms = logSoftmax(output);
    const ofClass = this.#weightsOfClasses(output, output.dtype);
    const labels = this.#labels(output, target);
    let terms: Tensor;
    let factor: Tensor | undefined;
    if (labels === null) {
      const p = fit(this.name, target, output.shape, output.dtype);
      terms = mul(logarithms, neg(p));
      factor = ofClass;
    } else {
      // Picking, not multiplying by zeros: logits of −∞ stand for classes that are impossible, and 0 · ∞ is NaN.
      terms = neg(squeeze(takeAlongAxis(logarithms, expandDims(labels, -1), -1), -1));
      factor = ofClass && take(ofClass, labels);
    }
    if (factor !== undefined) terms = mul(terms, factor);
    return weights === undefined ? terms : mul(terms, perSample(this.name, weights, terms));
  }

  override weight(output: Tensor, target: Tensor, weights?: SampleWeights): number {
    this.#checkOutput(output);
    const ofClass = this.#weightsOfClasses(output, "float64");
    if (ofClass === undefined) {
      const classes = output.shape[output.ndim - 1];
      const ofSamples = weights === undefined ? output.shape[0] : total(this.name, weights, output);
      return (ofSamples * rowSize(output)) / classes;
    }
    const labels = this.#labels(output, target);
    const ofRows =
      labels === null
        ? sum(mul(fit(this.name, target, output.shape, "float64"), ofClass), -1)
        : take(ofClass, labels);
    return sum(weights === undefined ? ofRows : mul(ofRows, perSample(this.name, weights, ofRows))).item();
  }

  #checkOutput({ ndim, shape }: Tensor): void {
    if (ndim >= 2 && shape[ndim - 1] > 0) return;
    throw new TuttiError(
      "shape",
      `${this.name}: the output has shape [${shape.join(", ")}], expected [samples, …, classes]`,
      { output: shape },
    );
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

  #weightsOfClasses(output: Tensor, dtype: DType): Tensor | undefined {
    if (this.#classWeights === undefined) return undefined;
    checkClasses(this.name, this.#classWeights, output.shape[output.ndim - 1]);
    return tensor([...this.#classWeights], { dtype });
  }
}
