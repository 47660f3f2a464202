import assert from "node:assert/strict";
import { type Comm, world } from "../../../src/comm/index.js";

export function identity(comm: Comm): void {
  assert.ok(comm.rank >= 0 && comm.rank < comm.size);
  assert.equal(comm.name, "world");
  const ranks = comm.allgather(Int32Array.of(comm.rank));
  assert.deepEqual(
    ranks,
    Int32Array.from({ length: comm.size }, (_, r) => r),
  );
  assert.equal(world(), world());
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
}

/** All ranks of these tests are on one machine, so that they can share memory; `key` orders them. */
export function splitShared(comm: Comm): void {
  const { rank, size } = comm;
  const reversed = comm.splitShared(-rank);
  assert.equal(reversed.name, "shared-memory part of world");
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
    part = next;
  }
  assert.equal(part.allreduce(7), 7);
}

/** Collectives of different communicators do not disturb each other, even when ranks go through them in different ways. */
export function interleaved(comm: Comm): void {
  const { rank, size } = comm;
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
}

export function freed(comm: Comm): void {
  const copy = comm.dup();
  copy.barrier();
  copy.free();
  assert.throws(() => copy.barrier(), {
    code: "freed",
    message: /barrier: the communicator copy of world has been freed/,
  });
  assert.throws(() => copy.send(new Int8Array(1), 0), { code: "freed" });
  assert.throws(() => comm.free(), { code: "argument" });
}

/** Clocks of all ranks agree: what happens after a barrier is later than what happened before it. */
export function clock(comm: Comm): void {
  const before = comm.wtime();
  comm.barrier();
  const after = comm.wtime();
  const latest = comm.allreduce(before, { op: "max" });
  const earliest = comm.allreduce(after, { op: "min" });
  assert.ok(latest <= earliest, `${latest} <= ${earliest}`);
}
