import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectiveOptions } from "../../src/train/index.js";
import { forEachEngine, forEachMpi, runRanks } from "../support/ranks.js";
import { assertNumbers } from "../tensor/support.js";
import type { Evaluations, notFinite, regression, Wrong } from "./bodies/objectives.js";
import type { Failed, Setup } from "./bodies/problem.js";
import { assertFailed } from "./support.js";

const module = new URL("./bodies/objectives.js", import.meta.url).href;

const BASE: Setup = {
  loss: "cross-entropy",
  dtype: "float64",
  optimizer: "sgd",
  samples: 101,
  batchSize: 1,
  epochs: 1,
};
const SETUPS: Setup[] = [
  BASE,
  { ...BASE, classWeights: [0.5, 2, 0] },
  { ...BASE, loss: "binary-cross-entropy", samples: 3 },
  { ...BASE, loss: "mse", hidden: [8, 4] },
  { ...BASE, dtype: "float32" },
];
const OPTIONS: ObjectiveOptions[] = [
  {},
  { microBatch: 7, l2: 0.5 },
  { shards: 8, microBatch: 5 },
  { shards: 9, resident: false },
];

/** The bits that one rank gets with so many shards do not depend on the number of ranks. */
const alone = new Map<string, Evaluations>();

for (const forEach of [forEachEngine, forEachMpi]) {
  forEach([1, 2, 3, 5], ({ size, run }) => {
    test("value, gradient and product with the Hessian are those of one derivation over all samples", async () => {
      for (const setup of SETUPS) {
        const tolerance = setup.dtype === "float64" ? 1e-14 : 1e-5;
        for (const options of OPTIONS) {
          const ranks = await run<Evaluations>(module, "evaluations", { setup, options });
          for (const { value, both, gradient, product, expected, grown, left, reductions } of ranks) {
            assertNumbers([value, both], [expected.value, expected.value], tolerance);
            assertNumbers([...gradient], [...expected.gradient], tolerance);
            assertNumbers([...product], [...expected.product], tolerance);
            assert.deepEqual(
              [value, gradient, product],
              [ranks[0].value, ranks[0].gradient, ranks[0].product],
            );
            assert.equal(reductions, size === 1 ? 0 : 3);
            assert.deepEqual({ grown, left }, { grown: 0, left: 0 });
          }
          if (options.shards === undefined) continue;
          const key = JSON.stringify({ setup, options });
          const { value, gradient, product } = alone.get(key) ?? ranks[0];
          alone.set(key, alone.get(key) ?? ranks[0]);
          assert.deepEqual([ranks[0].value, ranks[0].gradient, ranks[0].product], [value, gradient, product]);
        }
      }
    });

    test("ranks find the minimum of logistic regression together, or one drives, with the same bits", async () => {
      const end = (driven: boolean) =>
        run<ReturnType<typeof regression>>(module, "regression", { shards: 8, driven });
      const one = { shards: 8, driven: false };
      const [exact] = await runRanks<ReturnType<typeof regression>>(1, module, "regression", one);
      for (const { x, gradientNorm } of [...(await end(false)), ...(await end(true))]) {
        assert.ok(gradientNorm <= 1e-9);
        assert.deepEqual(x, exact.x);
      }
    });

    test("what is not finite is named, with the rank", async () => {
      const where = size === 1 ? "" : ` on rank ${Math.floor((13 * size) / 20)}`;
      const sample = await run<ReturnType<typeof notFinite>>(module, "notFinite", "sample");
      for (const { reason, explanation } of sample) {
        assert.equal(reason, "DIVERGED_NAN");
        assert.equal(explanation, `sample 13 of the dataset has an input that is not finite${where}`);
      }
      const first = size === 1 ? "" : " on rank 0";
      for (const { explanation } of await run<ReturnType<typeof notFinite>>(module, "notFinite", "layer"))
        assert.equal(explanation, `the output of Linear is not finite${first}`);
      for (const { explanation } of await run<ReturnType<typeof notFinite>>(module, "notFinite", "nothing"))
        assert.equal(explanation, undefined);
    });
  });
}

test("what cannot be an objective is refused", async () => {
  const cases: [Wrong, RegExp][] = [
    [{ options: { shards: 2 } }, /2 shards cannot be dealt out to 3 ranks/],
    [{ options: { microBatch: 0 } }, /microBatch is 0, expected a positive integer/],
    [{ options: { l2: -1 } }, /l2 is -1, expected a number of at least 0/],
    [{ samples: 0 }, /the dataset has no samples/],
    [{ targets: false }, /the dataset has no targets to learn/],
  ];
  for (const [wrong, message] of cases)
    for (const failed of await runRanks<Failed | undefined>(3, module, "refused", wrong))
      assertFailed(failed, "argument", message);
});
