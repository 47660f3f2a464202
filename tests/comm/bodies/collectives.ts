import assert from "node:assert/strict";
import type { Comm, TypedArray } from "../../../src/comm/index.js";
import { lengthsOn, make, mark, onBuffers, type Type } from "./arrays.js";

/** No rank leaves a barrier before the last has come to it, by the clock that all share; each rank is the last in turn. */
export function barrier(comm: Comm): void {
  for (let k = 0; k < 3 * comm.size; k++) {
    const before = comm.wtime();
    if (k % comm.size === comm.rank) while (comm.wtime() < before + 1e-3);
    const come = comm.wtime();
    comm.barrier();
    const gone = comm.wtime();
    const [last, first] = [comm.allreduce(come, { op: "max" }), comm.allreduce(gone, { op: "min" })];
    assert.ok(last <= first, `the last rank has come at ${last} s, the first has gone at ${first} s`);
  }
}

export function bcast(comm: Comm): void {
  for (const root of [0, comm.size - 1]) {
    onBuffers(comm, (Type, length, shared) => {
      const expected = make(Type, length, (i) => mark(root, i));
      const buf = make(Type, length, (i) => mark(comm.rank, i), shared);
      assert.equal(comm.bcast(buf, { root }), buf);
      assert.deepEqual(buf, expected);
    });
  }
}

/** Memory may be shared on some ranks and private on others; only the root is known to all. */
export function bcastMixedMemory(comm: Comm): void {
  for (const length of lengthsOn(comm)) {
    for (let root = 0; root < comm.size; root++) {
      const buf = make(Float32Array, length, (i) => mark(comm.rank, i), (comm.rank + root) % 2 === 0);
      comm.bcast(buf, { root });
      assert.deepEqual(
        buf,
        make(Float32Array, length, (i) => mark(root, i)),
      );
    }
  }
}

export function gather(comm: Comm): void {
  for (const root of [0, comm.size - 1]) {
    onBuffers(comm, (Type, length, shared) => {
      const all = comm.gather(
        make(Type, length, (i) => mark(comm.rank, i), shared),
        { root },
      );
      if (comm.rank !== root) assert.equal(all, undefined);
      else assert.deepEqual(all, inRankOrder(Type, comm.size, length));
    });
  }
}

export function allgather(comm: Comm): void {
  onBuffers(comm, (Type, length, shared) => {
    const buf = make(Type, length, (i) => mark(comm.rank, i), shared);
    const all = inRankOrder(Type, comm.size, length);
    assert.deepEqual(comm.allgather(buf), all);
    const out = make(Type, length * comm.size, () => 0, shared);
    assert.equal(comm.allgather(buf, { out }), out);
    assert.deepEqual(out, all);
  });
}

export function gatherInPlace(comm: Comm): void {
  for (const shared of [false, true]) {
    for (const length of lengthsOn(comm)) {
      const all = inRankOrder(Float64Array, comm.size, length) as Float64Array;
      const piece = (buf: Float64Array) => buf.subarray(comm.rank * length, (comm.rank + 1) * length);
      const out = make(Float64Array, length * comm.size, () => -1, shared) as Float64Array;
      piece(out).set(piece(all));
      assert.deepEqual(comm.allgather(piece(out), { out }), all);
      const onRoot = make(Float64Array, length * comm.size, () => -1, shared) as Float64Array;
      piece(onRoot).set(piece(all));
      comm.gather(piece(onRoot), comm.rank === 0 ? { out: onRoot } : {});
      if (comm.rank === 0) assert.deepEqual(onRoot, all);
    }
  }
}

/** Rank r gives r * step elements; gaps of one element stay as they were. */
export function gatherCounts(comm: Comm): void {
  for (const step of [1, 3, 5000]) {
    const counts = Array.from({ length: comm.size }, (_, r) => r * step);
    const displs = counts.map((_, r) => ((r * (r - 1)) / 2) * step + r);
    const expected = new Float64Array((comm.size * (comm.size - 1) * step) / 2 + comm.size).fill(-1);
    counts.forEach((count, r) => {
      for (let i = 0; i < count; i++) expected[displs[r] + i] = mark(r, i);
    });
    const buf = make(Float64Array, counts[comm.rank], (i) => mark(comm.rank, i)) as Float64Array;
    const out = new Float64Array(expected.length).fill(-1);
    comm.allgather(buf, { counts, displs, out });
    assert.deepEqual(out, expected);
    const root = comm.size - 1;
    // only the root needs to know the counts
    const gathered = comm.gather(buf, comm.rank === root ? { root, counts } : { root });
    const packed = counts.flatMap((count, r) => Array.from({ length: count }, (_, i) => mark(r, i)));
    if (comm.rank === root) assert.deepEqual(gathered, Float64Array.from(packed));
    // displacements may also put the ranks in another order
    const reversed = counts.map((_, r) => comm.size - 1 - r);
    const order = comm.allgather(Int32Array.of(comm.rank), { displs: reversed });
    assert.deepEqual(
      order,
      Int32Array.from({ length: comm.size }, (_, r) => comm.size - 1 - r),
    );
  }
}

