import assert from "node:assert/strict";
import { test } from "node:test";
import { grad } from "../../src/autodiff/index.js";
import {
  BinaryCrossEntropy,
  binaryCrossEntropy,
  CrossEntropy,
  crossEntropy,
  Loss,
  lossByName,
  MeanSquaredError,
  mse,
} from "../../src/nn/index.js";
import {
  abs,
  cast,
  normal,
  oneHot,
  slice,
  softmax,
  sub,
  type Tensor,
  tensor,
  uniform,
} from "../../src/tensor/index.js";
import { assertNumbers, checkGradient, flat } from "./support.js";

const random = (shape: number[], stream = 0) => normal(shape, { seed: 11, stream });
const int = (values: number[]) => tensor(values, { dtype: "int32" });
const weights = [0.5, 2, 1, 0, 3];
const classWeights = [1, 0.25, 3];

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const sumOf = (values: number[]) => values.reduce((s, v) => s + v, 0);
const dot = (a: number[], b: number[]) => sumOf(a.map((v, i) => v * b[i]));

/** Cross-entropies of rows by the definition. */
function naive(logits: Tensor, probabilities: number[][], classWeight = [1, 1, 1]): number[] {
  return (logits.toArray() as number[][]).map((row, i) => {
    const total = sumOf(row.map(Math.exp));
    return -sumOf(row.map((z, c) => classWeight[c] * probabilities[i][c] * Math.log(Math.exp(z) / total)));
  });
}

const labels = [2, 0, 1, 1, 0];
const rows = labels.map((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0)));

test("mean squared error is the mean of squares, over all elements of the target", () => {
  const output = tensor([
    [1, 2],
    [3, 4],
  ]);
  const target = tensor([
    [1, 0],
    [0, 8],
  ]);
  assert.equal(mse(output, target).item(), (0 + 4 + 9 + 16) / 4);
  assert.equal(mse(output, target, { reduction: "sum" }).item(), 29);
  assert.deepEqual(flat(mse(output, target, { reduction: "none" })), [4, 25]);
  assert.equal(mse(output, target, { weights: [3, 1] }).item(), (3 * 4 + 25) / (4 * 2));
});

test("a column of targets fits a vector of outputs, and other shapes are refused", () => {
  const column = tensor([[1], [2], [3]]);
  assert.equal(mse(tensor([1, 2, 5]), column).item(), 4 / 3);
  assert.equal(mse(column, tensor([[1, 2, 6]])).item(), 3);
  assert.equal(mse(column, int([1, 2, 3])).item(), 0);
  assert.throws(
    () =>
      mse(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        tensor([1, 2]),
      ),
    {
      code: "shape",
      message: "mse: the target has shape [2], expected [2, 2]",
    },
  );
});

test("binary cross-entropy is its definition where that is safe", () => {
  const z = random([5]);
  for (const y of [
    [1, 0, 1, 0, 0],
    [0.3, 0.5, 1, 0.9, 0],
  ]) {
    const expected = flat(z).map(
      (v, i) => -y[i] * Math.log(sigmoid(v)) - (1 - y[i]) * Math.log(1 - sigmoid(v)),
    );
    assertNumbers(flat(binaryCrossEntropy(z, tensor(y), { reduction: "none" })), expected, 1e-14);
    assertNumbers([binaryCrossEntropy(z, tensor(y)).item()], [sumOf(expected) / 5], 1e-14);
    const weighted = binaryCrossEntropy(z, tensor(y), { weights });
    assertNumbers([weighted.item()], [dot(expected, weights) / sumOf(weights)], 1e-14);
  }
});

test("binary cross-entropy takes labels of any dtype and several outputs", () => {
  const z = random([4, 2]);
  const y = [
    [1, 0],
    [0, 0],
    [1, 1],
    [0, 1],
  ];
  const expected = binaryCrossEntropy(z, tensor(y)).item();
  for (const dtype of ["int32", "uint8", "bool"] as const)
    assert.equal(binaryCrossEntropy(z, tensor(y, { dtype })).item(), expected);
  assert.equal(binaryCrossEntropy(z, tensor(y, { dtype: "float32" })).item(), expected);
});

test("binary cross-entropy is exact for logits of any size", () => {
  const z = [1000, 1000, -1000, -1000, 30, -30, -1000, 1000];
  const y = [1, 0, 1, 0, 1, 0, 0.25, 0.25];
  const tail = Math.log1p(Math.exp(-30));
  const expected = [0, 1000, 1000, 0, tail, tail, 250, 750];
  const each = flat(binaryCrossEntropy(tensor(z), tensor(y), { reduction: "none" }));
  each.forEach((value, i) => {
    assert.ok(
      Math.abs(value - expected[i]) <= 4e-16 * expected[i],
      `${i}: ${value}, expected ${expected[i]}`,
    );
  });
  const f = (x: Tensor) => binaryCrossEntropy(x, tensor(y), { reduction: "sum" });
  const slope = flat(grad(f)(tensor(z)));
  assertNumbers(
    slope,
    z.map((v, i) => sigmoid(v) - y[i]),
    1e-15,
  );
});

