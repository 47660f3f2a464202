import assert from "node:assert/strict";
import { test } from "node:test";
import type { MetricsRecord } from "../../src/train/index.js";
import { epochMeans } from "../../src/train/run-lines.js";

const record = (step: number, loss: number, accuracy: number, samplesPerSecond: number): MetricsRecord => ({
  ...{ step, epoch: step / 4, time: step, loss, accuracy, samplesPerSecond },
});

test("means of an epoch weigh records by their samples, speed by their time", () => {
  // 35 samples in batches of 10: epochs of 4 steps, the last with 5 samples.
  const records = [
    record(4, 100, 0, 1),
    record(6, 3, 0.5, 20), // 20 samples in 1 s
    record(8, 1, 0.8, 5), //  15 samples in 3 s
  ];
  const { loss, accuracy, samplesPerSecond } = epochMeans(records, 10, 35);
  assert.ok(Math.abs(loss - (3 * 20 + 1 * 15) / 35) < 1e-15);
  assert.ok(Math.abs(accuracy! - (0.5 * 20 + 0.8 * 15) / 35) < 1e-15);
  assert.ok(Math.abs(samplesPerSecond - 35 / 4) < 1e-12);
});

test("a model of numbers has no accuracy", () => {
  const { accuracy, ...others } = record(4, 2, 0, 1);
  assert.deepEqual(epochMeans([others], 10, 35), { loss: 2, samplesPerSecond: 1 });
});
