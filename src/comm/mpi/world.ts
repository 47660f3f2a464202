import { isMainThread } from "node:worker_threads";
import { TuttiError } from "../../errors.js";
import type { Transport } from "../transport.js";
import { openChannel } from "./channel.js";
import { checkedWorld, isChecked } from "./check/world.js";
import type { Launcher } from "./launcher.js";
import { loadMpi } from "./load.js";
import { Mpi } from "./mpi.js";
import { endWithProcess } from "./process.js";
import { MpiTransport } from "./transport.js";

/**
 * The world of a process that a launcher has started as one of several: initialises MPI.
 *
 * @throws TuttiError `library` without a library, `mismatch` if the library does not belong to the launcher,
 * `unsupported` in a worker thread
 */
export function mpiWorld(launcher: Launcher): Transport {
  if (!isMainThread) {
    const message = `world: ${launcher.title} has started this process as one rank, which only its main thread can use`;
    throw new TuttiError("unsupported", message, { launcher: launcher.title });
  }
  const library = loadMpi(launcher);
  openChannel(launcher, library);
  const mpi = new Mpi(library);
  const { f, abi, intsAddress } = mpi;
  const code = f.Init_thread(0, 0, abi.threadLevel, intsAddress);
  if (code !== 0) {
    const message = `world: ${mpi.library.path} (${abi.name}): MPI_Init_thread has returned the error ${code}`;
    throw new TuttiError("library", message, { library: mpi.library.path, code });
  }
  f.Comm_set_errhandler(abi.world, abi.errorsReturn);
  const world = MpiTransport.open(mpi, abi.world, "world");
  endWithProcess(mpi, launcher.rank ?? world.rank);
  requireMatch(launcher, mpi, world);
  return isChecked(process.env) ? checkedWorld(world) : world;
}

/** A library that another launcher's processes load finds each of them alone. */
function requireMatch({ title, rank = 0, size = 1, advice }: Launcher, mpi: Mpi, world: MpiTransport): void {
  if (world.size > 1 || (size <= 1 && rank <= 0)) return;
  const library = `${mpi.library.path} (${mpi.version()})`;
  const told = size > 1 ? `rank ${rank} of ${size}` : `rank ${rank}`;
  const message =
    `world: this process is ${told} for ${title} but rank 0 of 1 for the library ${library}: they do not belong ` +
    `together; ${advice ?? "use the launcher of that library"}, or name the launcher's library in TUTTI_MPI_LIBRARY`;
  throw new TuttiError("mismatch", message, { launcher: title, library: mpi.library.path, rank, size });
}
