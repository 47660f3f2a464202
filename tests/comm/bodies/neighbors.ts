import assert from "node:assert/strict";
import { type Comm, type GraphComm, type NeighborComm, PROC_NULL } from "../../../src/comm/index.js";
import { make, mark, TYPES } from "./arrays.js";
import { eachGrid } from "./grids.js";

/** Graphs whose edges every rank can tell: a ring, all to all, a star, none, and random ones with loops and double edges. */
function eachGraph(comm: Comm, check: (graph: GraphComm, edges: readonly Edge[]) => void): void {
  const { rank, size } = comm;
  const all = Array.from({ length: size }, (_, r) => r);
  const graphs: Edge[][] = [
    all.map((r) => [r, (r + 1) % size]),
    all.flatMap((from) => all.map((to): Edge => [from, to])),
    all.slice(1).map((r) => [0, r]),
    all.slice(1).map((r) => [r, 0]),
    [],
  ];
  for (let seed = 1; seed <= 4; seed++) {
    let state = 7 * seed;
    const next = () => {
      state = (state * 48271) % 2147483647;
      return state % size;
    };
    graphs.push(Array.from({ length: 3 * size }, (): Edge => [next(), next()]));
  }
  for (const edges of graphs) {
    const sources = edges.filter(([, to]) => to === rank).map(([from]) => from);
    const destinations = edges.filter(([from]) => from === rank).map(([, to]) => to);
    const graph = comm.graph(sources, destinations);
    assert.deepEqual(graph.sources, sources);
    assert.deepEqual(graph.destinations, destinations);
    check(graph, edges);
    graph.free();
  }
}

type Edge = readonly [from: number, to: number];

/** Lists of edges of one pair of ranks are in the same order at both ends, so the k-th of them carries the k-th piece. */
function edgesAt(edges: readonly Edge[], end: 0 | 1, rank: number): number[] {
  return edges.flatMap((edge, k) => (edge[end] === rank ? [k] : []));
}

export function graphAllgather(comm: Comm): void {
  eachGraph(comm, (graph) => {
    for (const Type of TYPES) {
      const got = graph.neighborAllgather(make(Type, 3, (i) => mark(graph.rank, i)));
      assert.ok(got instanceof Type);
      assert.deepEqual(
        got,
        make(Type, 3 * graph.sources.length, (i) => mark(graph.sources[Math.floor(i / 3)], i % 3)),
      );
    }
    assert.deepEqual(
      graph.neighborAllgatherObject({ from: graph.rank }),
      graph.sources.map((from) => ({ from })),
    );
  });
}

/** The piece of edge k has k + 1 elements of value k. */
export function graphAlltoall(comm: Comm): void {
  eachGraph(comm, (graph, edges) => {
    const [leaving, coming] = [edgesAt(edges, 0, graph.rank), edgesAt(edges, 1, graph.rank)];
    const pieces = (list: number[]) => list.flatMap((k) => new Array<number>(k + 1).fill(k));
    const got = graph.neighborAlltoall(Float64Array.from(pieces(leaving)), {
      sendCounts: leaving.map((k) => k + 1),
      recvCounts: coming.map((k) => k + 1),
    });
    assert.deepEqual([...got], pieces(coming));
    if (leaving.length > 0 || coming.length === 0)
      assert.deepEqual(
        [...graph.neighborAlltoall(Int32Array.from(leaving), { out: new Int32Array(coming.length) })],
        coming,
      );
    else
      assert.deepEqual(
        [...graph.neighborAlltoall(new Int32Array(), { sendCounts: [], recvCounts: coming.map(() => 1) })],
        coming,
      );
    assert.deepEqual(
      graph.neighborAlltoallObject(leaving.map((k) => [`edge ${k}`])),
      coming.map((k) => [`edge ${k}`]),
    );
  });
}

/** Neighbours of a grid: for each axis the one before, then the one after (MPI 4.1, section 8.6). */
export function cartOrder(comm: Comm): void {
  eachGrid(comm, (cart) => {
    const expected = cart.dims.flatMap((_, axis) => [cart.shift(axis).source, cart.shift(axis).dest]);
    assert.deepEqual(cart.sources, expected);
    assert.deepEqual(cart.destinations, expected);
    const got = cart.neighborAllgather(Int32Array.of(cart.rank + 1));
    assert.deepEqual(
      [...got],
      expected.map((r) => (r === PROC_NULL ? 0 : r + 1)),
    );
    assert.deepEqual(
      cart.neighborAllgatherObject(cart.coords()),
      expected.map((r) => (r === PROC_NULL ? undefined : cart.coords(r))),
    );
  });
}

/**
 * What leaves in one direction arrives from the opposite one, also where both neighbours are the same rank or this one
 * (MPI 4.1, section 8.6: cyclic grids of one or two ranks).
 */
export function cartDirections(comm: Comm): void {
  eachGrid(comm, (cart) => {
    const value = (rank: number, slot: number) => 100 * (rank + 1) + slot;
    const values = cart.destinations.map((_, slot) => value(cart.rank, slot));
    const expected = cart.sources.map((r, slot) => (r === PROC_NULL ? -1 : value(r, slot ^ 1)));
    const out = new Int32Array(values.length).fill(-1);
    assert.deepEqual([...cart.neighborAlltoall(Int32Array.from(values), { out })], expected);
    assert.deepEqual(
      cart.neighborAlltoallObject(values).map((got) => got ?? -1),
      expected,
    );
  });
}

