import { readFileSync, statSync } from "node:fs";
import { TuttiError } from "../../errors.js";
import type { Library } from "../../native/index.js";
import type { Launcher } from "./launcher.js";

// Numbers of system calls of Linux since 5.6, the same on every processor.
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;

/**
 * Makes sure that this process can talk to its launcher. MPICH's talks through an open file, of which `PMI_FD` is the
 * number. A Node program in between, such as npx, does not hand it on; but it still has it, so that it can be had from
 * there.
 *
 * @throws TuttiError `mismatch` if the system does not allow that
 */
export function openChannel({ title }: Launcher, library: Library): void {
  const { PMI_FD } = process.env;
  if (PMI_FD === undefined || isSocket(`/dev/fd/${PMI_FD}`)) return;
  const holder = findHolder(PMI_FD);
  const channel = holder === undefined ? -1 : take(library, holder, Number(PMI_FD));
  if (channel >= 0) {
    process.env.PMI_FD = String(channel);
    return;
  }
  const message =
    `world: the program between ${title} and this process (npx?) has closed their connection; start ` +
    '"mpiexec -pmi-port" instead of "mpiexec", or "node_modules/.bin/tutti" instead of "npx tutti"';
  throw new TuttiError("mismatch", message, { launcher: title });
}

function isSocket(file: string): boolean {
  try {
    return statSync(file).isSocket();
  } catch {
    return false; // closed
  }
}

/** The process that the launcher has started: the first of our ancestors that was told of the file. */
function findHolder(fd: string): number | undefined {
  let holder: number | undefined;
  try {
    for (let pid = process.ppid; pid > 0; pid = parentOf(pid)) {
      if (!readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(`PMI_FD=${fd}`)) break;
      if (isSocket(`/proc/${pid}/fd/${fd}`)) holder = pid;
    }
  } catch {
    // no /proc, or a process of somebody else: what has been found so far
  }
  return holder;
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0);
}

/** Our own number for an open file of another process; negative if there is none. */
function take(library: Library, pid: number, fd: number): number {
  const systemCall = library.function("syscall", "i:nnnn");
  const process = systemCall(PIDFD_OPEN, pid, 0, 0);
  return process < 0 ? -1 : systemCall(PIDFD_GETFD, process, fd, 0);
}
