import assert from "node:assert/strict";
import { test } from "node:test";
import { forEachEngine } from "../support/ranks.js";
import type { fourThreeOne, twoThreeTwo } from "./bodies/golden.js";

const module = new URL("./bodies/golden.js", import.meta.url).href;

const SERIAL = 0.0014978256863934377;
/** The mean over samples 1 to 3 and that over samples 4 and 5. */
const PARTS = [0.0015538800302379455, 0.0014137441706266762];

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= 1e-16, `${actual}, expected ${expected}`);

forEachEngine([2, 3, 4, 5], ({ size, run }) => {
  type Gradient = ReturnType<typeof twoThreeTwo>;

  test("the 2-3-2 net has the gradient of one rank with all samples", async () => {
    for (const options of [{}, { microBatch: 1 }, { shards: 5 }, { shards: 8, bucketBytes: 40 }]) {
      const results = await run<Gradient>(module, "twoThreeTwo", options);
      for (const { gradient, samples } of results) {
        close(gradient, SERIAL);
        assert.equal(samples, 5);
      }
    }
  });

  if (size === 2) {
    test("the mean of the ranks' means is another gradient, where it is asked for", async () => {
      const results = await run<Gradient>(module, "twoThreeTwo", { average: "rank-means" });
      for (const { gradient } of results) {
        close(gradient, 0.0014838121004323108);
        close(gradient, (PARTS[0] + PARTS[1]) / 2);
      }
    });
  }

  if (size <= 3) {
    test("the 4-3-1 net follows the published losses and predictions", async () => {
      const published = { 50: 0.216003, 100: 0.210424, 150: 0.20238, 200: 0.188822 };
      for (const result of await run<ReturnType<typeof fourThreeOne>>(module, "fourThreeOne")) {
        const { losses, predictions, mse } = result;
        assert.equal(losses.length, 200);
        assert.equal(losses[0].toFixed(6), "0.242985");
        for (const [iteration, value] of Object.entries(published))
          assert.equal(losses[Number(iteration) - 1].toFixed(6), value.toFixed(6), `loss ${iteration}`);
        assert.deepEqual(
          predictions.map((p) => p.toFixed(6)),
          ["0.691247", "0.689536", "0.611323"],
        );
        assert.equal(mse.toFixed(6), "0.188477");
      }
    });
  }
});
