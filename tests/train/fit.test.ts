import assert from "node:assert/strict";
import { test } from "node:test";
import { Communicator } from "../../src/comm/communicator.js";
import { selfWorld } from "../../src/comm/self.js";
import { forEachEngine, forEachMpi, runRanks } from "../support/ranks.js";
import { train, type visits } from "./bodies/fits.js";
import type { Setup, Trained } from "./bodies/problem.js";

const module = new URL("./bodies/fits.js", import.meta.url).href;

const BASE: Setup = {
  loss: "cross-entropy",
  dtype: "float64",
  optimizer: "adam",
  samples: 203,
  batchSize: 32,
  epochs: 2,
};

/** Trainings in shards; all have a last batch that is smaller, and shards that are not alike. */
const SHARDED: Record<string, Setup> = {
  "Adam, cosine": { ...BASE, shards: 8, schedule: "cosine:warmup=3", recordEvery: 2, validation: 60 },
  "float32, momentum, clipped": {
    ...BASE,
    loss: "binary-cross-entropy",
    dtype: "float32",
    optimizer: "momentum",
    shards: 8,
    clipNorm: 0.05,
    validation: 1203,
  },
  "float32, RMSprop, micro-batches, weighted classes": {
    ...BASE,
    dtype: "float32",
    optimizer: "rmsprop",
    shards: 8,
    microBatch: 2,
    classWeights: [1, 0, 2.5],
  },
  "AdamW, fewer samples than shards": {
    ...BASE,
    loss: "mse",
    optimizer: "adamw",
    samples: 17,
    batchSize: 5,
    shards: 8,
  },
  "Nesterov, 13 shards": { ...BASE, optimizer: "nesterov", shards: 13 },
};

const references = new Map<Setup, Trained>();

/** What one rank makes of a setup. */
function alone(setup: Setup): Trained {
  const found = references.get(setup) ?? train(new Communicator(selfWorld(), true), setup);
  references.set(setup, found);
  return found;
}

const UNSHARDED: Setup[] = [
  { ...BASE, optimizer: "momentum", clipNorm: 0.5 },
  { ...BASE, optimizer: "sgd", classWeights: [3, 1, 0.1] },
  { ...BASE, optimizer: "sgd", loss: "mse", samples: 13, batchSize: 100 },
];

forEachEngine([2, 3, 4, 5, 6, 7, 8], ({ size, run }) => {
  test("training in shards has the bits of one rank", async () => {
    for (const [name, setup] of Object.entries(SHARDED)) {
      const expected = alone(setup);
      const ranks = await run<Trained>(module, "train", setup);
      for (const [rank, { weights }] of ranks.entries())
        assert.deepEqual(weights, expected.weights, `${name}: weights of rank ${rank}`);
      assert.deepEqual(ranks[0].history, expected.history, `${name}: history`);
      assert.ok(ranks[0].history.length > 0);
    }
  });

  if (size > 5) return;

  test("training without shards agrees with one rank to rounding, and ranks with each other in every bit", async () => {
    for (const setup of UNSHARDED) {
      const expected = alone(setup);
      const ranks = await run<Trained>(module, "train", { ...setup, microBatch: 3 });
      for (const { weights } of ranks) assert.deepEqual(weights, ranks[0].weights);
      const { weights } = ranks[0];
      assert.equal(weights.length, expected.weights.length);
      for (let i = 0; i < weights.length; i++)
        assert.ok(Math.abs(weights[i] - expected.weights[i]) < 1e-13, `weight ${i}`);
    }
  });

  test("every sample is used exactly once in an epoch", async () => {
    for (const setup of [
      { ...BASE, epochs: 3 },
      { ...BASE, epochs: 3, shards: 11, microBatch: 1 },
      { ...BASE, epochs: 1, samples: 29, batchSize: 7 },
    ]) {
      const ranks = await run<ReturnType<typeof visits>>(module, "visits", setup);
      for (const { all, own } of ranks) {
        assert.deepEqual(all, new Int32Array(setup.samples).fill(setup.epochs));
        assert.ok(own.some((visits) => visits > 0));
      }
    }
  });
});

// The order of sums is the same on processes as on threads, so that no bit depends on the engine.
forEachMpi([2], ({ size, run }) => {
  for (const [name, setup] of Object.entries({ ...SHARDED, "without shards": UNSHARDED[0] })) {
    test(`training has the bits of threads: ${name}`, async () => {
      const [expected] = await runRanks<Trained>(size, module, "train", setup);
      const ranks = await run<Trained>(module, "train", setup, { timeoutMs: 60_000 });
      for (const { weights } of ranks) assert.deepEqual(weights, expected.weights);
      assert.deepEqual(ranks[0].history, expected.history);
    });
  }
});
