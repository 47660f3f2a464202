import { createRequire } from "node:module";
import { TuttiError } from "../errors.js";

type PetscModules = typeof import("../petsc/index.js");

let loaded: PetscModules | undefined;

/**
 * PETSc's objects. Their modules are loaded on their first use, so that programs without PETSc start as fast as before.
 *
 * @throws TuttiError `unsupported` if this release of Node cannot load modules in the middle of a function
 */
export function petscModules(): PetscModules {
  loaded ??= load();
  return loaded;
}

function load(): PetscModules {
  if ("require_module" in process.features) return createRequire(import.meta.url)("../petsc/index.js");
  const message = `PETSc's methods need Node 20.19 or later, which can load modules when they are needed; this is ${process.version}`;
  throw new TuttiError("unsupported", message, { version: process.version });
}
