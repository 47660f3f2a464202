import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { valueAndGradInto } from "../../src/autodiff/index.js";
import { kernels } from "../../src/kernels/index.js";
import { flatten, initializers, Linear, Module, mlp, Parameter, Sequential } from "../../src/nn/index.js";
import { add, assign, matmul, mul, ones, scope, sum, type Tensor, tensor } from "../../src/tensor/index.js";
import { flat } from "./support.js";

class Block extends Module {
  readonly gain = new Parameter([2], initializers.ones());
  readonly pair = [new Linear(2, 2), new Linear(2, 2, { bias: false })];
  readonly byName = { first: new Linear(2, 1) };
  readonly note = "not a parameter";
  readonly nothing = null;
  readonly again = this.pair[0];

  override forward(x: Tensor): Tensor {
    return this.byName.first.forward(
      this.pair.reduce((y, layer) => layer.forward(y), mul(x, this.gain.value)),
    );
  }
}

test("parameters are found in the order of fields and named by their path, once", () => {
  const model = new Sequential(new Linear(3, 2), new Block());
  using parameters = flatten(model);
  assert.deepEqual(
    parameters.parameters.map(({ name, shape }) => [name, shape]),
    [
      ["layers.0.weight", [3, 2]],
      ["layers.0.bias", [2]],
      ["layers.1.gain", [2]],
      ["layers.1.pair.0.weight", [2, 2]],
      ["layers.1.pair.0.bias", [2]],
      ["layers.1.pair.1.weight", [2, 2]],
      ["layers.1.byName.first.weight", [2, 1]],
      ["layers.1.byName.first.bias", [1]],
    ],
  );
  assert.equal(parameters.count, 6 + 2 + 2 + 4 + 2 + 4 + 2 + 1);
  assert.equal(parameters.bytes, 4 * parameters.count);
  const block = model.layers[1] as Block;
  assert.equal(block.pair[1].label, 'Linear "layers.1.pair.1"');
  assert.equal(parameters.get("layers.1.gain"), block.gain);
  assert.deepEqual([...parameters], parameters.parameters);
  assert.throws(() => parameters.get("layers.1.gian"), {
    code: "argument",
    message: /ParameterVector.get: "layers.1.gian" is not known; did you mean "layers.1.gain"\?/,
  });
});

