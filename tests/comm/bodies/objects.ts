import assert from "node:assert/strict";
import { ANY_SOURCE, type Comm, PROC_NULL, waitAll } from "../../../src/comm/index.js";

/** A value with everything that structured cloning keeps and JSON does not, of a size that depends on the rank. */
function value(rank: number, extra = 0) {
  return {
    rank,
    text: "ä€😀".repeat(1 + rank * 500 + extra),
    nothing: undefined,
    big: 2n ** 70n + BigInt(rank),
    when: new Date(1e12 + rank),
    map: new Map<unknown, unknown>([["k", new Set([1, rank])]]),
    pattern: /x+/gi,
    array: Float64Array.of(rank, Number.NaN, -0),
    holes: new Array<number>(2),
  };
}

export function messages(comm: Comm): void {
  const left = (comm.rank + comm.size - 1) % comm.size;
  const right = (comm.rank + 1) % comm.size;
  for (const extra of [0, 30_000]) {
    // MPI need not take a message to oneself before its receive has begun (MPI 4.1, section 3.5)
    if (comm.engine === "mpi" && comm.size === 1) continue;
    // the ring would wait for itself if a long message went first on every rank
    if (comm.rank > 0) assert.deepEqual(comm.recvObject(left, 2), value(left, extra));
    comm.sendObject(comm.rank === 0 && comm.size === 1 ? value(0, extra) : value(comm.rank, extra), right, 2);
    if (comm.rank === 0) assert.deepEqual(comm.mprobe().recvObject(), value(left, extra));
  }
  assert.equal(comm.recvObject(PROC_NULL), undefined);
  comm.sendObject(value(0), PROC_NULL);
}

/** Every kind of send meets every kind of receive; values of more than 32 kB need no more than short ones. */
export async function nonblocking(comm: Comm): Promise<void> {
  const { rank, size } = comm;
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  for (const extra of [0, 40_000]) {
    const early = [1, 2, 1].map((tag) => comm.irecvObject(left, tag));
    comm.barrier();
    const sent = [value(rank, extra), "two", { three: 3 }].map((one, k) =>
      comm.isendObject(one, right, [1, 2, 1][k]),
    );
    // the last to be asked for is not the last to get its message
    assert.deepEqual(await early[2], { three: 3 });
    assert.deepEqual(early[0].wait(), value(left, extra));
    assert.equal(early[0].wait(), early[0].wait());
    while (!early[1].test());
    assert.equal(await early[1], "two");
    waitAll(sent);

    assert.deepEqual(
      comm.sendrecvObject(value(rank, extra), right, left, { sendTag: 5, recvTag: 5 }),
      value(left, extra),
    );

    // a value that is waited for at once comes after those that have been waited for longer
    const first = comm.irecvObject<string>(ANY_SOURCE, 6);
    const sends = ["first", "second", "third"].map((one) => comm.isendObject(one, right, 6));
    assert.equal(comm.recvObject(left, 6), "second");
    assert.equal(await comm.mprobe(left, 6).irecvObject(), "third");
    assert.equal(first.wait(), "first");
    waitAll(sends);
    comm.barrier();
  }
  assert.equal(comm.irecvObject(PROC_NULL).wait(), undefined);
  assert.equal(comm.sendrecvObject(1, PROC_NULL, PROC_NULL), undefined);
  comm.isendObject(value(0), PROC_NULL).wait();
  comm.ssendObject(value(0), PROC_NULL);
}

/** Receives that have been started let sends of any length return, whatever their rank waits in. */
export function startedFirst(comm: Comm): void {
  const { rank, size } = comm;
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  const long = value(rank, 100_000);
  const received = [comm.irecvObject(left, 1), comm.irecvObject(left, 2)];
  comm.sendObject(long, right, 1);
  comm.isendObject(long, right, 2).wait();
  comm.barrier();
  assert.equal(comm.allreduce(1), size);
  for (const one of waitAll(received)) assert.deepEqual(one, value(left, 100_000));
}