test("cross-entropy is its definition where that is safe, for labels and for probabilities", () => {
  const z = random([5, 3]);
  const p = softmax(random([5, 3], 1));
  const cases: [Tensor, number[][]][] = [
    [int(labels), rows],
    [tensor(labels, { dtype: "uint8" }), rows],
    [tensor(rows), rows],
    [p, p.toArray() as number[][]],
  ];
  for (const [target, probabilities] of cases) {
    const expected = naive(z, probabilities);
    assertNumbers(flat(crossEntropy(z, target, { reduction: "none" })), expected, 1e-14);
    assertNumbers([crossEntropy(z, target).item()], [sumOf(expected) / 5], 1e-14);
    assertNumbers([crossEntropy(z, target, { reduction: "sum" }).item()], [sumOf(expected)], 1e-14);
    assertNumbers(
      [crossEntropy(z, target, { weights: tensor(weights) }).item()],
      [dot(expected, weights) / sumOf(weights)],
      1e-14,
    );
  }
});

test("class weights count samples of a class that many times, in labels and in one-hot rows alike", () => {
  const z = random([5, 3]);
  const ofRow = labels.map((label) => classWeights[label]);
  const each = naive(z, rows);
  const plain = dot(each, ofRow) / sumOf(ofRow);
  const weighted = sumOf(each.map((l, i) => l * ofRow[i] * weights[i])) / dot(ofRow, weights);
  for (const target of [int(labels), oneHot(int(labels), 3)]) {
    assertNumbers([crossEntropy(z, target, { classWeights }).item()], [plain], 1e-14);
    assertNumbers([crossEntropy(z, target, { classWeights, weights }).item()], [weighted], 1e-14);
  }
  // A class of weight 2 is the class twice.
  const twice = crossEntropy(
    tensor([
      [1, 2],
      [1, 2],
      [0, 3],
    ]),
    int([0, 0, 1]),
  ).item();
  const once = crossEntropy(
    tensor([
      [1, 2],
      [0, 3],
    ]),
    int([0, 1]),
    { classWeights: [2, 1] },
  ).item();
  assertNumbers([once], [twice], 1e-15);
});

test("binary cross-entropy is cross-entropy of the logits 0 and z, class weights included", () => {
  const z = flat(random([5]));
  const y = [1, 0, 0, 1, 1];
  const pairs = tensor(z.map((v) => [0, v]));
  for (const options of [{}, { classWeights: [0.5, 3] }, { classWeights: [0.5, 3], weights }]) {
    const binary = binaryCrossEntropy(tensor(z), int(y), options).item();
    assertNumbers([binary], [crossEntropy(pairs, int(y), options).item()], 1e-14);
  }
});

test("cross-entropy is exact for logits of any size, and finite where a class is impossible", () => {
  const z = tensor([
    [1000, -1000, 0],
    [1000, -1000, 0],
    [-1000, -1000, -1000],
    [Number.NEGATIVE_INFINITY, 0, 0],
  ]);
  const target = int([0, 1, 2, 1]);
  const each = flat(crossEntropy(z, target, { reduction: "none" }));
  assertNumbers(each, [0, 2000, Math.log(3), Math.log(2)], 1e-15);
  const slopes = flat(grad((x: Tensor) => crossEntropy(x, target, { reduction: "sum" }))(z));
  assertNumbers(slopes, [0, 0, 0, 1, -1, 0, 1 / 3, 1 / 3, -2 / 3, 0, -0.5, 0.5], 1e-15);
});

test("cross-entropy works on the last axis of any number of axes", () => {
  const z = random([2, 4, 3]);
  const target = tensor(
    [
      [0, 1, 2, 0],
      [2, 2, 1, 0],
    ],
    { dtype: "int32" },
  );
  const whole = crossEntropy(z, target).item();
  const parts = [0, 1].map((i) => crossEntropy(slice(z, i), slice(target, i)).item());
  assertNumbers([whole], [(parts[0] + parts[1]) / 2], 1e-14);
  const each = crossEntropy(z, target, { reduction: "none" });
  assertNumbers(
    flat(each),
    parts.map((mean) => 4 * mean),
    1e-14,
  );
});

