import assert from "node:assert/strict";
import { test } from "node:test";
import { forEachEngine, forEachMpi } from "../../support/ranks.js";
import { REGRESSIONS } from "./nist.js";

const module = new URL("./bodies/ranks.js", import.meta.url).href;

for (const forEach of [forEachEngine, forEachMpi]) {
  forEach([1, 2, 3, 4], ({ size, run }) => {
    for (const name of ["Thurber", "Lanczos3"]) {
      const { parameters, standardDeviations } = REGRESSIONS.find((set) => set.name === name)!;
      test(`${name}, whose rows the ranks share, has its certified values and the same bits on every rank`, async () => {
        for (const options of [{}, { jacobian: "central" }] as const) {
          const [first, ...others] = await run<number[]>(module, "regression", [name, options]);
          for (const other of others) assert.deepEqual(other, first);
          for (const [k, value] of [...parameters, ...standardDeviations].entries())
            assert.ok(Math.abs(first[k] - value) < 2e-6 * Math.abs(value), `${first[k]}, certified ${value}`);
        }
      });
    }

    test("a function in differentiable operations on each rank", async () => {
      for (const [amplitude, rate] of await run<number[]>(module, "differentiable")) {
        assert.ok(Math.abs(amplitude - 2) < 1e-9 && Math.abs(rate - 0.7) < 1e-9);
      }
    });

    test("what is not finite is named with its rank, and ranks that drift apart or end before others", async () => {
      const who = size === 1 ? "" : ` of rank ${size - 1}`;
      for (const [nan, apart, ended] of await run<string[]>(module, "wrong")) {
        assert.equal(nan, `leastSquares: residual 1${who} is NaN in iteration 0, expected a finite number`);
        if (size === 1) continue;
        assert.match(apart, /^leastSquares: in iteration 0 rank \d would evaluate the residuals at another/);
        assert.match(ended, /^leastSquares: in iteration 0 rank \d would end by CONVERGED_USER/);
      }
    });
  });
}
