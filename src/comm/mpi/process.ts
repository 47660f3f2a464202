import { readSync, writeSync } from "node:fs";
import type { Library } from "../../native/index.js";
import { describeFailure } from "../failure.js";
import type { Mpi } from "./mpi.js";

/** Code with which Node exits when a top-level await can never be settled. */
const UNSETTLED = 13;

/** Flags of Node that write a file when a process ends in the ordinary way. */
const WRITES_AT_EXIT = /--(cpu|heap)-prof\b|--prof\b|--trace-events-enabled/;

/**
 * Makes the end of this process the end of its rank: one that returns takes part in `MPI_Finalize`, which waits for all
 * ranks; one that fails ends the job.
 */
export function endWithProcess(mpi: Mpi, rank: number): void {
  let reported = false;
  const report = (text: string) => {
    reported = true;
    process.stderr.write(`${text}\n`);
  };

  // Node would print the error only after "exit", when MPI_Abort has ended the process.
  process.on("uncaughtExceptionMonitor", (error) => {
    const caught = process.listenerCount("uncaughtException") > 0;
    if (caught || process.hasUncaughtExceptionCaptureCallback()) return;
    mpi.overseer?.holdBack(error);
    const { common, text } = describeFailure(error);
    report(common ? text : `rank ${rank} failed:\n${text}`);
  });

  const end = (code: number) => {
    runLaterListeners(end, code);
    if (mpi.ended) return;
    mpi.ended = true;
    const exitCode = Number(process.exitCode ?? code);
    if (exitCode === 0) {
      mpi.overseer?.finish();
      mpi.outbox.drain();
      finalize(mpi);
    } else {
      if (!reported && exitCode === UNSETTLED)
        report(`rank ${rank} failed:\na top-level await waits for what nothing can settle any more`);
      else if (!reported) report(`rank ${rank} ended the job by process.exit(${exitCode})`);
      letTell();
      mpi.f.Abort(mpi.abi.world, exitCode);
    }
    leave(mpi.library, exitCode);
  };
  process.on("exit", end);
}

/** Milliseconds that MPICH's mpiexec has to pass on what a rank has said before it ends the job. */
const TELLING = 100;

/** Lets what this rank has said reach the user: MPICH 4.0's mpiexec drops what it has not read when a rank aborts. */
export function letTell(): void {
  if (process.env.PMI_FD === undefined) return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TELLING);
}

/** Calls the listeners of "exit" that come after `own`, so that it can be the last. */
export function runLaterListeners(own: (code: number) => void, code: number): void {
  const listeners = process.rawListeners("exit") as ((code: number) => void)[];
  for (const listener of listeners.slice(listeners.indexOf(own) + 1)) {
    process.off("exit", listener);
    listener.call(process, code);
  }
}

/** Milliseconds for which a rank that has returned still answers others. */
const ANSWERING = 100;

/**
 * Ends MPI on ranks that have returned.
 *
 * MPICH 4.0 on several hosts, connected by TCP, hangs in `MPI_Finalize` of half of all programs, in C as well: a rank there no
 * longer answers while others still wait for it. So its ranks meet, answer others for a moment, and themselves tell
 * mpiexec that they have come to their end (PMI 1, which that library speaks).
 */
function finalize({ f, abi, intsAddress, statusAddress }: Mpi): void {
  const { MPI_LOCALNRANKS, PMI_SIZE, PMI_FD } = process.env; // from MPICH's mpiexec: ranks on this host, and of all hosts
  if (MPI_LOCALNRANKS === undefined || MPI_LOCALNRANKS === PMI_SIZE || PMI_FD === undefined) {
    f.Finalize();
    return;
  }
  f.Barrier(abi.world);
  const end = performance.now() + ANSWERING;
  while (performance.now() < end) f.Iprobe(abi.anySource, abi.anyTag, abi.world, intsAddress, statusAddress);
  const launcher = Number(PMI_FD);
  writeSync(launcher, "cmd=finalize\n");
  readSync(launcher, Buffer.alloc(64)); // its answer
}

/**
 * Ends the process without the destructors of libraries: those of UCX, a part of many MPI libraries, crash or hang now and
 * then when they run in Node.
 */
export function leave(library: Library, code: number): void {
  const { NODE_OPTIONS = "", NODE_V8_COVERAGE } = process.env;
  if (NODE_V8_COVERAGE || WRITES_AT_EXIT.test([...process.execArgv, NODE_OPTIONS].join(" "))) return;
  library.function("_exit", "v:i")(code);
}
