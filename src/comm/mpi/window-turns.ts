import { mkdirSync, rmdirSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Group } from "./prepared.js";

/** Milliseconds between two looks whether it is this communicator's turn. */
const NAP = 1;

/**
 * Lets communicators of one machine open their windows one after the other. Collective.
 *
 * Open MPI 4.1 gives the shared memory of a window a name out of machine, job and the number of the communicator, which
 * communicators without common ranks share: opening windows at the same time they crash. Here a folder, which only one can
 * make, says whose turn it is on a machine; the machines are asked in the same order by all, so that none wait in a circle.
 */
export function inTurn<T>(group: Group, call: number, action: () => T): T {
  const { mpi, rank, size } = group;
  mpi.f.Comm_size(mpi.abi.world, mpi.intsAddress);
  // nobody else can be opening a window at the same time
  if (mpi.abi.name !== "Open MPI" || size === mpi.ints[0]) return action();
  const machines = gather(group, call, machineNumber());
  const folder = join(
    process.env.PMIX_SERVER_TMPDIR ?? tmpdir(),
    `tutti-${process.env.PMIX_NAMESPACE}-window`,
  );
  const leads = machines.indexOf(machines[rank]) === rank;
  for (const machine of [...new Set(machines)].sort((a, b) => a - b)) {
    if (leads && machine === machines[rank]) take(folder);
    gather(group, call, 0);
  }
  try {
    return action();
  } finally {
    gather(group, call, 0);
    if (leads) rmdirSync(folder);
  }
}

/** A number for the machine's name; two that have the same only take turns without need. */
function machineNumber(): number {
  return Buffer.from(hostname()).reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 0);
}

/** The numbers of all ranks, when all have come. */
function gather(group: Group, call: number, value: number): Int32Array {
  const { mpi, comm, size } = group;
  const all = new Int32Array(size);
  const { int32_t } = mpi.abi.types;
  mpi.ints[0] = value;
  group.must(call, mpi.f.Allgather(mpi.intsAddress, 1, int32_t, mpi.address(all), 1, int32_t, comm));
  return all;
}

function take(folder: string): void {
  const pillow = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      mkdirSync(folder);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    Atomics.wait(pillow, 0, 0, NAP);
  }
}
