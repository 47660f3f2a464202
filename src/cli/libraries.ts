import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { findManagers, installLines, type Packages } from "./install.js";

/** A shared library of scientific computing, and how people get it. */
interface KnownLibrary {
  readonly title: string;
  /** File names by platform, newest first. */
  readonly names: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>>;
  readonly packages: Packages;
}

/** Debian, and with it Ubuntu, puts release and kind of scalar into the name; others only the release. */
const petscNames = (stem: string) => {
  const minors = Array.from({ length: 15 }, (_, i) => 29 - i);
  return {
    linux: minors.flatMap((minor) => [`lib${stem}.so.3.${minor}`, `lib${stem}_real.so.3.${minor}`]),
    darwin: minors.map((minor) => `lib${stem}.3.${minor}.dylib`),
  };
};

const KNOWN: readonly KnownLibrary[] = [
  {
    title: "Open MPI",
    names: { linux: ["libmpi.so.40"], darwin: ["libmpi.40.dylib"] },
    packages: { module: "openmpi", apt: "openmpi-bin", dnf: "openmpi", brew: "open-mpi", conda: "openmpi" },
  },
  {
    title: "MPICH",
    names: { linux: ["libmpich.so.12", "libmpi.so.12"], darwin: ["libmpich.12.dylib", "libmpi.12.dylib"] },
    packages: { module: "mpich", apt: "mpich", dnf: "mpich", brew: "mpich", conda: "mpich" },
  },
  {
    title: "PETSc",
    names: petscNames("petsc"),
    packages: { apt: "libpetsc-real-dev", dnf: "petsc-openmpi", brew: "petsc", conda: "petsc" },
  },
  {
    title: "SLEPc",
    names: petscNames("slepc"),
    packages: { apt: "libslepc-real-dev", brew: "slepc", conda: "slepc" },
  },
  {
    title: "FFTW",
    names: { linux: ["libfftw3.so.3"], darwin: ["libfftw3.3.dylib"] },
    packages: { apt: "libfftw3-double3", dnf: "fftw-libs-double", brew: "fftw", conda: "fftw" },
  },
];

/** Whether a library is here, and if not, the commands that install it. */
export interface LibraryState {
  readonly title: string;
  /** The file that the system's loader would take. */
  readonly path: string | null;
  /** Lines that install it, the most fitting first; none if it is here. */
  readonly install: readonly string[];
}

/**
 * Looks for the libraries of scientific computing where the system's loader would.
 *
 * They are not loaded: some of them start threads and catch signals, which is no business of somebody who only asks.
 */
export function findLibraries(): LibraryState[] {
  const managers = findManagers();
  const loadable = loaderCache();
  return KNOWN.map(({ title, names, packages }) => {
    const path = locate(names[process.platform] ?? [], loadable);
    return { title, path, install: path ? [] : installLines(packages, managers) };
  });
}

/** The lines that install a library with its launcher or tools, whether it is here or not. */
export function howToInstall(title: LibraryState["title"]): string[] {
  const { packages } = KNOWN.find((library) => library.title === title)!;
  return installLines(packages, findManagers());
}

function locate(names: readonly string[], loadable: ReadonlyMap<string, string>): string | null {
  const { LD_LIBRARY_PATH = "", CONDA_PREFIX, MPI_HOME, PETSC_DIR, PETSC_ARCH = "", SLEPC_DIR } = process.env;
  const roots = [
    CONDA_PREFIX,
    MPI_HOME,
    ...[PETSC_DIR, SLEPC_DIR].map((root) => root && join(root, PETSC_ARCH)),
  ];
  const folders = [
    ...LD_LIBRARY_PATH.split(delimiter).filter(Boolean),
    ...roots.flatMap((root) => (root ? [join(root, "lib")] : [])),
    ...USUAL_FOLDERS,
  ];
  const files = [
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    ...names.flatMap((name) => loadable.get(name) ?? []),
  ];
  return files.find((file) => existsSync(file)) ?? null;
}

const USUAL_FOLDERS = [
  "/opt/homebrew/lib",
  "/usr/local/lib",
  "/usr/lib",
  "/usr/lib64/openmpi/lib",
  "/usr/lib64/mpich/lib",
];

/** Files by name that the loader of Linux knows; empty elsewhere. */
function loaderCache(): Map<string, string> {
  const { stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  const entries = [...(stdout ?? "").matchAll(/^\s*(\S+) \(.*\) => (.+)$/gm)];
  // The first entry of a name is the one for this machine's own instructions.
  return new Map(entries.reverse().map(([, name, file]) => [name, file]));
}
