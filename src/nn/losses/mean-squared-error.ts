import { mul, square, sub, type Tensor } from "../../tensor/index.js";
import { Loss, type SampleWeights } from "./loss.js";
import { fit, perSample, rowSize, total } from "./targets.js";

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