test("parts of a batch add up to the whole: sums over sums of weights are the mean", () => {
  const cases: [Loss, Tensor, Tensor][] = [
    [new MeanSquaredError(), random([5, 2]), random([5, 2], 1)],
    [new BinaryCrossEntropy(), random([5, 2]), uniform([5, 2], { seed: 1 })],
    [new BinaryCrossEntropy({ classWeights: [1, 4] }), random([5]), int([1, 0, 0, 1, 1])],
    [new CrossEntropy(), random([5, 3]), int(labels)],
    [new CrossEntropy({ classWeights }), random([5, 3]), int(labels)],
    [new CrossEntropy({ classWeights }), random([5, 3]), softmax(random([5, 3], 2))],
  ];
  for (const [loss, output, target] of cases) {
    for (const w of [undefined, tensor(weights)]) {
      let total = 0;
      let weight = 0;
      for (const part of [
        [0, 3],
        [3, 4],
        [4, 5],
        [5, 5],
      ] as const) {
        const args = [slice(output, part), slice(target, part), w && slice(w, part)] as const;
        total += loss.sum(...args).item();
        weight += loss.weight(...args);
      }
      assertNumbers([total / weight], [loss.mean(output, target, w).item()], 1e-13);
      assertNumbers([total], [sumOf(flat(loss.each(output, target, w)))], 1e-13);
    }
  }
});

test("gradients agree with finite differences", () => {
  const y = uniform([5, 3], { seed: 4 });
  const z = random([5, 3]);
  checkGradient((x) => mse(x, y, { weights }), z);
  checkGradient((x) => binaryCrossEntropy(x, y, { weights, classWeights: [1, 3] }), z);
  checkGradient((x) => binaryCrossEntropy(x, tensor(rows)), z);
  checkGradient((x) => crossEntropy(x, int(labels), { weights, classWeights }), z);
  checkGradient((x) => crossEntropy(x, y, { weights, classWeights }), z);
});

test("float32 outputs give float32 losses", () => {
  const z = random([5, 3]);
  const single = cast(z, "float32");
  for (const f of [
    (x: Tensor) => crossEntropy(x, int(labels), { weights, classWeights }),
    (x: Tensor) => binaryCrossEntropy(x, tensor(rows), { weights }),
    (x: Tensor) => mse(x, tensor(rows), { weights }),
  ]) {
    assert.equal(f(single).dtype, "float32");
    assertNumbers(flat(f(single)), flat(f(z)), 1e-6);
  }
});

test("losses by name", () => {
  assert.ok(lossByName("mse") instanceof MeanSquaredError);
  assert.ok(lossByName("binary_cross_entropy") instanceof BinaryCrossEntropy);
  const weighted = lossByName("cross-entropy", { classWeights });
  const z = random([5, 3]);
  assert.equal(weighted.mean(z, int(labels)).item(), crossEntropy(z, int(labels), { classWeights }).item());
  assert.throws(() => lossByName("crossentropy"), {
    code: "argument",
    message:
      'lossByName: "crossentropy" is not known; did you mean "cross-entropy"? ' +
      "known are mse, binary-cross-entropy, cross-entropy",
  });
});

test("wrong targets and weights are refused with what is wrong", () => {
  const z = random([2, 3]);
  const wrong = (f: () => Tensor, code: string, message: RegExp) => assert.throws(f, { code, message });
  wrong(() => crossEntropy(z, int([0, 3])), "index", /index\[1\] is 3, expected 0 to 2/);
  wrong(() => crossEntropy(z, int([-1, 0])), "index", /index\[0\] is -1/);
  wrong(
    () => crossEntropy(z, tensor([0, 1])),
    "dtype",
    /target is float64 \[2\], expected classes, int32 or uint8, of shape \[2\], or/,
  );
  wrong(() => crossEntropy(z, int([0, 1, 2])), "shape", /the target has shape \[3\], expected \[2\]/);
  wrong(
    () => crossEntropy(tensor([1, 2]), int([0])),
    "shape",
    /output has shape \[2\], expected \[samples, …, classes\]/,
  );
  wrong(
    () => crossEntropy(z, int([0, 1]), { weights: [1] }),
    "shape",
    /weights have shape \[1\], expected \[2\]/,
  );
  wrong(
    () => crossEntropy(z, int([0, 1]), { classWeights: [1, 2] }),
    "argument",
    /classWeights are \[1, 2\], expected 3 numbers/,
  );
  wrong(() => binaryCrossEntropy(z, z, { classWeights: [1] }), "argument", /expected 2 numbers/);
  wrong(
    () => binaryCrossEntropy(tensor([1, 2]), int([0, 2])),
    "argument",
    /targets range from 0 to 2, expected 0 to 1/,
  );
  wrong(() => binaryCrossEntropy(tensor([1]), tensor([Number.NaN])), "argument", /targets range from NaN/);
  wrong(() => mse(z, z, { weights: [0, 0] }), "argument", /mse: the total weight is 0/);
  wrong(
    () => mse(z, z, { reduction: "max" as never }),
    "argument",
    /reduction is "max", expected mean, sum or none/,
  );
});

test("a loss of one's own needs its terms and their weight", () => {
  class AbsoluteError extends Loss {
    readonly name = "mae";
    protected override terms(output: Tensor, target: Tensor): Tensor {
      return abs(sub(output, target));
    }
    override weight(output: Tensor): number {
      return output.size;
    }
  }
  assert.equal(new AbsoluteError().mean(tensor([1, 5]), tensor([2, 2])).item(), 2);
});
