import assert from "node:assert/strict";
import { test } from "node:test";
import { forEachPetsc } from "../../support/petsc.js";

const module = new URL("./bodies/tao.js", import.meta.url).href;

forEachPetsc([1, 2, 4], ({ size, run }) => {
  test("brgn and pounders find certified values, with the same bits on every rank", async () => {
    const [first, ...others] = await run<number[]>(module, "certified");
    for (const other of others) assert.deepEqual(other, first);
  });

  if (size > 1) test("bounds and errors", async () => void (await run(module, "limits")));
});