test("values and gradients are views of one vector each, without gaps", () => {
  const model = new Linear(3, 2);
  using parameters = flatten(model, { dtype: "float64" });
  assert.deepEqual([parameters.value.shape, parameters.grad.shape], [[8], [8]]);
  assign(parameters.value, [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(model.weight.value.toArray(), [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  assert.deepEqual(model.bias?.value.toArray(), [7, 8]);
  assign(model.bias?.grad as Tensor, [-1, -2]);
  assert.deepEqual(flat(parameters.grad), [0, 0, 0, 0, 0, 0, -1, -2]);
  const views = parameters.viewsOf(tensor([0, 1, 2, 3, 4, 5, 6, 7]));
  assert.deepEqual(
    views.map((view) => view.toArray()),
    [
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
      [6, 7],
    ],
  );
  assert.throws(() => parameters.viewsOf(tensor([1])), {
    code: "shape",
    message: "ParameterVector.viewsOf: vector has shape [1], expected [8]",
  });
});

test("a differentiation writes the gradient into the vector", () => {
  const model = new Linear(2, 1);
  using parameters = flatten(model, { dtype: "float64" });
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  valueAndGradInto(() => sum(model.forward(x)), parameters.values, parameters.grads);
  assert.deepEqual(flat(parameters.grad), [4, 6, 2]);
});

test("first values depend on the seed and the place of a parameter, not on what else is there", () => {
  const first = (model: Module, seed: number) => {
    using parameters = flatten(model, { seed, dtype: "float64" });
    return flat(parameters.value);
  };
  const small = first(mlp([3, 4, 2]), 7);
  assert.deepEqual(first(mlp([3, 4, 2]), 7), small);
  assert.notDeepEqual(first(mlp([3, 4, 2]), 8), small);
  assert.deepEqual(first(mlp([3, 4, 5]), 7).slice(0, 12), small.slice(0, 12));
  // Two parameters of one shape start differently.
  const twins = first(
    new Sequential(new Linear(4, 4, { bias: false }), new Linear(4, 4, { bias: false })),
    7,
  );
  assert.notDeepEqual(twins.slice(0, 16), twins.slice(16));
});

test("initialize goes back to the first values", () => {
  using parameters = flatten(mlp([3, 4, 2]), { seed: 5 });
  const before = parameters.hash();
  assign(parameters.value, 1);
  assert.notEqual(parameters.hash(), before);
  parameters.initialize(5);
  assert.equal(parameters.hash(), before);
  parameters.initialize(6);
  assert.notEqual(parameters.hash(), before);
});

test("the hash is SHA-256 of the little-endian values", () => {
  using parameters = flatten(new Linear(1, 2, { init: initializers.given([0.5, -2]) }), { dtype: "float32" });
  const bytes = Buffer.alloc(16);
  [0.5, -2, 0, 0].forEach((value, i) => {
    bytes.writeFloatLE(value, 4 * i);
  });
  assert.equal(parameters.hash(), createHash("sha256").update(bytes).digest("hex"));
});

test("the first number that is not finite is found with its parameter", () => {
  using parameters = flatten(new Linear(3, 2));
  assert.equal(parameters.firstNonFinite(), undefined);
  const bias = parameters.get("bias");
  (bias.value.data as Float32Array)[1] = Number.POSITIVE_INFINITY;
  (parameters.get("weight").grad.data as Float32Array)[4] = Number.NaN;
  assert.deepEqual(parameters.firstNonFinite(), { parameter: bias, index: 1 });
  assert.deepEqual(parameters.firstNonFinite("grad"), { parameter: parameters.get("weight"), index: 4 });
});

test("parameters live on after the scope in which they were made", () => {
  const model = new Linear(2, 2);
  using parameters = scope(() => flatten(model, { dtype: "float64" }));
  assert.equal(model.forward(ones([1, 2])).isFreed, false);
  assert.equal(parameters.value.isFreed, false);
});

test("dispose gives all memory back, and the model can be flattened again", () => {
  const model = new Block();
  const { heap } = kernels();
  const before = heap.bytesInUse;
  const parameters = flatten(model);
  assert.ok(heap.bytesInUse >= before + 2 * parameters.bytes);
  assert.throws(() => flatten(model), { code: "argument", message: /^flatten: "gain" already has memory/ });
  parameters.dispose();
  assert.equal(heap.bytesInUse, before);
  assert.throws(() => model.gain.value, {
    code: "argument",
    message: /^Parameter\.value: "gain" of shape \[2\] has no memory; call flatten\(model\) first/,
  });
  using again = flatten(model, { dtype: "float64" });
  assert.equal(
    again.count,
    parameters.parameters.reduce((n, { size }) => n + size, 0),
  );
});

test("an initialiser that fails leaves nothing behind", () => {
  const { heap } = kernels();
  const before = heap.bytesInUse;
  const bad = new Linear(2, 2, { init: initializers.given([1, 2, 3]) });
  assert.throws(() => flatten(bad), { code: "shape" });
  assert.equal(bad.weight.isBound, false);
  const wrong = new Linear(2, 2, { init: () => scope(() => ones([2, 1], { dtype: "float32" })) });
  assert.throws(() => flatten(wrong), {
    code: "shape",
    message: 'flatten: the initialiser of "weight" made shape [2, 1], expected [2, 2]',
  });
  assert.equal(heap.bytesInUse, before);
});

test("describe shows names, shapes, counts and the total", () => {
  using parameters = flatten(mlp([784, 256, 10]));
  assert.equal(
    parameters.describe(),
    [
      "parameter        shape                  values",
      "layers.0.weight  [784, 256]             200704",
      "layers.0.bias    [256]                     256",
      "layers.2.weight  [256, 10]                2560",
      "layers.2.bias    [10]                       10",
      "total            float32, 814120 bytes  203530",
    ].join("\n"),
  );
});

test("weights can be shared between modules, and their gradients add up", () => {
  class Tied extends Module {
    readonly first = new Linear(2, 2, { bias: false });
    readonly second = this.first;
    override forward(x: Tensor): Tensor {
      return add(this.first.forward(x), matmul(x, this.second.weight.value));
    }
  }
  const model = new Tied();
  using parameters = flatten(model, { dtype: "float64" });
  assert.equal(parameters.parameters.length, 1);
  valueAndGradInto(() => sum(model.forward(ones([1, 2]))), parameters.values, parameters.grads);
  assert.deepEqual(flat(parameters.grad), [2, 2, 2, 2]);
});
