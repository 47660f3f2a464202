import { TuttiError } from "../../errors.js";
import type { Tensor } from "../../tensor/index.js";
import { build, type Form } from "../named.js";
import { BinaryCrossEntropy } from "./binary-cross-entropy.js";
import { CrossEntropy } from "./cross-entropy.js";
import type { Loss, SampleWeights } from "./loss.js";
import { MeanSquaredError } from "./mean-squared-error.js";
import type { ClassOptions } from "./targets.js";

export { BinaryCrossEntropy } from "./binary-cross-entropy.js";
export { CrossEntropy } from "./cross-entropy.js";
export { Loss, type SampleWeights } from "./loss.js";
export { MeanSquaredError } from "./mean-squared-error.js";
export type { ClassOptions } from "./targets.js";

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
