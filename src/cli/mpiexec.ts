import { spawnSync } from "node:child_process";
import { TuttiError } from "../errors.js";

/** A launcher of MPI jobs on this machine. */
export interface Mpiexec {
  readonly command: string;
  readonly family: "Open MPI" | "MPICH";
  readonly version: string;
}

// The plain name first: an administrator or a module has chosen what it is. The others are Debian's and Fedora's.
const COMMANDS = ["mpiexec", "mpiexec.openmpi", "mpiexec.mpich", "mpiexec.hydra"];

/** All launchers on the PATH, one for each family, the preferred one first. */
export function findMpiexecs(): Mpiexec[] {
  const found: Mpiexec[] = [];
  for (const mpiexec of launchers()) {
    if (found.every(({ family }) => family !== mpiexec.family)) found.push(mpiexec);
  }
  return found;
}

/** The launchers on the PATH; each is started to be asked what it is, which takes some 20 ms, when its turn comes. */
function* launchers(): Generator<Mpiexec> {
  for (const command of COMMANDS) {
    const mpiexec = ask(command);
    if (mpiexec !== undefined) yield mpiexec;
  }
}

/**
 * The launcher for a new job: that of the library in `TUTTI_MPI_LIBRARY` as far as its name tells, else the preferred one.
 *
 * @throws TuttiError `library` if there is none
 */
export function findMpiexec(): Mpiexec {
  const library = process.env.TUTTI_MPI_LIBRARY;
  const family = library ? familyOf(library) : undefined;
  for (const mpiexec of launchers()) if (family === undefined || mpiexec.family === family) return mpiexec;
  const wanted = family === undefined ? "an MPI library" : `${family}, to which ${library} belongs,`;
  const install = family === "MPICH" ? "mpich" : "openmpi-bin";
  const message = `--engine mpi: the launcher of ${wanted} was not found on the PATH (${COMMANDS.join(", ")}); install it (apt-get install ${install})`;
  throw new TuttiError("library", message, { family, commands: COMMANDS });
}

/**
 * What a job on this machine needs in its environment: Open MPI else refuses more ranks than cores, and to serve root,
 * which is who people are in containers.
 */
export function mpiexecEnvironment(): Record<string, string> {
  const root = process.getuid?.() === 0;
  return {
    OMPI_MCA_rmaps_base_oversubscribe: "1",
    PRTE_MCA_rmaps_default_mapping_policy: ":oversubscribe",
    ...(root && { OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" }),
  };
}

function ask(command: string): Mpiexec | undefined {
  const { stdout, status } = spawnSync(command, ["--version"], {
    encoding: "utf8",
    env: { ...process.env, ...mpiexecEnvironment() },
  });
  if (status !== 0) return undefined;
  const version = /\d+(\.\d+)+\w*/.exec(stdout)?.[0] ?? "of unknown version";
  if (/open.?mpi|openrte|prrte|prterun/i.test(stdout)) return { command, family: "Open MPI", version };
  if (/hydra|mpich|intel/i.test(stdout)) return { command, family: "MPICH", version };
  return undefined;
}

/** The family to which a library belongs, as far as its name tells. */
export function familyOf(library: string): Mpiexec["family"] | undefined {
  if (/mpich|\.so\.12\b|\.12\.dylib/.test(library)) return "MPICH";
  return /open.?mpi|\.so\.40\b|\.40\.dylib/i.test(library) ? "Open MPI" : undefined;
}