/** Pieces of different lengths at given places; what is between them stays as it was. */
export function cartPieces(comm: Comm): void {
  eachGrid(comm, (cart) => {
    const slots = cart.destinations.length;
    const lengthOf = (axis: number) => [3, 3000, 0][axis];
    const counts = cart.destinations.map((_, slot) => lengthOf(slot >> 1));
    const displs = counts.map((_, slot) => slot * 3001 + 1);
    for (const shared of [false, true]) {
      const buf = make(Float32Array, 3001 * slots, (i) => 10 * cart.rank + Math.floor(i / 3001), shared);
      const out = make(Float32Array, 3001 * slots, () => -1, shared);
      cart.neighborAlltoall(buf, {
        sendCounts: counts,
        recvCounts: counts,
        sendDispls: displs,
        recvDispls: displs,
        out,
      });
      assert.deepEqual(
        out,
        make(Float32Array, 3001 * slots, (i) => {
          const slot = Math.floor(i / 3001);
          const inside = i % 3001 > 0 && i % 3001 <= counts[slot];
          return inside && cart.sources[slot] !== PROC_NULL ? 10 * cart.sources[slot] + (slot ^ 1) : -1;
        }),
      );
    }
  });
}

/** Exchanges with neighbours do not take messages of `send`, nor the other way round. */
export function apartFromMessages(comm: Comm): void {
  const { rank, size } = comm;
  const right = (rank + 1) % size;
  const left = (rank + size - 1) % size;
  for (const ring of [comm.cart([size], { periods: true })!, comm.graph([left], [right])] as NeighborComm[]) {
    const got = Int32Array.of(0);
    const early = ring.irecv(got);
    for (let k = 0; k < 20; k++) {
      const next = ring.neighborAllgather(Int32Array.of(rank + k));
      assert.equal(next[0], left + k);
      assert.equal(early.test(), false);
    }
    ring.barrier();
    ring.send(Int32Array.of(-rank), right, 1);
    early.wait();
    assert.equal(got[0], 0 - left);
    ring.free();
  }
}

/** A neighbour that sends more, less or something else is an error of the rank that receives; the next exchange is right again. */
export function wrongPieces(comm: Comm): void {
  const { rank, size } = comm;
  if (size === 1) return;
  const graph = comm.graph(rank === 0 ? [1] : [], rank === 1 ? [0] : []);
  const exchange = (buf: Float64Array | Int32Array, count: number) =>
    graph.neighborAlltoall(buf as Float64Array, {
      sendCounts: graph.destinations.map(() => buf.length),
      recvCounts: graph.sources.map(() => count),
    });
  const cases = [
    [
      new Float64Array(3),
      "mismatch",
      new RegExp(
        `^neighborAlltoall: rank 0 of graph of ${comm.name} expects 4 elements from rank 1, which has sent 3$`,
      ),
    ],
    [
      new Float64Array(5),
      "truncate",
      /^neighborAlltoall: the buffer holds 4 float64 elements, but the message has 5/,
    ],
    [
      new Int32Array(4),
      "mismatch",
      /^neighborAlltoall: the buffer has float64 elements, but the message has int32/,
    ],
  ] as const;
  // MPI does not say how long a message is that does not fit, nor of what type one is that does.
  for (const [sent, code, text] of comm.engine === "mpi" ? cases.slice(0, 2) : cases) {
    const message = comm.engine === "mpi" ? /^neighborAlltoall: / : text;
    if (rank === 0) assert.throws(() => exchange(new Float64Array(), 4), { code, message });
    else exchange(rank === 1 ? sent : new Float64Array(), 0);
    const got = exchange(rank === 1 ? Float64Array.of(1, 2, 3, 4) : new Float64Array(), 4);
    if (rank === 0) assert.deepEqual([...got], [1, 2, 3, 4]);
  }
  graph.free();
}

/** Ranks that see different edges learn it together. */
export function differentEdges(comm: Comm): void {
  const { rank, size } = comm;
  if (size === 1) return;
  assert.throws(() => comm.graph([], rank === 1 ? [0] : []), {
    code: "mismatch",
    message: `graph: rank 0 of ${comm.name} has rank 1 0 times among its sources, but rank 1 has rank 0 1 times among its destinations`,
  });
  assert.equal(comm.allreduce(1), size);
}

/** Several exchanges under way at once, completed backwards, beside blocking ones. */
export async function startedExchanges(comm: Comm): Promise<void> {
  const { rank, size } = comm;
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  for (const neighbors of [comm.cart([size], { periods: true })!, comm.graph([left, right], [left, right])]) {
    // on the grid what leaves to the left arrives from the right; in the graph the order of edges decides
    const mine = Float64Array.of(10 * rank, 10 * rank + 1);
    const expected = neighbors.neighborAlltoall(mine);
    const gathered = neighbors.neighborAllgather(Int16Array.of(rank));
    const first = neighbors.ineighborAlltoall(mine);
    const second = neighbors.ineighborAllgather(Int16Array.of(rank));
    const third = neighbors.ineighborAlltoall(
      mine.map((x) => -x),
      { out: new Float64Array(2) },
    );
    assert.deepEqual(neighbors.neighborAllgather(Int16Array.of(rank)), gathered);
    assert.deepEqual(
      await third,
      expected.map((x) => -x),
    );
    assert.deepEqual(second.wait(), gathered);
    while (!first.test());
    assert.deepEqual(first.wait(), expected);
    assert.throws(() => neighbors.ineighborAlltoall(new Float64Array(3)), {
      code: "argument",
      message: /^ineighborAlltoall: the length of buf/,
    });
    neighbors.free();
  }
}
