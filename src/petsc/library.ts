import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Abi } from "../comm/mpi/abi.js";
import { detectAbi } from "../comm/mpi/functions.js";
import { TuttiError } from "../errors.js";
import { addressOf, findLibrary, type Library } from "../native/index.js";

/** The oldest release of PETSc that is served, and the newest one whose name is tried. */
const OLDEST = 15;
const NEWEST = 30;
/** Values in the enumeration of data types. */
const DOUBLE = 1;
const COMPLEX = 2;
const INT_BYTES = 4;

/** A PETSc library that can be used. */
export interface PetscLibrary {
  readonly library: Library;
  /** Major, minor and subminor release. */
  readonly version: readonly [number, number, number];
  /** The MPI that it was built for. */
  readonly abi: Abi;
}

/**
 * Finds and loads PETSc: the library that `TUTTI_PETSC_LIBRARY` names, or the newest one installed.
 *
 * @throws TuttiError `library` if there is none, `unsupported` for complex scalars, single precision or 64-bit indices
 */
export function loadPetsc(): PetscLibrary {
  // UCX, a part of many MPI libraries, takes over signals and memory functions on which V8 relies.
  process.env.UCX_ERROR_SIGNALS ??= "";
  process.env.UCX_MEM_MMAP_HOOK_MODE ??= "none";
  // Without a launcher Open MPI would start a daemon, which takes time and is in another package than the library.
  process.env.OMPI_MCA_ess_singleton_isolated ??= "1";
  const library = findLibrary({
    title: "PETSc",
    variable: "TUTTI_PETSC_LIBRARY",
    names: releases().flatMap((release) => [`libpetsc_real.so.${release}`, `libpetsc.so.${release}`]),
    folders: folders(),
    install: "apt-get install libpetsc-real3.18",
    global: true, // SLEPc and Open MPI's components need its symbols and those of its MPI
  });
  const version = versionOf(library);
  if (version[0] !== 3 || version[1] < OLDEST)
    throw unsupported(library, version, `it is older than 3.${OLDEST}; install a newer release`);
  requireRealDouble(library, version);
  return { library, version, abi: detectAbi(library) };
}

function releases(): string[] {
  return Array.from({ length: NEWEST - OLDEST + 1 }, (_, i) => `3.${NEWEST - i}`);
}

/** Where PETSc's own installation, packages and environments put it. */
function folders(): string[] {
  const { PETSC_DIR, PETSC_ARCH = "", CONDA_PREFIX } = process.env;
  const packages = "/usr/lib/petscdir";
  const named = [PETSC_DIR && join(PETSC_DIR, PETSC_ARCH), PETSC_DIR, CONDA_PREFIX];
  return [...named.flatMap((root) => (root ? [join(root, "lib")] : [])), ...below(packages)];
}

function below(folder: string): string[] {
  try {
    return readdirSync(folder)
      .sort()
      .reverse()
      .map((name) => join(folder, name, "lib"));
  } catch {
    return [];
  }
}

function versionOf(library: Library): [number, number, number] {
  const parts = new Int32Array(4);
  const at = addressOf(parts);
  library.function("PetscGetVersionNumber", "i:pppp")(at, at + 4, at + 8, at + 12);
  return [parts[0], parts[1], parts[2]];
}

function requireRealDouble(library: Library, version: readonly number[]): void {
  const { type } = dataType(library, "scalar");
  if (type === COMPLEX)
    throw unsupported(library, version, "its numbers are complex; install a build with real numbers");
  if (type !== DOUBLE)
    throw unsupported(
      library,
      version,
      "its numbers are not of double precision; install a build where they are",
    );
  const { bytes } = dataType(library, "int");
  if (bytes !== INT_BYTES)
    throw unsupported(
      library,
      version,
      `its indices have ${8 * bytes} bits; install a build with 32-bit indices`,
    );
}

function dataType(library: Library, name: string): { type: number; bytes: number } {
  const type = new Int32Array(2);
  const bytes = new BigUint64Array(1);
  const at = addressOf(type);
  library.function("PetscDataTypeFromString", "i:spp")(name, at, at + 4);
  library.function("PetscDataTypeGetSize", "i:ip")(type[0], addressOf(bytes));
  return { type: type[0], bytes: Number(bytes[0]) };
}

function unsupported(library: Library, version: readonly number[], why: string): TuttiError {
  const message = `PETSc ${version.join(".")} (${library.path}) cannot be used: ${why}, or name another one in TUTTI_PETSC_LIBRARY`;
  return new TuttiError("unsupported", message, { library: library.path, version });
}
