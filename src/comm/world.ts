import { workerData } from "node:worker_threads";
import type { Comm } from "./comm.js";
import { Communicator } from "./communicator.js";
import { findLauncher } from "./mpi/launcher.js";
import { mpiWorld } from "./mpi/world.js";
import { selfWorld } from "./self.js";
import type { RankEnvironment } from "./threads/job.js";
import { threadsWorld } from "./threads/world.js";
import type { Transport } from "./transport.js";

// A script may load this module twice, once bundled; the two must not both read the rank's messages.
const KEY = Symbol.for("tutti.world");
const shared = globalThis as { [KEY]?: Comm };

let alone: Comm | undefined;

/** The communicator of this rank alone, for what each rank does for itself (MPI 4.1, section 7.2.4, MPI_COMM_SELF). */
export function self(): Comm {
  alone ??= new Communicator(selfWorld("self"), true);
  return alone;
}

/**
 * The communicator of all ranks of this job; the same object at every call (MPI 4.1, section 7.2.3).
 *
 * Under `tutti run` its ranks are the threads of the job. Under `mpiexec`, `srun` or `tutti run --engine mpi` they are its
 * processes: the first call initialises MPI, and from then on a rank that fails ends the job. Otherwise this process is
 * its only rank.
 *
 * @throws TuttiError `library` if a launcher has started this process but there is no MPI library, `mismatch` if the
 * library found is not the launcher's (MPI 4.1, section 11.2)
 */
export function world(): Comm {
  shared[KEY] ??= new Communicator(chooseEngine(), true);
  return shared[KEY];
}

/** The place where every engine is chosen. */
function chooseEngine(): Transport {
  const environment: RankEnvironment | undefined = workerData?.tutti;
  if (environment !== undefined) return threadsWorld(environment);
  const launcher = findLauncher(process.env);
  return launcher === undefined ? selfWorld() : mpiWorld(launcher);
}
