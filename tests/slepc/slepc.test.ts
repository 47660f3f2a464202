import assert from "node:assert/strict";
import { test } from "node:test";
import { loadLibrary } from "../../src/native/index.js";
import { FUNCTIONS } from "../../src/slepc/table.js";
import { forEachPetsc, noPetsc } from "../support/petsc.js";

const BODIES = new URL("./bodies/eigen.js", import.meta.url).href;

forEachPetsc([1, 2, 3, 4], (place) => {
  for (const name of ["generalised", "complexPairs", "singularValues"])
    test(name, async () => void (await place.run(BODIES, name)));
});

test("every function that is declared is in the library", { skip: noPetsc }, () => {
  loadLibrary("libpetsc_real.so.3.18", { global: true });
  const library = loadLibrary("libslepc_real.so.3.18", { global: true });
  assert.deepEqual(
    Object.keys(FUNCTIONS).filter((name) => !library.has(name)),
    [],
  );
});
