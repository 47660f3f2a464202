import { tmpdir } from "node:os";
import { after, describe, test } from "node:test";
import { TuttiError } from "../../src/errors.js";
import { loadLibrary } from "../../src/native/index.js";
import { Project, type Result } from "../cli/tutti.js";
import { libraryOf, MpiPool, mpiexecOf } from "./mpi.js";
import type { Place } from "./ranks.js";

/** Why tests of PETSc are skipped here, or undefined where they run. */
export const noPetsc: string | undefined = missing();

function missing(): string | undefined {
  if (mpiexecOf("Open MPI") === undefined) return "Open MPI is not installed: apt-get install openmpi-bin";
  try {
    for (const name of ["petsc", "slepc"]) loadLibrary(`lib${name}_real.so.3.18`);
    return undefined;
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    return "PETSc and SLEPc are not installed: apt-get install libslepc-real3.18";
  }
}

/** Registers a suite for PETSc on each number of processes; each job stays for the whole suite. */
export function forEachPetsc(sizes: readonly number[], register: (place: Place) => void): void {
  if (noPetsc !== undefined) {
    test("PETSc", { skip: noPetsc });
    return;
  }
  for (const size of sizes) {
    describe(`PETSc, ${size} rank${size === 1 ? "" : "s"}`, () => {
      const pool = new MpiPool(mpiexecOf("Open MPI")!, size);
      after(() => pool.close());
      register({ engine: "mpi", size, run: (...args) => pool.run(...args) });
    });
  }
}

/** The environment of programs on the MPI of PETSc. */
export const PETSC_MPI = {
  ...libraryOf("Open MPI"),
  // Open MPI 4.1 tidies up after a process without launcher only when that has ended, and leaves empty folders
  OMPI_MCA_orte_tmpdir_base: tmpdir(),
};

/** Runs a program as its user would, on the MPI of PETSc. */
export async function runScript(
  script: string,
  command: readonly string[],
  { options = [], env = {} }: { options?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<Result> {
  using project = new Project({ "script.ts": script });
  return await project.tutti([...command, "script.ts", ...options], { ...PETSC_MPI, ...env });
}
