import { TuttiError } from "../../errors.js";
import { div, sum, type Tensor } from "../../tensor/index.js";

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

const otherAxes = ({ ndim }: Tensor): number[] => Array.from({ length: ndim - 1 }, (_, d) => d + 1);
