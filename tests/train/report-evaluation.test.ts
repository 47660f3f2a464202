import assert from "node:assert/strict";
import { test } from "node:test";
import { wilsonInterval } from "../../src/train/report/evaluation.js";
import { classFigures, confusionMatrix, mostWrong, numberFigures } from "../../src/train/report/index.js";

/** A fixed sequence of numbers from 0 to 1 (Weyl: multiples of the golden ratio). */
const weyl = (i: number) => (i * 0.6180339887498949) % 1;

test("a confusion matrix counts each sample once, at its true row and predicted column", () => {
  assert.deepEqual(
    [...confusionMatrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 0, 2, 2], 3)],
    [1, 1, 0, 0, 1, 0, 1, 0, 2],
  );
  assert.deepEqual([...confusionMatrix([], [], 2)], [0, 0, 0, 0]);
});

test("confusion matrices of parts add up to that of the whole", () => {
  const labels = Array.from({ length: 100 }, (_, i) => Math.floor(5 * weyl(i)));
  const predictions = Array.from({ length: 100 }, (_, i) => Math.floor(5 * weyl(3 * i + 1)));
  const whole = confusionMatrix(labels, predictions, 5);
  const parts = [
    confusionMatrix(labels.slice(0, 37), predictions.slice(0, 37), 5),
    confusionMatrix(Int32Array.from(labels.slice(37)), Uint8Array.from(predictions.slice(37)), 5),
  ];
  assert.deepEqual(
    whole,
    parts[0].map((count, i) => count + parts[1][i]),
  );
});

test("recall and precision follow their definitions", () => {
  // Textbook example of two classes: 20 true and 5 missed of the first, 180 true and 10 missed of the second.
  const [first, second] = classFigures([20, 5, 10, 180]);
  assert.deepEqual(first, { support: 25, predicted: 30, correct: 20, recall: 20 / 25, precision: 20 / 30 });
  assert.deepEqual(second, {
    support: 190,
    predicted: 185,
    correct: 180,
    recall: 180 / 190,
    precision: 180 / 185,
  });
});

test("a class without samples has no recall, one never predicted no precision", () => {
  const [present, absent] = classFigures([3, 0, 0, 0]);
  assert.equal(present.recall, 1);
  assert.ok(Number.isNaN(absent.recall) && Number.isNaN(absent.precision));
});

test("mostWrong finds what sorting all samples by hand finds", () => {
  const [samples, classes] = [200, 4];
  const labels = Array.from({ length: samples }, (_, i) => Math.floor(classes * weyl(7 * i + 3)));
  const probabilities = new Float32Array(samples * classes);
  for (let i = 0; i < samples; i++) {
    const scores = Array.from(
      { length: classes },
      (_, c) => weyl(classes * i + c) + (c === labels[i] ? 0.3 : 0),
    );
    const total = scores.reduce((a, b) => a + b);
    probabilities.set(
      scores.map((score) => score / total),
      i * classes,
    );
  }
  const rows = labels.map((label, index) => ({
    index,
    label,
    row: [...probabilities.subarray(index * classes, (index + 1) * classes)],
  }));
  const expected = rows
    .filter(({ label, row }) => row.indexOf(Math.max(...row)) !== label)
    .sort((a, b) => a.row[a.label] - b.row[b.label])
    .map(({ index, label, row }) => ({
      index,
      label,
      predicted: row.indexOf(Math.max(...row)),
      probability: Math.max(...row),
      labelProbability: row[label],
    }));
  assert.ok(expected.length > 20 && expected.length < samples);
  assert.deepEqual(mostWrong(probabilities, labels, 20), expected.slice(0, 20));
  assert.deepEqual(mostWrong(probabilities, labels, samples), expected);
});

test("mostWrong takes one column as the probability of class 1", () => {
  const wrong = mostWrong([0.9, 0.25, 0.75, 0.4, 0.5], [1, 1, 0, 0, 0], 10);
  assert.deepEqual(
    wrong.map(({ index, label, predicted, probability }) => ({ index, label, predicted, probability })),
    [
      { index: 1, label: 1, predicted: 0, probability: 0.75 },
      { index: 2, label: 0, predicted: 1, probability: 0.75 },
    ],
  );
});

test("equals keep the order of their indices, and NaN is worst of all", () => {
  const rows = [0.8, 0.2, 0.8, 0.2, 0.1, 0.9, Number.NaN, Number.NaN];
  assert.deepEqual(
    mostWrong(rows, [1, 1, 0, 0], 4).map(({ index }) => index),
    [3, 2, 0, 1],
  );
  assert.deepEqual(mostWrong([], [], 3), []);
});

test("sizes and classes that do not fit are refused by name", () => {
  assert.throws(() => confusionMatrix([0, 1], [0], 2), {
    code: "argument",
    message: /predictions.*1.*labels 2/,
  });
  assert.throws(() => confusionMatrix([0, 2], [0, 0], 2), { code: "index", message: /labels\[1\] is 2/ });
  assert.throws(() => confusionMatrix([0, 1], [0, -1], 2), {
    code: "index",
    message: /predictions\[1\] is -1/,
  });
  assert.throws(() => confusionMatrix([0.5], [0], 2), { code: "index" });
  assert.throws(() => classFigures([1, 2, 3]), { code: "shape" });
  assert.throws(() => mostWrong([0.5, 0.5, 1], [0, 1], 1), { code: "shape" });
  assert.throws(() => mostWrong([0.5, 0.5], [2], 1), { code: "index" });
  assert.throws(() => numberFigures([1], [1, 2]), { code: "argument" });
});

test("the ends of Wilson's interval solve (p̂ − p)² = z² p (1 − p) / n", () => {
  const z = 1.959963984540054;
  for (const [correct, total] of [
    [9812, 10_000],
    [1, 3],
    [50, 100],
    [7, 7],
    [0, 12],
  ]) {
    const share = correct / total;
    const [low, high] = wilsonInterval(correct, total);
    assert.ok(low >= 0 && low < high && high <= 1);
    for (const p of [low, high])
      assert.ok(Math.abs((share - p) ** 2 - (z * z * p * (1 - p)) / total) < 1e-15, `${correct} of ${total}`);
  }
});

test("errors of numbers: exact, constant and shifted predictions", () => {
  const truths = Float64Array.from({ length: 50 }, (_, i) => 10 * weyl(i));
  assert.deepEqual(numberFigures(truths, truths), { rmse: 0, mae: 0, r2: 1 });
  const mean = truths.reduce((a, b) => a + b) / truths.length;
  // Predicting the mean explains nothing.
  assert.ok(
    Math.abs(
      numberFigures(
        truths,
        truths.map(() => mean),
      ).r2,
    ) < 1e-12,
  );
  const shifted = numberFigures(
    truths,
    truths.map((value) => value + 3),
  );
  assert.ok(Math.abs(shifted.rmse - 3) < 1e-12 && Math.abs(shifted.mae - 3) < 1e-12);
  assert.ok(Number.isNaN(numberFigures([2, 2], [2, 2]).r2));
});
