import { spawn } from "node:child_process";
import { availableParallelism, constants } from "node:os";
import { fileURLToPath } from "node:url";
import { TuttiError } from "../errors.js";
import { findMpiexec, mpiexecEnvironment } from "./mpiexec.js";

const RANK_MAIN = fileURLToPath(new URL("../comm/mpi/rank-main.js", import.meta.url));
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Gives `import.meta.resolve` its second argument, with which bundled files ask from where they were. */
const EXEC_ARGV = ["--experimental-import-meta-resolve"].filter((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

/** The most processes that are started on this machine: each takes some 50 MB before the script's own memory. */
export const MAX_PROCESSES = 1024;

/** Long buffers then lie in huge pages, as NumPy's do: the kernel copies them from process to process in half the time. */
const HUGE_PAGES = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" };

/**
 * The ranks of a long message both copy, through memory that they share. Alone, as Open MPI 4 does it otherwise, the receiver
 * copies by calls of the kernel, which takes half as long again. Windows still go that way.
 */
const BOTH_COPY = { OMPI_MCA_pml_ob1_max_rdma_per_request: "0" };

/** What to run. */
export interface MpiRun {
  readonly size: number;
  /** The module that every rank runs, as JavaScript, on a disk that all ranks see. */
  readonly entry: URL;
  /** What the ranks see as `process.argv[1]`, and behind it. */
  readonly scriptPath: string;
  readonly argv: readonly string[];
  readonly tag: boolean;
}

/**
 * Runs a module on processes of this machine that MPI connects, and waits until all have ended.
 *
 * @returns the exit code that this process should have: the launcher's, which is that of a rank that failed
 * @throws TuttiError "library" if there is no MPI library
 */
export async function runMpi({ size, entry, scriptPath, argv, tag }: MpiRun): Promise<number> {
  const { command } = findMpiexec();
  const rank = [process.execPath, ...EXEC_ARGV, RANK_MAIN, entry.href, tag ? "tag" : "plain"];
  const launcher = spawn(command, ["-n", String(size), ...rank, scriptPath, ...argv], {
    env: { ...colors(), ...speed(size), ...process.env, ...mpiexecEnvironment(), ...politeness(size) },
    stdio: "inherit",
  });
  const forward = (signal: NodeJS.Signals) => launcher.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      launcher.on("error", (cause) =>
        reject(
          new TuttiError("library", `--engine mpi: cannot start ${command}: ${cause.message}`, { command }),
        ),
      );
      launcher.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward);
  }
}

/** What makes long messages between processes of one machine faster, unless the user says otherwise. */
function speed(size: number): Record<string, string> {
  return size > availableParallelism() ? HUGE_PAGES : { ...HUGE_PAGES, ...BOTH_COPY };
}

/**
 * Ranks that wait give their core away where there are fewer cores than ranks. Open MPI sees that for itself; MPICH over
 * UCX, as Debian 12 builds it, never does it.
 */
export function politeness(size: number): Record<string, string> {
  return size > availableParallelism() ? { MPIR_CVAR_POLLS_BEFORE_YIELD: "1" } : {};
}

/** Open MPI gives ranks a terminal of their own, to which Node would write in colours wherever it ends up. */
function colors(): Record<string, string> {
  return process.stdout.isTTY ? {} : { NO_COLOR: "1" };
}
