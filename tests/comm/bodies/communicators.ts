import assert from "node:assert/strict";
import { type Comm, self, world } from "../../../src/comm/index.js";

export function identity(comm: Comm): void {
  assert.ok(comm.rank >= 0 && comm.rank < comm.size);
  const ranks = comm.allgather(Int32Array.of(comm.rank));
  assert.deepEqual(
    ranks,
    Int32Array.from({ length: comm.size }, (_, r) => r),
  );
  assert.equal(world(), world());
  assert.equal(self(), self());
  assert.deepEqual([self().name, self().rank, self().size], ["self", 0, 1]);
}

/** Ranks of a part are ordered by key, ties by rank; a rank without a color gets nothing. */
export function split(comm: Comm): void {
  const { rank, size } = comm;
  for (const colors of [1, 2, 3]) {
    const color = rank % colors;
    const part = comm.split(color, -Math.floor(rank / 2));
    const members = Array.from({ length: size }, (_, r) => r)
      .filter((r) => r % colors === color)
      .sort((a, b) => Math.floor(b / 2) - Math.floor(a / 2) || a - b);
    assert.equal(part.size, members.length);
    assert.equal(part.rank, members.indexOf(rank));
    assert.deepEqual([...part.allgather(Int32Array.of(rank))], members);
    part.free();
  }
  const odd = comm.split(rank % 2 === 1 ? 5 : undefined);
  assert.equal(odd === undefined, rank % 2 === 0);
  if (odd !== undefined) assert.equal(odd.allreduce(1), Math.floor(size / 2));
  odd?.free();
}

/** All ranks of these tests are on one machine, so that they can share memory; `key` orders them. */
export function splitShared(comm: Comm): void {
  const { rank, size } = comm;
  const reversed = comm.splitShared(-rank);
  assert.equal(reversed.name, `shared-memory part of ${comm.name}`);
  assert.deepEqual([reversed.rank, reversed.size], [size - 1 - rank, size]);
  const half = comm.split(rank % 2);
  const shared = half.splitShared();
  assert.deepEqual([shared.rank, shared.size], [half.rank, half.size]);
  assert.equal(shared.allreduce(1), half.size);
  for (const part of [shared, half, reversed]) part.free();
}

/** Communicators made from communicators, as deep as one likes. */
export function nested(comm: Comm): void {
  let part = comm.dup();
  while (part.size > 1) {
    const half = Math.ceil(part.size / 2);
    const next = part.split(part.rank < half ? 0 : 1);
    assert.equal(next.size, part.rank < half ? half : part.size - half);
    part.free();
    part = next;
  }
  assert.equal(part.allreduce(7), 7);
  part.free();
}

/** Collectives of different communicators do not disturb each other, even when ranks go through them in different ways. */
export function interleaved(comm: Comm): void {
  const { rank, size } = comm;
  // It waits for a send to itself before it receives, for which MPI promises no buffer (MPI 4.1, section 3.5).
  if (comm.engine === "mpi" && size === 1) return;
  const pairs = [comm.split(Math.floor(rank / 2)), comm.split(Math.floor((rank + 1) / 2))];
  for (let k = 0; k < 50; k++) {
    const first = pairs[0].allreduce(rank);
    const partner = rank % 2 === 0 ? rank + 1 : rank - 1;
    assert.equal(first, rank + (partner < size ? partner : 0));
    if (rank % 3 === k % 3) comm.isend(Int32Array.of(k), (rank + 1) % size, 3).wait();
    const second = pairs[1].allreduce(1);
    assert.equal(second, pairs[1].size);
    const left = (rank + size - 1) % size;
    if (left % 3 === k % 3) {
      const got = new Int32Array(1);
      comm.recv(got, left, 3);
      assert.equal(got[0], k);
    }
  }
  for (const pair of pairs) pair.free();
}

export function freed(comm: Comm): void {
  const copy = comm.dup();
  copy.barrier();
  copy.free();
  assert.throws(() => copy.barrier(), {
    code: "freed",
    message: new RegExp(`barrier: the communicator copy of ${comm.name} has been freed`),
  });
  assert.throws(() => copy.send(new Int8Array(1), 0), { code: "freed" });
  for (const predefined of [world(), self()]) assert.throws(() => predefined.free(), { code: "argument" });
}
