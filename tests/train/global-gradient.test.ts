import assert from "node:assert/strict";
import { test } from "node:test";
import { Communicator } from "../../src/comm/communicator.js";
import { selfWorld } from "../../src/comm/self.js";
import type { GlobalGradientOptions } from "../../src/train/index.js";
import { forEachEngine, runRanks } from "../support/ranks.js";
import { assertNumbers } from "../tensor/support.js";
import { construct, type Gradients, wrong } from "./bodies/gradients.js";
import type { Failed, Setup } from "./bodies/problem.js";
import { assertFailed } from "./support.js";

const module = new URL("./bodies/gradients.js", import.meta.url).href;

const BASE: Setup = {
  loss: "cross-entropy",
  dtype: "float64",
  optimizer: "sgd",
  samples: 101,
  batchSize: 64,
  epochs: 1,
};
const SETUPS: Setup[] = [
  BASE,
  { ...BASE, batchSize: 13, classWeights: [0.5, 2, 0] },
  { ...BASE, loss: "binary-cross-entropy", batchSize: 29, classWeights: [1, 7] },
  { ...BASE, loss: "mse", batchSize: 3 },
  { ...BASE, loss: "mse", batchSize: 1 },
  { ...BASE, dtype: "float32", batchSize: 37 },
];
const OPTIONS: GlobalGradientOptions[] = [
  {},
  { microBatch: 2, bucketBytes: 100 },
  { shards: 8 },
  { shards: 9, microBatch: 1, bucketBytes: 100 },
];

/** Of samples 0 … in steps of 7, without repetition. */
const sumOfSamples = (count: number) =>
  Array.from({ length: count }, (_, i) => (7 * i) % BASE.samples).reduce((sum, sample) => sum + sample, 0);

forEachEngine([2, 3, 5], ({ size, run }) => {
  test("the gradient, the loss and the statistics are those of the whole batch", async () => {
    for (const setup of SETUPS) {
      const tolerance = setup.dtype === "float64" ? 1e-15 : 3e-7;
      for (const options of OPTIONS) {
        const ranks = await run<Gradients>(module, "gradient", { setup, options });
        for (const { found, expected, loss, expectedLoss, statistics, passes, left } of ranks) {
          assertNumbers(found, expected, tolerance);
          assert.deepEqual(found, ranks[0].found);
          assert.ok(
            Math.abs(loss - expectedLoss) <= tolerance * expectedLoss * 4,
            `${loss}, ${expectedLoss}`,
          );
          assert.deepEqual(statistics, [setup.batchSize, sumOfSamples(setup.batchSize)]);
          assert.ok(Math.max(0, ...passes) <= (options.microBatch ?? setup.batchSize));
          assert.equal(left, 0);
        }
        const evaluated = ranks.flatMap(({ passes }) => passes).reduce((sum, count) => sum + count, 0);
        assert.equal(evaluated, setup.batchSize);
      }
    }
  });

  test("rank-means is the plain mean over the ranks that have samples", async () => {
    for (const setup of SETUPS) {
      if (setup.dtype !== "float64" || setup.classWeights?.includes(0)) continue;
      const ranks = await run<Gradients>(module, "gradient", { setup, options: { average: "rank-means" } });
      const { found, means, expected } = ranks[0];
      assert.equal(means.length, Math.min(size, setup.batchSize));
      const mean = expected.map((_, i) => means.reduce((sum, of) => sum + of[i], 0) / means.length);
      assertNumbers(found, mean, 1e-15);
    }
  });
});

test("ranks' means differ from the exact mean where ranks have unequal numbers", async () => {
  const setup = { ...BASE, batchSize: 5 };
  const [{ found, expected }] = await runRanks<Gradients>(2, module, "gradient", {
    setup,
    options: { average: "rank-means" },
  });
  assert.ok(found.some((value, i) => Math.abs(value - expected[i]) > 1e-3));
});

const alone = () => new Communicator(selfWorld(), true);

test("what does not fit is refused", async () => {
  const refused = (options: GlobalGradientOptions, message: RegExp) =>
    assertFailed(construct(alone(), options), "argument", message);
  refused({ shards: 0 }, /shards is 0, expected a positive integer/);
  refused({ shards: 2.5 }, /shards is 2\.5/);
  refused({ microBatch: -1 }, /microBatch is -1/);
  refused({ bucketBytes: Number.NaN }, /bucketBytes is NaN/);
  refused({ shards: 4, average: "rank-means" }, /rank-means.*give one of them/);
  for (const failed of await runRanks<Failed | undefined>(3, module, "construct", { shards: 2 }))
    assertFailed(failed, "argument", /2 shards cannot be dealt out to 3 ranks; use at least one for each/);
});

test("a batch without weight and statistics that are missing are errors", async () => {
  const weightless = /the weights of the 20 samples of the batch add up to 0, so there is no mean/;
  assertFailed(wrong(alone(), { statistics: [1], weight: 0 }), "argument", weightless);
  const ranks = await runRanks<Failed | undefined>(2, module, "wrong", { statistics: [1], weight: 0 });
  for (const failed of ranks) assertFailed(failed, "argument", weightless);
  for (const statistics of [[], [1, 2]]) {
    const message = new RegExp(`evaluate gave ${statistics.length} statistics, expected 1`);
    assertFailed(wrong(alone(), { statistics, weight: 20 }), "argument", message);
  }
});
