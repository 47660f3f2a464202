import assert from "node:assert/strict";
import { test } from "node:test";
import { forEachEngine, forEachMpi } from "../../support/ranks.js";
import type { apart, together } from "./bodies/ranks.js";

const module = new URL("./bodies/ranks.js", import.meta.url).href;

for (const forEach of [forEachEngine, forEachMpi]) {
  forEach([1, 2, 3, 4], ({ size, run }) => {
    test("every rank goes the same way to the minimum of the sum", async () => {
      const ends = await run<ReturnType<typeof together>>(module, "together");
      const weights = Array.from({ length: size }, (_, rank) => rank + 1);
      const total = weights.reduce((a, b) => a + b);
      const mean = weights.reduce((sum, weight, rank) => sum + weight * rank, 0) / total;
      for (const { x, history } of ends) {
        assert.ok(Math.abs(x[0] - mean) < 1e-6 && Math.abs(x[1] + mean) < 1e-6, `${x} is not ±${mean}`);
        assert.deepEqual(history, ends[0].history);
      }
    });

    if (size === 1) return;

    test("ranks that drift apart are named, with the iteration, on every rank", async () => {
      for (const [what, found] of [
        ["guess", "evaluate"],
        ["value", "evaluate"],
        ["monitor", "end by CONVERGED_USER"],
        ["options", "end by DIVERGED_MAXITS"],
      ] as const) {
        const messages = await run<ReturnType<typeof apart>>(module, "apart", what);
        for (const message of messages) {
          assert.match(message, new RegExp(`minimize: in iteration 0 rank ${size - 1} would ${found}`));
          assert.equal(message, messages[0]);
        }
      }
    });
  });
}
