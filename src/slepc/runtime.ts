import { TuttiError } from "../errors.js";
import { findLibrary, type Library } from "../native/index.js";
import { type Petsc, petsc } from "../petsc/runtime.js";
import { FUNCTIONS, type SlepcFunctions } from "./table.js";

/** SLEPc in use, beside the PETSc that it works on. */
export interface Slepc extends Pick<Petsc, "scratch" | "handleOf"> {
  readonly f: SlepcFunctions;
  readonly library: Library;
}

let running: Slepc | undefined;

/**
 * SLEPc; starts it, and PETSc, if need be.
 *
 * @throws TuttiError `library` without a SLEPc of the release of PETSc, `mismatch` for one that is built on another PETSc
 */
export function slepc(): Slepc {
  running ??= start();
  return running;
}

function start(): Slepc {
  const { version, library: petscLibrary, bind, scratch, handleOf } = petsc();
  const release = version.slice(0, 2).join(".");
  const library = findLibrary({
    title: `SLEPc ${release}`,
    variable: "TUTTI_SLEPC_LIBRARY",
    names: [`libslepc_real.so.${release}`, `libslepc.so.${release}`],
    install: `apt-get install libslepc-real${release}`,
    global: true,
  });
  requireSamePetsc(library, petscLibrary);
  const code = library.function("SlepcInitializeNoPointers", "i:ipss")(0, 0, null, null);
  if (code !== 0) {
    const message = `SlepcInitialize of ${library.path} has returned the error ${code}`;
    throw new TuttiError("library", message, { library: library.path, code });
  }
  return { f: bind(FUNCTIONS, library), library, scratch, handleOf };
}

/** A SLEPc that brings its own PETSc, one with complex numbers for instance, would work on the wrong one. */
function requireSamePetsc(library: Library, petscLibrary: Library): void {
  if (library.address("PETSC_COMM_WORLD") === petscLibrary.address("PETSC_COMM_WORLD")) return;
  const message = `SLEPc's library ${library.path} is built on another PETSc than ${petscLibrary.path}; name one that belongs to it in TUTTI_SLEPC_LIBRARY`;
  throw new TuttiError("mismatch", message, { library: library.path, petsc: petscLibrary.path });
}
