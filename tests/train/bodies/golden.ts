import type { Comm } from "../../../src/comm/index.js";
import { ArrayDataset, ndarray } from "../../../src/data/index.js";
import { flatten, initializers, Linear, MeanSquaredError, Sequential } from "../../../src/nn/index.js";
import { SGD } from "../../../src/optim/index.js";
import { mul, sigmoid } from "../../../src/tensor/index.js";
import {
  evaluate,
  fit,
  GlobalGradient,
  type GlobalGradientOptions,
  predict,
} from "../../../src/train/index.js";

const { given } = initializers;
const loss = new MeanSquaredError();

/** A net with sigmoids after every layer, and the weights and biases given. */
const sigmoidNet = (...layers: [weights: number[][], bias: number[]][]) =>
  new Sequential(
    ...layers.flatMap(([w, b]) => [
      new Linear(w.length, b.length, { init: given(w), biasInit: given(b) }),
      sigmoid,
    ]),
  );

const samples = (inputs: number[][], targets: number[][]) => {
  const array = (rows: number[][]) =>
    ndarray("float64", [rows.length, rows[0].length], Float64Array.from(rows.flat()));
  return new ArrayDataset(array(inputs), array(targets));
};

/**
 * The 2-3-2 net with its five samples of Debus and Weiel, "Data-Parallel Neural Networks" (NHR summer school 2023):
 * the mean over the samples of the derivative of ½ Σ (y − ŷ)² by w₁₁ of layer 1.
 */
export function twoThreeTwo(
  comm: Comm,
  options: GlobalGradientOptions,
): { gradient: number; loss: number; samples: number } {
  const model = sigmoidNet(
    [
      [
        [1, 0, 1],
        [0, 1, 1],
      ],
      [1, 1, 1],
    ],
    [
      [
        [1, 0],
        [0, 1],
        [1, 0],
      ],
      [1, 1],
    ],
  );
  const dataset = samples(
    [
      [0.5, 1.5],
      [2, 1],
      [1, 1.5],
      [1, 0.5],
      [2.5, 2],
    ],
    [
      [1, 0],
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ],
  );
  using parameters = flatten(model, { dtype: "float64" });
  using gradient = new GlobalGradient(comm, parameters, { ...options, statistics: 1 });
  const figures = gradient.compute(Int32Array.of(0, 1, 2, 3, 4), (indices) => {
    const { inputs, targets } = dataset.batch(indices);
    return { loss: mul(loss.sum(model.forward(inputs), targets!), 0.5), statistics: [indices.length] };
  });
  return {
    gradient: parameters.get("layers.0.weight").grad.item(0, 0),
    loss: figures.loss,
    samples: figures.statistics[0],
  };
}

/**
 * The 4-3-1 net of a published NumPy program with the weights of its seed 0: 200 updates by 0.1 times the sum of the
 * samples' errors. That sum is the gradient of half the sum of squares, 3/2 of the mean over three samples.
 */
export function fourThreeOne(comm: Comm): { losses: number[]; predictions: number[]; mse: number } {
  const model = sigmoidNet(
    [
      [
        [0.5488135039273248, 0.7151893663724195, 0.6027633760716439],
        [0.5448831829968969, 0.4236547993389047, 0.6458941130666561],
        [0.4375872112626925, 0.8917730007820798, 0.9636627605010293],
        [0.3834415188257777, 0.7917250380826646, 0.5288949197529045],
      ],
      [0.5680445610939323, 0.925596638292661, 0.07103605819788694],
    ],
    [[[0.08712929970154071], [0.02021839744032572], [0.832619845547938]], [0.7781567509498505]],
  );
  const dataset = samples(
    [
      [1, 0, 1, 0],
      [1, 0, 1, 1],
      [0, 1, 0, 1],
    ],
    [[1], [1], [0]],
  );
  const { parameters, history } = fit(model, dataset, {
    comm,
    loss,
    dtype: "float64",
    optimizer: (vector) => new SGD(vector, { lr: 0.1 * 1.5 }),
    epochs: 200,
    batchSize: 3,
  });
  const result = {
    losses: comm.bcastObject(history.map((record) => record.loss!)),
    predictions: [...predict(model, dataset, comm)],
    mse: evaluate(model, dataset, loss, comm).loss,
  };
  parameters.dispose();
  return result;
}
