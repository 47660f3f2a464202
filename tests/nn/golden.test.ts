import assert from "node:assert/strict";
import { test } from "node:test";
import { valueAndGradInto } from "../../src/autodiff/index.js";
import { kernels } from "../../src/kernels/index.js";
import { flatten, initializers, Linear, MeanSquaredError, mlp, Sequential } from "../../src/nn/index.js";
import { Adam, SGD } from "../../src/optim/index.js";
import { div, keep, mul, normal, scope, sigmoid, sum, type Tensor, tensor } from "../../src/tensor/index.js";
import { assertNumbers, flat } from "./support.js";

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

test("the 4-3-1 net follows the published losses and predictions", () => {
  // A NumPy program with the random numbers of its seed 0: 200 updates by 0.1 times the sum of the samples' errors.
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
    [
      [[0.08712929970154071], [0.02021839744032572], [0.832619845547938]].map(([w]) => [w]),
      [0.7781567509498505],
    ],
  );
  using parameters = flatten(model, { dtype: "float64" });
  using x = keep(
    tensor([
      [1, 0, 1, 0],
      [1, 0, 1, 1],
      [0, 1, 0, 1],
    ]),
  );
  using y = keep(tensor([[1], [1], [0]]));
  // The sum of errors is the gradient of half the sum of squares.
  using optimizer = new SGD(parameters, { lr: 0.05 });
  const losses: number[] = [];
  for (let iteration = 0; iteration < 200; iteration++) {
    scope(() => {
      const { value } = valueAndGradInto(
        () => loss.sum(model.forward(x), y),
        parameters.values,
        parameters.grads,
      );
      losses.push(value.item() / 3);
      optimizer.step();
    });
  }
  const published = { 0: 0.242985, 49: 0.216003, 99: 0.210424, 149: 0.20238, 199: 0.188822 };
  for (const [iteration, value] of Object.entries(published))
    assert.equal(losses[Number(iteration)].toFixed(6), value.toFixed(6), `loss ${iteration}`);
  scope(() => {
    const predictions = model.forward(x);
    assert.deepEqual(
      flat(predictions).map((p) => p.toFixed(6)),
      ["0.691247", "0.689536", "0.611323"],
    );
    assert.equal(loss.mean(predictions, y).item().toFixed(6), "0.188477");
  });
});

test("the 2-3-2 net has the serial mean gradient, from all samples and from ranks' parts", () => {
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
  using parameters = flatten(model, { dtype: "float64" });
  const samples = [
    [0.5, 1.5],
    [2, 1],
    [1, 1.5],
    [1, 0.5],
    [2.5, 2],
  ];
  const targets = [
    [1, 0],
    [1, 0],
    [0, 1],
    [1, 0],
    [0, 1],
  ];
  /** Sum over samples of the gradient of ½ Σ (y − ŷ)² for w11 of layer 1. */
  const gradient = (start: number, end: number) =>
    scope(() => {
      const x = tensor(samples.slice(start, end));
      const y = tensor(targets.slice(start, end));
      valueAndGradInto(() => mul(loss.sum(model.forward(x), y), 0.5), parameters.values, parameters.grads);
      return parameters.get("layers.0.weight").grad.item(0, 0);
    });
  const serial = 0.0014978256863934377;
  assertNumbers([gradient(0, 5) / 5], [serial], 1e-16);
  const [first, second] = [gradient(0, 3), gradient(3, 5)];
  assertNumbers([first / 3, second / 2], [0.0015538800302379455, 0.0014137441706266762], 1e-16);
  assertNumbers([(first + second) / 5], [serial], 1e-16);
});

test("the backpropagation example: ŷ = 0.7, y = 1, h = 0.5 gives −0.0315", () => {
  const logit = Math.log(0.7 / 0.3);
  const layer = new Linear(1, 1, { bias: false, init: given([logit / 0.5]) });
  using parameters = flatten(layer, { dtype: "float64" });
  scope(() => {
    const y = () => div(loss.sum(sigmoid(layer.forward(tensor([[0.5]]))), tensor([[1]])), 2);
    valueAndGradInto(y, parameters.values, parameters.grads);
  });
  assertNumbers(flat(parameters.grad), [-0.0315], 1e-16);
});

test("training steps in scopes use constant memory", () => {
  const model = mlp([8, 16, 1], { activation: "tanh" });
  using parameters = flatten(model);
  using optimizer = new Adam(parameters);
  using x = keep(normal([32, 8], { seed: 1, dtype: "float32" }));
  const { heap } = kernels();
  const step = () =>
    scope(() => {
      const target: Tensor = sum(x, 1, { keepDims: true });
      const { value } = valueAndGradInto(
        () => loss.mean(model.forward(x), target),
        parameters.values,
        parameters.grads,
      );
      optimizer.step();
      return value.item();
    });
  const first = step();
  const { bytesInUse } = heap;
  let last = first;
  for (let i = 0; i < 500; i++) last = step();
  assert.equal(heap.bytesInUse, bytesInUse);
  assert.ok(last < first / 10, `the loss went from ${first} to ${last}`);
});
