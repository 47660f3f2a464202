import assert from "node:assert/strict";
import { type Comm, testAll, testAny, waitAll, waitAny } from "../../../src/comm/index.js";

/** A group has its ranks in the order in which they are named; the others get nothing. */
export function create(comm: Comm): void {
  const { rank, size } = comm;
  const all = Array.from({ length: size }, (_, r) => r);
  for (const ranks of [all, all.toReversed(), all.filter((r) => r % 2 === 0), [size - 1], []]) {
    const group = comm.create(ranks);
    assert.equal(group === undefined, !ranks.includes(rank));
    if (group === undefined) continue;
    assert.equal(group.name, `group of ${comm.name}`);
    assert.equal(group.size, ranks.length);
    assert.equal(group.rank, ranks.indexOf(rank));
    assert.deepEqual([...group.allgather(Int32Array.of(rank))], ranks);
    group.free();
  }
}

/** Disjoint groups are made by one call. */
export function disjointGroups(comm: Comm): void {
  const { rank, size } = comm;
  const half = Math.ceil(size / 2);
  const lower = rank < half;
  const ranks = Array.from({ length: lower ? half : size - half }, (_, r) => (lower ? r : size - 1 - r));
  const group = comm.create(ranks)!;
  assert.deepEqual([...group.allgather(Int32Array.of(rank))], ranks);
}

/** Ranks that name different groups learn it together, and the communicator still works. */
export function differentGroups(comm: Comm): void {
  const { rank, size } = comm;
  if (size === 1) return;
  const first = rank === 0 ? [0, 1] : [1];
  assert.throws(() => comm.create(first), {
    code: "mismatch",
    message: "create: all ranks of a group must give the same ranks: rank 0 gives [0, 1], rank 1 [1]",
  });
  assert.equal(comm.allreduce(1), size);
}

/** Requests are completed in the order in which their messages come. */
export function anyRequest(comm: Comm): void {
  const { rank, size } = comm;
  if (rank > 0) {
    // rank r waits for r - 1, so that messages come in the order of ranks
    if (rank > 1) comm.recv(new Int8Array(1), rank - 1, 1);
    comm.send(Int32Array.of(10 * rank), 0, 2);
    comm.recv(new Int8Array(1), 0, 3);
    if (rank + 1 < size) comm.send(new Int8Array(1), rank + 1, 1);
    comm.barrier();
    return;
  }
  const bufs = Array.from({ length: size }, () => new Int32Array(1));
  const requests = bufs.map((buf, r) => (r === 0 ? undefined : comm.irecv(buf, r, 2)));
  assert.equal(testAll(requests.slice(0, 1)), true);
  if (size > 2) assert.equal(testAll(requests), false);
  for (let r = 1; r < size; r++) {
    const i = waitAny(requests);
    assert.equal(i, r);
    assert.equal(testAny(requests), r);
    assert.equal(requests[r]?.wait().source, r);
    assert.equal(bufs[r][0], 10 * r);
    requests[r] = undefined;
    assert.equal(testAny(requests), undefined);
    comm.send(new Int8Array(1), r, 3);
  }
  assert.equal(testAll(requests), true);
  assert.equal(waitAny(requests), undefined);
  comm.barrier();
}

/** What only the waiting rank itself could send is not waited for. */
export function anyOfOwn(comm: Comm): void {
  const { rank } = comm;
  const first = comm.irecv(new Int8Array(1), rank, 1);
  const second = comm.irecv(new Int8Array(1), rank, 2);
  assert.equal(testAny([first, second]), undefined);
  comm.send(new Int8Array(1), rank, 2);
  assert.equal(waitAny([first, second]), 1);
  assert.equal(testAll([first, second]), false);
  const rest = [first, comm.irecv(new Int8Array(1), rank, 3), undefined];
  if (comm.engine !== "mpi") assert.throws(() => waitAny(rest), { code: "deadlock" });
  else {
    // MPI would wait for ever.
    for (const tag of [1, 3]) comm.send(new Int8Array(1), rank, tag);
    waitAll(rest.flatMap((request) => request ?? []));
  }
  comm.barrier();
}
