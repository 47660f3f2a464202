import assert from "node:assert/strict";
import { ANY_SOURCE, ANY_TAG, type Comm, type Request } from "../../../src/comm/index.js";

/** The multiplier of L'Ecuyer 1999 for 2³¹ − 1; the same numbers below `n` on all ranks for the same seed. */
function randomNumbers(seed: number): (n: number) => number {
  let state = seed + 1;
  return (n) => {
    state = (state * 48271) % 2147483647;
    return state % n;
  };
}

/**
 * A random program without deadlock: all ranks go through one list of steps, each of which concerns one pair of ranks or
 * the ranks of one communicator, so the earliest unfinished step can always be done. Ranks sleep most of the time, one
 * waiting for the next; whoever cried deadlock would be wrong.
 *
 * @returns the number of steps that this rank took part in
 */
export async function chains(comm: Comm, { seed, steps }: { seed: number; steps: number }): Promise<number> {
  const { rank, size } = comm;
  const random = randomNumbers(seed);
  const parts = [comm, comm.dup(), comm.split(rank % 2), comm.split(rank % 3, -rank)];
  const long = new Int32Array(6000); // too long for the rings
  const pending: Request<unknown>[] = [];
  let taken = 0;
  for (let step = 0; step < steps; step++) {
    const [kind, from, to, how, where] = [random(10), random(size), random(size), random(6), random(4)];
    const late = random(40) === 0;
    if (kind === 0) {
      if (late && rank === from) for (const end = performance.now() + 1; performance.now() < end; );
      assert.equal(parts[where].allreduce(1), parts[where].size);
      taken++;
      continue;
    }
    if (from === to || (rank !== from && rank !== to)) continue;
    taken++;
    const buf = how < 2 ? long : Int32Array.of(step);
    const tag = how % 3;
    if (rank === from) {
      buf[0] = step;
      if (kind < 4) comm.ssend(buf, to, tag);
      else if (kind < 7) comm.send(buf, to, tag);
      else if (kind === 7) await comm.isend(buf, to, tag);
      else if (buf === long) comm.isend(buf, to, tag).wait();
      else pending.push(comm.isend(buf, to, tag));
    } else {
      const into = new Int32Array(buf.length);
      if (kind % 5 === 0) comm.probe(from, tag);
      if (kind === 8) await comm.irecv(into, from, tag);
      else if (kind % 3 === 0) comm.irecv(into, from, ANY_TAG).wait();
      else comm.recv(into, how === 3 && size === 2 ? ANY_SOURCE : from, tag);
      assert.equal(into[0], step);
    }
    if (pending.length > 20) for (const request of pending.splice(0)) request.wait();
  }
  for (const request of pending) request.wait();
  comm.barrier();
  for (const part of parts.slice(1)) part.free();
  return taken;
}
