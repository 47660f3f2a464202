import assert from "node:assert/strict";
import { test } from "node:test";
import { loadLibrary } from "../../src/native/index.js";
import { FUNCTIONS, RENAMED } from "../../src/petsc/table.js";
import { forEachPetsc, noPetsc } from "../support/petsc.js";

const BODIES = {
  surroundings: ["optionsDatabase", "stages"],
  viewers: ["binary", "hdf5", "vtk", "ascii", "files"],
  parts: ["ghosts", "localNumbers", "matrixAlgebra", "nullSpaces", "fields"],
  meshes: ["boxes", "closures", "gmsh"],
  vec: ["array", "algebra", "setValues", "subCommunicators", "errors"],
  scatter: ["indexSets", "anywhere", "toAllAndZero"],
  optimize: ["minima", "leastSquares", "bounds"],
  integrate: ["decay", "implicit", "events", "adjoint"],
  refused: ["indices", "sizes", "room", "communicators", "domains", "nonsense", "pounders"],
  stencils: ["entries", "refused"],
  "stencil-operator": ["definition", "ghosted", "matrix", "refused"],
  solvers: ["matrices", "coordinates", "linear", "shells", "grids", "nonlinear", "throwing"],
};

forEachPetsc([1, 2, 3, 4], (place) => {
  for (const [file, names] of Object.entries(BODIES)) {
    const module = new URL(`./bodies/${file}.js`, import.meta.url).href;
    for (const name of names) test(name, async () => void (await place.run(module, name)));
  }
});

test("every function that is declared is in the library", { skip: noPetsc }, () => {
  const library = loadLibrary("libpetsc_real.so.3.18", { global: true });
  assert.deepEqual(
    Object.keys(FUNCTIONS).filter(
      (name) => !library.has(name) && !(RENAMED as readonly string[]).includes(name),
    ),
    [],
  );
});
