import { join } from "node:path";
import { findLibrary, type Library } from "../../native/index.js";
import type { Launcher } from "./launcher.js";

const OPEN_MPI = { linux: ["libmpi.so.40"], darwin: ["libmpi.40.dylib"] };
const MPICH = { linux: ["libmpich.so.12", "libmpi.so.12"], darwin: ["libmpich.12.dylib", "libmpi.12.dylib"] };
const STANDARD = { linux: ["libmpi_abi.so.1"], darwin: ["libmpi_abi.1.dylib"] };

/** Where packages and modules put libraries that the loader does not search. */
function folders(): string[] {
  const { CONDA_PREFIX, MPI_HOME } = process.env;
  const roots = [CONDA_PREFIX, MPI_HOME].flatMap((root) => (root ? [join(root, "lib")] : []));
  return [...roots, "/usr/lib64/openmpi/lib", "/usr/lib64/mpich/lib", "/opt/homebrew/lib"];
}

/**
 * Loads the MPI library that belongs to the launcher, or the one that `TUTTI_MPI_LIBRARY` names.
 *
 * @throws TuttiError `library` if there is none
 */
export function loadMpi(launcher: Launcher): Library {
  const first = launcher.family ?? launcher.likely ?? "Open MPI";
  const others = launcher.family === undefined ? [OPEN_MPI, MPICH] : [];
  const kinds = new Set([first === "MPICH" ? MPICH : OPEN_MPI, ...others, STANDARD]);
  const platform = process.platform === "darwin" ? "darwin" : "linux";
  // UCX, a part of many MPI libraries, would take over signals on which V8 relies.
  process.env.UCX_ERROR_SIGNALS ??= "";
  // It would also rewrite the code of mmap and munmap, which V8's other threads may be running: a crash in 1 of 30 starts.
  process.env.UCX_MEM_MMAP_HOOK_MODE ??= "none";
  // Of Open MPI's two libraries of files, OMPIO 4.1 loses what does not fit on a full disk without a word; ROMIO says so.
  process.env.OMPI_MCA_io_romio321_priority ??= "60";
  process.env.OMPI_MCA_io_romio341_priority ??= "60";
  return findLibrary({
    title: `the MPI library of ${launcher.title}`,
    variable: "TUTTI_MPI_LIBRARY",
    names: [...kinds].flatMap((kind) => kind[platform]),
    folders: folders(),
    install: first === "MPICH" ? "apt-get install mpich" : "apt-get install openmpi-bin",
    global: true, // Open MPI loads its components as libraries that need its symbols
  });
}
