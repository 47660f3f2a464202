import assert from "node:assert/strict";
import { type Comm, PROC_NULL } from "../../../src/comm/index.js";
import { onEach } from "./arrays.js";

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

export function messages(world: Comm): void {
  onEach(world, (comm) => {
    const left = (comm.rank + comm.size - 1) % comm.size;
    const right = (comm.rank + 1) % comm.size;
    for (const extra of [0, 30_000]) {
      // MPI need not take a message to oneself before its receive has begun (MPI 4.1, section 3.5)
      if (comm.engine === "mpi" && comm.size === 1) continue;
      // the ring would wait for itself if a long message went first on every rank
      if (comm.rank > 0) assert.deepEqual(comm.recvObject(left, 2), value(left, extra));
      comm.sendObject(
        comm.rank === 0 && comm.size === 1 ? value(0, extra) : value(comm.rank, extra),
        right,
        2,
      );
      if (comm.rank === 0) assert.deepEqual(comm.mprobe().recvObject(), value(left, extra));
    }
    assert.equal(comm.recvObject(PROC_NULL), undefined);
    comm.sendObject(value(0), PROC_NULL);
  });
}

export function cycles(comm: Comm): void {
  const knot: { self?: unknown } = {};
  knot.self = knot;
  const copy = comm.bcastObject(knot);
  assert.equal(copy.self, copy);
}

export function collectives(world: Comm): void {
  onEach(world, (comm) => {
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
  });
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
