import { workerData } from "node:worker_threads";
import type { Comm } from "./comm.js";
import { Communicator } from "./communicator.js";
import { selfWorld } from "./self.js";
import type { RankEnvironment } from "./threads/job.js";
import { threadsWorld } from "./threads/world.js";
import type { Transport } from "./transport.js";

let comm: Comm | undefined;

/**
 * The communicator of all ranks of this job; the same object at every call (MPI 4.1, section 7.2.3).
 *
 * Under `tutti run` its ranks are the threads of the job; otherwise this process is its only rank.
 */
export function world(): Comm {
  comm ??= new Communicator(chooseEngine(), true);
  return comm;
}

/** The place where every engine is chosen. */
function chooseEngine(): Transport {
  const environment: RankEnvironment | undefined = workerData?.tutti;
  return environment === undefined ? selfWorld() : threadsWorld(environment);
}