export function scatter(comm: Comm): void {
  for (const root of [0, comm.size - 1]) {
    onBuffers(comm, (Type, length, shared) => {
      const all = comm.rank === root ? inRankOrder(Type, comm.size, length, shared) : undefined;
      const out = make(Type, length, () => 0, shared);
      assert.equal(comm.scatter(all, { root, out }), out);
      assert.deepEqual(
        out,
        make(Type, length, (i) => mark(comm.rank, i)),
      );
    });
  }
}

export function scatterCounts(comm: Comm): void {
  for (const step of [1, 3, 5000]) {
    const root = comm.size - 1;
    const counts = Array.from({ length: comm.size }, (_, r) => (comm.size - r) * step);
    // all pieces begin at the same place and overlap, which is allowed where they are only read
    const displs = counts.map(() => 2);
    const all = Int32Array.from({ length: comm.size * step + 2 }, (_, i) => 10 * i);
    const out = new Int32Array(counts[comm.rank]);
    comm.scatter(comm.rank === root ? all : null, {
      root,
      out,
      ...(comm.rank === root && { counts, displs }),
    });
    assert.deepEqual(
      out,
      Int32Array.from({ length: counts[comm.rank] }, (_, i) => 10 * (i + 2)),
    );
  }
}

/** A rank's piece of a scatter may stay where it lies in the root's buffer. */
export function scatterInPlace(comm: Comm): void {
  for (const length of lengthsOn(comm)) {
    const all = inRankOrder(Float64Array, comm.size, length) as Float64Array;
    const root = comm.size - 1;
    const isRoot = comm.rank === root;
    const out = isRoot ? all.subarray(root * length, (root + 1) * length) : new Float64Array(length);
    comm.scatter(isRoot ? all : null, { root, out });
    assert.deepEqual(
      out,
      make(Float64Array, length, (i) => mark(comm.rank, i)),
    );
  }
}

/** After an alltoall, element i of the piece from rank s is what s had for this rank: a transposition. */
export function alltoall(comm: Comm): void {
  onBuffers(comm, (Type, length, shared) => {
    const value = (from: number, to: number, i: number) => from * 3 + to * 5 + (i % 11);
    const buf = make(
      Type,
      length * comm.size,
      (k) => value(comm.rank, Math.floor(k / length), k % length),
      shared,
    );
    assert.deepEqual(
      comm.alltoall(buf),
      make(Type, length * comm.size, (k) => value(Math.floor(k / length), comm.rank, k % length)),
    );
  });
}

/** Rank s sends (s + 2 r) * step elements to rank r. */
export function alltoallCounts(comm: Comm): void {
  for (const step of [1, 700]) {
    const ranks = Array.from({ length: comm.size }, (_, r) => r);
    const sendCounts = ranks.map((r) => (comm.rank + 2 * r) * step);
    const recvCounts = ranks.map((s) => (s + 2 * comm.rank) * step);
    const sent = sendCounts.flatMap((count, r) => new Array<number>(count).fill(100 * comm.rank + r));
    const received = recvCounts.flatMap((count, s) => new Array<number>(count).fill(100 * s + comm.rank));
    const out = comm.alltoall(Float32Array.from(sent), { sendCounts, recvCounts });
    assert.deepEqual(out, Float32Array.from(received));
    // the same pieces in reverse order on both sides
    const backwards = (counts: number[]) =>
      counts.map((_, r) => counts.slice(r + 1).reduce((sum, count) => sum + count, 0));
    const reversed = comm.alltoall(Float32Array.from(sent).reverse(), {
      sendCounts,
      sendDispls: backwards(sendCounts),
      recvCounts,
      recvDispls: backwards(recvCounts),
    });
    assert.deepEqual(reversed, Float32Array.from(received).reverse());
  }
}

function inRankOrder(Type: Type, size: number, length: number, shared = false): TypedArray {
  return make(Type, size * length, (k) => mark(Math.floor(k / length), k % length), shared);
}
