import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readSafetensors, writeSafetensors } from "../../src/data/index.js";
import { flatten, mlp } from "../../src/nn/index.js";
import { scope, tensor } from "../../src/tensor/index.js";
import { loadModel, type ModelCard, saveModel } from "../../src/train/index.js";
import { temporaryFolder, tuttiError } from "../data/helpers.js";

const CARD: ModelCard = {
  widths: [6, 4, 3],
  activation: "leaky-relu:slope=0.2",
  dtype: "float64",
  loss: "cross-entropy",
  input: { kind: "array", shape: [2, 3], mean: [0.5], std: [2] },
  target: { kind: "class", name: "y", classes: ["a", "<b>", "ß, c"] },
};

test("a model that is saved and loaded gives the same outputs, bit for bit", (t) => {
  const path = join(temporaryFolder(t), "m.safetensors");
  const model = mlp(CARD.widths, CARD);
  using parameters = flatten(model, { dtype: "float64", seed: 3 });
  saveModel(path, parameters, CARD);
  const loaded = loadModel(path);
  using _ = loaded.parameters;
  assert.deepEqual(loaded.card, CARD);
  scope(() => {
    const x = tensor([[1, -2, 3, -4, 5, -6]], { dtype: "float64" });
    assert.deepEqual(loaded.model.forward(x).data, model.forward(x).data);
  });
});

test("other programs find classes, the shape of an input and its normalisation in the metadata", (t) => {
  const path = join(temporaryFolder(t), "m.safetensors");
  using parameters = flatten(mlp(CARD.widths, CARD), CARD);
  saveModel(path, parameters, CARD);
  const { metadata, tensors } = readSafetensors(path);
  const read = (name: string) => JSON.parse(metadata.get(name)!);
  assert.deepEqual(read("classes"), ["a", "<b>", "ß, c"]);
  assert.deepEqual([read("input_shape"), read("input_mean"), read("input_std")], [[2, 3], [0.5], [2]]);
  assert.deepEqual(tensors.get("layers.0.weight")!.shape, [6, 4]);
});

/** What can be wrong with a card, and what the message must say. */
const DAMAGED: Record<string, [change: object, message: RegExp]> = {
  "no widths": [{ widths: undefined }, /card does not describe a network/],
  "a width that is no number": [{ widths: [6, "4", 3] }, /card does not describe/],
  "an input of another width": [{ widths: [5, 4, 3] }, /card does not describe/],
  "an output for other classes": [{ widths: [6, 4, 2] }, /card does not describe/],
  "another hidden layer": [
    { widths: [6, 5, 3] },
    /layers\.0\.weight as float64 \[6, 4\]; its card says .*\[6, 5\]/,
  ],
  "one hidden layer more": [{ widths: [6, 4, 4, 3] }, /holds 4 arrays; a network of its card has 6/],
  "another dtype": [{ dtype: "float32" }, /as float64 .*its card says float32/],
  "a dtype that is none": [{ dtype: "float16" }, /card does not describe/],
  "an activation that is none": [{ activation: "rleu" }, /"rleu" is not known/],
  "no input": [{ input: null }, /card does not describe/],
  "a deviation of 0": [{ input: { ...CARD.input, std: [0] } }, /card does not describe/],
  "too few means": [{ input: { ...CARD.input, mean: [1, 2] } }, /card does not describe/],
  "a table without a schema": [{ input: { kind: "table" } }, /no valid table schema/],
  "classes that are no texts": [{ target: { ...CARD.target, classes: [1, 2, 3] } }, /no valid target/],
};

for (const [name, [change, message]] of Object.entries(DAMAGED)) {
  test(`a card with ${name} is refused`, (t) => {
    const path = join(temporaryFolder(t), "m.safetensors");
    using parameters = flatten(mlp(CARD.widths, CARD), CARD);
    saveModel(path, parameters, CARD);
    const { tensors, metadata } = readSafetensors(path);
    metadata.set("card", JSON.stringify({ ...CARD, ...change }));
    writeSafetensors(path, [...tensors], [...metadata]);
    assert.throws(() => loadModel(path), { name: "TuttiError", message });
  });
}

test("files that are something else are named as what they are", (t) => {
  const path = join(temporaryFolder(t), "m.safetensors");
  writeSafetensors(path, [], [["format", "pt"]]);
  assert.throws(() => loadModel(path), tuttiError("format", path, "its format is pt, wanted tutti.model.1"));
  writeSafetensors(path, [], [["format", "tutti.model.1"]]);
  assert.throws(() => loadModel(path), tuttiError("format", path, "card does not describe a network"));
});
