import assert from "node:assert/strict";
import { test } from "node:test";
import { Communicator } from "../../src/comm/communicator.js";
import { selfWorld } from "../../src/comm/self.js";
import { ArrayDataset, ndarray } from "../../src/data/index.js";
import { BinaryCrossEntropy, CrossEntropy, flatten, MeanSquaredError, mlp } from "../../src/nn/index.js";
import { tensor } from "../../src/tensor/index.js";
import { countCorrect, saysClasses } from "../../src/train/correct.js";
import { evaluate, predict } from "../../src/train/index.js";
import { forEachEngine } from "../support/ranks.js";
import { assertNumbers, assertTuttiError } from "../tensor/support.js";
import { type Case, evaluated, type Result } from "./bodies/evaluations.js";

const module = new URL("./bodies/evaluations.js", import.meta.url).href;
const alone = () => new Communicator(selfWorld(), true);

/** Numbers between −1 and 1 without a pattern. */
const scattered = (count: number) => Float64Array.from({ length: count }, (_, i) => Math.sin(i * i + i));

const SAMPLES = 2311; // more than four blocks, the last not full
const inputs = scattered(3 * SAMPLES);
const CASES: Case[] = [
  {
    ...{ loss: "cross-entropy", dtype: "float64", outputs: 4, targetShape: [], inputs, scale: 2 },
    classWeights: [1, 2, 0.5, 0],
    targets: Int32Array.from({ length: SAMPLES }, (_, i) => (i * i) % 4),
  },
  {
    ...{ loss: "binary-cross-entropy", dtype: "float32", outputs: 1, targetShape: [1], inputs, scale: 3 },
    targets: Float64Array.from({ length: SAMPLES }, (_, i) => (i * i) % 2),
  },
  {
    ...{ loss: "mse", dtype: "float64", outputs: 2, targetShape: [2], inputs, scale: 1 },
    targets: scattered(2 * SAMPLES),
  },
];

/** The same figures in plain numbers. */
function plainly({ loss, targets, outputs, scale, classWeights }: Case, { weights, bias }: Result) {
  const rows = Array.from({ length: SAMPLES }, (_, i) =>
    Array.from({ length: outputs }, (_, j) =>
      [0, 1, 2].reduce((z, k) => z + inputs[3 * i + k] * scale * weights[k * outputs + j], bias[j]),
    ),
  );
  const softmaxes = rows.map((z) => {
    const e = z.map(Math.exp);
    const total = e.reduce((a, b) => a + b);
    return e.map((value) => value / total);
  });
  let [sum, weight, correct] = [0, 0, 0];
  for (const [i, z] of rows.entries()) {
    if (loss === "mse") {
      z.forEach((value, j) => {
        sum += (value - targets[2 * i + j]) ** 2;
      });
      weight += 2;
    } else if (loss === "cross-entropy") {
      const w = classWeights![targets[i]];
      sum -= w * Math.log(softmaxes[i][targets[i]]);
      weight += w;
      if (z.indexOf(Math.max(...z)) === targets[i]) correct++;
    } else {
      const p = 1 / (1 + Math.exp(-z[0]));
      sum -= Math.log(targets[i] === 1 ? p : 1 - p);
      weight++;
      if ((p > 0.5 ? 1 : 0) === targets[i]) correct++;
    }
  }
  return { mean: sum / weight, accuracy: correct / SAMPLES, rows: rows.flat(), softmaxes: softmaxes.flat() };
}

