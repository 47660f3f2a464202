import type { Comm } from "../../../src/comm/index.js";
import { ArrayDataset, type Dataset, ndarray } from "../../../src/data/index.js";
import { flatten, lossByName, mlp } from "../../../src/nn/index.js";
import { type FloatDType, mul, softmax } from "../../../src/tensor/index.js";
import { type Evaluation, evaluate, predict } from "../../../src/train/index.js";

export interface Case {
  readonly loss: string;
  readonly dtype: FloatDType;
  readonly classWeights?: readonly number[];
  readonly inputs: Float64Array;
  readonly targets: Int32Array | Float64Array;
  /** Lengths of the axes of the targets after the first. */
  readonly targetShape: readonly number[];
  readonly outputs: number;
  /** What the inputs are multiplied with before the model sees them. */
  readonly scale: number;
}

export interface Result {
  readonly evaluation: Evaluation;
  readonly outputs: Float64Array;
  readonly probabilities: Float64Array;
  readonly weights: readonly number[];
  readonly bias: readonly number[];
  /** Samples that this rank looked at. */
  readonly own: number;
}

/** Evaluates a layer without hidden units. */
export function evaluated(comm: Comm, given: Case): Result {
  const { dtype, inputs, targets, outputs, scale } = given;
  const features = 3;
  const samples = inputs.length / features;
  const model = mlp([features, outputs]);
  using parameters = flatten(model, { dtype, seed: 3 });
  const x = dtype === "float64" ? inputs : Float32Array.from(inputs);
  const all = new ArrayDataset(
    ndarray(dtype, [samples, features], x as never),
    ndarray(targets instanceof Int32Array ? "int32" : "float64", [samples, ...given.targetShape], targets),
  );
  const seen = new Set<number>();
  const dataset: Dataset = {
    length: samples,
    batch(indices) {
      for (const index of indices) seen.add(index);
      return all.batch(indices);
    },
  };
  const prepare = ({ inputs, targets }: ReturnType<Dataset["batch"]>) => ({
    inputs: mul(inputs, scale),
    targets,
  });
  const loss = lossByName(given.loss, { classWeights: given.classWeights });
  const evaluation = evaluate(model, dataset, loss, comm, prepare);
  const own = seen.size;
  const [weight, bias] = parameters.values.map(({ data }) => [...data]);
  return {
    evaluation,
    outputs: predict(model, dataset, comm, prepare),
    probabilities: predict(model, dataset, comm, prepare, softmax),
    weights: weight,
    bias,
    own,
  };
}
