import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { forEachEngine } from "../support/ranks.js";

const module = new URL("./bodies/sums.js", import.meta.url).href;

describe("a sum over a tree has the same bits on any number of ranks", () => {
  forEachEngine([3, 5, 8], ({ size, run }) => {
    const sums = [size, size + 1, size + 2, 8, 12, 16, 31]
      .filter((leaves) => leaves >= size)
      .flatMap((leaves) => [
        { leaves, length: 1, dtype: "float64", bucketBytes: 64 },
        { leaves, length: 1000, dtype: "float64", bucketBytes: 2 ** 20 },
        { leaves, length: 1000, dtype: "float32", bucketBytes: 999 },
      ]);
    test("as the whole tree on one", async () => {
      const ranks = await run<{ sum: Float64Array; expected: Float64Array }[]>(module, "treeSums", sums);
      for (const [rank, found] of ranks.entries()) {
        for (const [i, { sum, expected }] of found.entries())
          assert.deepEqual(sum, expected, `rank ${rank}, ${JSON.stringify(sums[i])}`);
      }
    });
  });
});
