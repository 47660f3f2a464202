import assert from "node:assert/strict";
import { test } from "node:test";
import { forEachEngine } from "../support/ranks.js";
import type { diverging, memory } from "./bodies/failures.js";
import type { Failed, Setup } from "./bodies/problem.js";
import { assertFailed } from "./support.js";

const module = new URL("./bodies/failures.js", import.meta.url).href;

const BASE: Setup = {
  loss: "cross-entropy",
  dtype: "float64",
  optimizer: "sgd",
  samples: 30,
  batchSize: 10,
  epochs: 1,
};

forEachEngine([3], ({ size, run }) => {
  test("memory is constant over hundreds of steps, and free in the end", async () => {
    const setup: Setup = {
      ...{ ...BASE, optimizer: "adam", shards: 8, microBatch: 1, clipNorm: 1, validation: 7 },
      ...{ samples: 31, epochs: 100 },
    };
    for (const arg of [setup, { ...setup, shards: undefined, microBatch: undefined }]) {
      for (const { inUse, left } of await run<ReturnType<typeof memory>>(module, "memory", arg)) {
        assert.equal(inUse.length, 400);
        // Slots for shards are made in the first step.
        for (const [step, bytes] of inUse.entries()) assert.equal(bytes, inUse[0], `step ${step}`);
        assert.equal(left, 0);
      }
    }
  });

  if (size === 1) return;

  test("other options, data or weights on one rank are an error on every rank", async () => {
    for (const [what, message] of [
      ["seed", /all ranks must be given the same; seed is 7 on rank 0 and 8 on rank 2/],
      ["samples", /samples is 30 on rank 0 and 29 on rank 2/],
      ["options", /clipNorm is absent on rank 0 and 1 on rank 2/],
      ["weights", /begin with the same parameters on all ranks; rank 2 differs from rank 0.*same seed/],
      ["dtype", /rank 2 differs from rank 0/],
    ] as const) {
      const ranks = await run<Failed | undefined>(module, "differing", { setup: BASE, what });
      for (const failed of ranks) {
        assertFailed(failed, "mismatch", message);
        assert.deepEqual(failed, ranks[0]);
      }
    }
  });

  test("more ranks than samples are an error", async () => {
    const setup = { ...BASE, samples: 2 };
    for (const { failed } of await run<ReturnType<typeof diverging>>(module, "diverging", { setup }))
      assertFailed(
        failed,
        "argument",
        /2 samples cannot be shared by 3 ranks; use at most one rank a sample/,
      );
  });

  test("fewer shards than ranks are an error", async () => {
    const setup = { ...BASE, shards: 2 };
    for (const { failed } of await run<ReturnType<typeof diverging>>(module, "diverging", { setup }))
      assertFailed(failed, "argument", /2 shards cannot be dealt out to 3 ranks/);
  });
});