forEachEngine([2, 3, 7], ({ size, run }) => {
  test("evaluation and prediction have the bits of one rank, and agree with plain arithmetic", async () => {
    for (const given of CASES) {
      const expected = evaluated(alone(), given);
      const ranks = await run<Result>(module, "evaluated", given);
      for (const { evaluation, outputs, probabilities } of ranks) {
        assert.deepEqual(evaluation, expected.evaluation);
        assert.deepEqual(outputs, expected.outputs);
        assert.deepEqual(probabilities, expected.probabilities);
      }
      assert.equal(
        ranks.reduce((sum, { own }) => sum + own, 0),
        SAMPLES,
      );
      assert.ok(ranks.filter(({ own }) => own > 0).length === Math.min(size, 5));

      const tolerance = given.dtype === "float64" ? 1e-13 : 1e-5;
      const { mean, accuracy, rows, softmaxes } = plainly(given, expected);
      const { evaluation, outputs, probabilities } = expected;
      assert.ok(Math.abs(evaluation.loss - mean) < tolerance, `${evaluation.loss}, expected ${mean}`);
      assert.equal(evaluation.accuracy, given.loss === "mse" ? undefined : accuracy);
      assertNumbers([...outputs], rows, tolerance);
      assertNumbers([...probabilities], softmaxes, tolerance);
    }
  });
});

const nothing = new ArrayDataset(
  ndarray("float64", [0, 3], new Float64Array()),
  ndarray("int32", [0], new Int32Array()),
);
const unlabelled = new ArrayDataset(ndarray("float64", [2, 3], new Float64Array(6)));
const labelled = new ArrayDataset(unlabelled.inputs, ndarray("int32", [2], Int32Array.of(0, 0)));

test("what has no mean loss is refused", () => {
  const model = mlp([3, 2]);
  using _ = flatten(model, { dtype: "float64" });
  const fails = (dataset: ArrayDataset, loss: CrossEntropy, message: RegExp) =>
    assertTuttiError(() => evaluate(model, dataset, loss, alone()), "argument", message);
  fails(nothing, new CrossEntropy(), /the dataset has no samples/);
  fails(unlabelled, new CrossEntropy(), /the dataset has no targets/);
  fails(labelled, new CrossEntropy({ classWeights: [0, 1] }), /the weights of all samples are 0/);
  assert.deepEqual(predict(model, nothing, alone()), new Float64Array());
});

test("a class is right if its logit is the largest, the first of equals", () => {
  const loss = new CrossEntropy();
  const logits = tensor([
    [1, 2, 0],
    [3, 3, 1],
    [-1, -2, -3],
  ]);
  assert.equal(countCorrect(loss, logits, tensor([1, 0, 2], { dtype: "int32" })), 2);
  const probabilities = tensor([
    [0.3, 0.4, 0.3],
    [0, 1, 0],
    [0.6, 0.2, 0.2],
  ]);
  assert.equal(countCorrect(loss, logits, probabilities), 2);
  assert.equal(countCorrect(loss, tensor([[5], [-5]]), tensor([0, 0], { dtype: "int32" })), 2);
});

test("rows of logits in a sample count their part of it", () => {
  const logits = tensor([
    [
      [1, 0],
      [0, 1],
    ],
    [
      [1, 0],
      [1, 0],
    ],
  ]);
  const targets = tensor(
    [
      [0, 1],
      [1, 0],
    ],
    { dtype: "int32" },
  );
  assert.equal(countCorrect(new CrossEntropy(), logits, targets), 1.5);
});

test("a binary answer is the sign of its logit, and of several labels all must be right", () => {
  const loss = new BinaryCrossEntropy();
  assert.equal(countCorrect(loss, tensor([[2], [-2], [0]]), tensor([[1], [1], [0]])), 2);
  assert.equal(countCorrect(loss, tensor([2, -2]), tensor([0.9, 0.1])), 2);
  const logits = tensor([
    [1, -1, 1],
    [1, 1, 1],
    [-1, -1, -1],
  ]);
  const labels = tensor([
    [1, 0, 1],
    [1, 1, 0],
    [0, 0, 0],
  ]);
  assert.equal(countCorrect(loss, logits, labels), 2);
});

test("only losses of classes say classes", () => {
  assert.deepEqual([new CrossEntropy(), new BinaryCrossEntropy(), new MeanSquaredError()].map(saysClasses), [
    true,
    true,
    false,
  ]);
});