/** A synchronous send is over when its receiver has begun. */
export function synchronous(comm: Comm): void {
  const { rank, size } = comm;
  for (let from = 0; from + 1 < size; from++) {
    if (rank === from) comm.ssendObject(value(from), from + 1, 3);
    if (rank === from + 1) assert.deepEqual(comm.recvObject(from, 3), value(from));
  }
  comm.barrier();
  for (const extra of [0, 40_000]) {
    const request = comm.issendObject(value(rank, extra), (rank + 1) % size, 4);
    if (size === 1) assert.equal(request.test(), false);
    assert.deepEqual(comm.recvObject((rank + size - 1) % size, 4), value((rank + size - 1) % size, extra));
    request.wait();
    assert.equal(request.test(), true);
  }
  comm.issendObject(value(0), PROC_NULL).wait();
  if (size === 1) {
    const received = comm.irecvObject(0, 3);
    if (comm.engine === "mpi") comm.sendObject(value(0), 0, 3);
    else comm.ssendObject(value(0), 0, 3);
    assert.deepEqual(received.wait(), value(0));
  }
}

export function scans(comm: Comm): void {
  const { rank } = comm;
  const op = (a: string, b: string) => `(${a}${b})`;
  assert.equal(comm.scanObject(String(rank), op), parenthesised(0, rank + 1));
  assert.equal(comm.exscanObject(String(rank), op), rank === 0 ? undefined : parenthesised(0, rank));
}

export function cycles(comm: Comm): void {
  const knot: { self?: unknown } = {};
  knot.self = knot;
  const copy = comm.bcastObject(knot);
  assert.equal(copy.self, copy);
}

export function collectives(comm: Comm): void {
  const { rank, size } = comm;
  const all = Array.from({ length: size }, (_, r) => value(r));
  assert.deepEqual(comm.allgatherObject(value(rank)), all);
  for (let root = 0; root < size; root++) {
    assert.deepEqual(comm.bcastObject(rank === root ? value(root) : undefined, { root }), value(root));
    assert.deepEqual(comm.gatherObject(value(rank), { root }), rank === root ? all : undefined);
    assert.deepEqual(comm.scatterObject(rank === root ? all : undefined, { root }), value(rank));
    const text = comm.reduceObject(String(rank), (a, b) => `(${a}${b})`, { root });
    assert.equal(text, rank === root ? parenthesised(0, size) : undefined);
  }
  const matrix = Array.from({ length: size }, (_, to) => `${rank}→${to}`.repeat(1 + 3000 * (to % 2)));
  assert.deepEqual(
    comm.alltoallObject(matrix),
    Array.from({ length: size }, (_, from) => `${from}→${rank}`.repeat(1 + 3000 * (rank % 2))),
  );
  assert.equal(
    comm.allreduceObject(String(rank), (a, b) => `(${a}${b})`),
    parenthesised(0, size),
  );
  assert.deepEqual(comm.allgatherObject(undefined), new Array(size).fill(undefined));
}

/** How the tree of reductions brackets the ranks: ((01)(23)) for four. */
function parenthesised(first: number, count: number): string {
  if (count === 1) return String(first);
  const left = 2 ** Math.ceil(Math.log2(count) - 1);
  return `(${parenthesised(first, left)}${parenthesised(first + left, count - left)})`;
}

/** The values that ranks get are their own: changing one changes nobody else's. */
export function independence(comm: Comm): void {
  const shared = comm.bcastObject({ list: [0] });
  shared.list[0] = comm.rank;
  const arrays = comm.allgatherObject(Float64Array.of(1, 2, 3));
  for (const [r, array] of arrays.entries()) array.fill(r);
  assert.deepEqual(
    arrays.map(([first]) => first),
    arrays.map((_, r) => r),
  );
  comm.barrier();
  assert.equal(shared.list[0], comm.rank);
}
