import assert from "node:assert/strict";
import { test } from "node:test";
import { Activation, flatten, initializers, Linear, Module, mlp, Sequential } from "../../src/nn/index.js";
import { add, mul, sum, type Tensor, tanh, tensor, zeros } from "../../src/tensor/index.js";
import { checkGradient, flat } from "./support.js";

const { given } = initializers;

test("linear is x W + b over the last axis", () => {
  const layer = new Linear(2, 3, {
    init: given([
      [1, 2, 3],
      [4, 5, 6],
    ]),
    biasInit: given([10, 20, 30]),
  });
  using _ = flatten(layer, { dtype: "float64" });
  assert.deepEqual(
    layer
      .forward(
        tensor([
          [1, 0],
          [1, -1],
        ]),
      )
      .toArray(),
    [
      [11, 22, 33],
      [7, 17, 27],
    ],
  );
  assert.deepEqual(layer.forward(tensor([2, 1])).toArray(), [16, 29, 42]);
  assert.deepEqual(layer.forward(tensor([[[0, 1]], [[1, 0]]])).toArray(), [[[14, 25, 36]], [[11, 22, 33]]]);
  assert.deepEqual(layer.forward(zeros([0, 2])).shape, [0, 3]);
});

test("linear without bias has one parameter", () => {
  const layer = new Linear(2, 1, { bias: false, init: given([3, 4]) });
  using parameters = flatten(layer, { dtype: "float64" });
  assert.deepEqual(
    parameters.parameters.map(({ name }) => name),
    ["weight"],
  );
  assert.deepEqual(flat(layer.forward(tensor([[1, 1]]))), [7]);
});

test("an input of another width is refused with the layer's name and both shapes", () => {
  const model = new Sequential(new Linear(4, 3), tanh, new Linear(5, 1));
  using _ = flatten(model, { dtype: "float64" });
  assert.throws(() => model.forward(zeros([7, 4])), {
    code: "shape",
    message:
      'Linear "layers.2": the input has shape [7, 3], expected [..., 5], because the weight has shape [5, 1]',
    data: { layer: "layers.2", input: [7, 3], weight: [5, 1] },
  });
  const alone = new Linear(4, 3);
  using __ = flatten(alone, { dtype: "float64" });
  assert.throws(
    () => alone.forward(zeros([])),
    /^TuttiError: Linear: the input has shape \[\], expected \[..., 4\]/,
  );
});

test("sizes must be positive integers", () => {
  assert.throws(() => new Linear(0, 3), { code: "argument", message: /^Linear: inFeatures is 0/ });
  assert.throws(() => new Linear(3, 1.5), { code: "argument", message: /^Linear: outFeatures is 1.5/ });
});

test("a model must be flattened before it is used", () => {
  assert.throws(() => new Linear(2, 2).forward(zeros([1, 2])), /has no memory; call flatten\(model\) first/);
});

test("sequential applies modules and functions in turn", () => {
  const model = new Sequential(
    (x) => mul(x, 2),
    new Activation("one more", (x) => add(x, 1)),
    (x) => mul(x, 10),
  );
  assert.deepEqual(flat(model.forward(tensor([1, 2]))), [30, 50]);
  assert.deepEqual(flat(new Sequential().forward(tensor([1, 2]))), [1, 2]);
});

test("a module of one's own works like one of the house", () => {
  class Residual extends Module {
    readonly inner = new Linear(3, 3);
    override forward(x: Tensor): Tensor {
      return add(x, tanh(this.inner.forward(x)));
    }
  }
  const model = new Sequential(new Residual(), new Residual());
  using parameters = flatten(model, { dtype: "float64", seed: 3 });
  assert.deepEqual(
    parameters.parameters.map(({ name }) => name),
    ["layers.0.inner.weight", "layers.0.inner.bias", "layers.1.inner.weight", "layers.1.inner.bias"],
  );
  checkGradient((x) => sum(model.forward(x)), tensor([[0.1, -0.2, 0.3]]));
});

test("mlp puts activations between linear layers and suits the weights to them", () => {
  const model = mlp([5, 4, 3, 2], { activation: "relu" });
  const kinds = model.layers.map((layer) => (layer instanceof Module ? layer.constructor.name : "function"));
  assert.deepEqual(kinds, ["Linear", "Activation", "Linear", "Activation", "Linear"]);
  const bound = (activation: string) => {
    using parameters = flatten(mlp([400, 200, 2], { activation }), { dtype: "float64" });
    return Math.max(...flat(parameters.get("layers.0.weight").value).map(Math.abs));
  };
  // He: √(6 / 400); Glorot: √(6 / 600). 80,000 draws come within 0.1 % of the bound.
  assert.ok(Math.abs(bound("relu") / Math.sqrt(6 / 400) - 1) < 1e-3);
  assert.ok(Math.abs(bound("tanh") / Math.sqrt(6 / 600) - 1) < 1e-3);
  assert.throws(() => mlp([3]), { code: "argument", message: /^mlp: widths are \[3\]/ });
  assert.throws(() => mlp([3, 2, 1], { activation: "cube" }), { code: "argument" });
});

test("signals keep their size through many layers", () => {
  // What the Glorot and He variances are for: without them 20 layers shrink or grow signals a thousandfold.
  for (const activation of ["relu", "leaky-relu:slope=0.3"]) {
    const model = mlp(new Array(21).fill(256), { activation });
    using _ = flatten(model, { dtype: "float64", seed: 1 });
    const x = tensor(
      Float64Array.from({ length: 64 * 256 }, (_, i) => Math.cos(i * i)),
      { shape: [64, 256] },
    );
    const size = (t: Tensor) => Math.sqrt(sum(mul(t, t)).item() / t.size);
    const ratio = size(model.forward(x)) / size(x);
    assert.ok(ratio > 0.1 && ratio < 10, `${activation}: ratio ${ratio}`);
  }
});
