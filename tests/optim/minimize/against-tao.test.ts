import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { noPetsc } from "../../support/petsc.js";
import { compare, contenders, summarize } from "./against-tao/compare.js";

suite("beside PETSc's TAO", { skip: noPetsc }, () => {
  for (const contender of noPetsc === undefined ? contenders() : []) {
    // Sums of conjugate gradients are those of a few long runs, which depend on the last bits of a processor's BLAS.
    const most = contender.name.startsWith("cg") ? 1.5 : 1.2;
    test(`${contender.name} solves what TAO solves, in at most 1.2 times its evaluations in the mean, ${most} in sum`, () => {
      const { ratio, mean, missed } = summarize(compare(contender));
      assert.deepEqual(missed, []);
      assert.ok(mean <= 1.2, `${mean} times TAO's evaluations, in the mean over tasks`);
      assert.ok(ratio <= most, `${ratio} times TAO's evaluations, in sum`);
    });
  }
});
