import { TuttiError } from "../../errors.js";
import {
  add,
  type DType,
  max,
  min,
  mul,
  round,
  softplus,
  sub,
  sum,
  type Tensor,
} from "../../tensor/index.js";
import { Loss, type SampleWeights } from "./loss.js";
import { type ClassOptions, checkClasses, fit, perSample, rowSize, total } from "./targets.js";

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
    const y = this.#probabilities(output, target, output.dtype);
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
      return sum(this.#factor(this.#probabilities(output, target, "float64"), weights) as Tensor).item();
    return weights === undefined ? output.size : total(this.name, weights, output) * rowSize(output);
  }

  #probabilities(output: Tensor, target: Tensor, dtype: DType): Tensor {
    const y = fit(this.name, target, output.shape, dtype);
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
