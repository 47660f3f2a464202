import assert from "node:assert/strict";
import { ANY_TAG, type Comm, PROC_NULL } from "../../../src/comm/index.js";
import { make, mark, TYPES } from "./arrays.js";

/** A call with no elements is a call like any other: it is matched, and changes nothing. */
export function noElements(comm: Comm): void {
  const { rank, size } = comm;
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  for (const Type of TYPES) {
    const none = make(Type, 0, () => 0);
    const untouched = make(Type, 3, () => 7);
    const end = untouched.subarray(3);
    const received = [comm.irecv(end, left, 1), comm.irecv(untouched, left, 2)];
    comm.send(none, right, 1);
    comm.issend(end, right, 2).wait();
    for (const request of received) assert.equal(request.wait().bytes, 0);
    assert.equal(comm.sendrecv(none, right, untouched, left).count(Type), 0);
    for (const root of [0, size - 1]) {
      assert.equal(comm.bcast(end, { root }).length, 0);
      assert.equal(comm.gather(none, { root })?.length, rank === root ? 0 : undefined);
      assert.equal(comm.scatter(rank === root ? none : null, { root, out: end }).length, 0);
      assert.equal(comm.reduce(none, { root })?.length, rank === root ? 0 : undefined);
    }
    assert.equal(comm.allgather(none).length, 0);
    assert.equal(comm.alltoall(none).length, 0);
    assert.equal(comm.allreduce(end, { out: end }).length, 0);
    assert.equal(comm.reduceScatter(none).length, 0);
    assert.equal(comm.scan(none).length, 0);
    assert.equal(comm.exscan(none)?.length, rank > 0 ? 0 : undefined);
    assert.deepEqual(
      untouched,
      make(Type, 3, () => 7),
    );
  }
}

/** Nobody takes every message at once, and sends none. */
export async function nobody(comm: Comm): Promise<void> {
  const nothing = { source: PROC_NULL, tag: ANY_TAG, bytes: 0 };
  for (const Type of TYPES) {
    const buf = make(Type, 2, () => 1);
    comm.send(buf, PROC_NULL);
    comm.ssend(buf, PROC_NULL, 5);
    await comm.isend(buf, PROC_NULL);
    await comm.issend(buf, PROC_NULL);
    for (const send of [comm.sendInit(buf, PROC_NULL), comm.ssendInit(buf, PROC_NULL)]) {
      for (let k = 0; k < 2; k++) {
        send.start();
        send.wait();
      }
    }
    const receive = comm.recvInit(buf, PROC_NULL);
    receive.start();
    for (const status of [
      comm.recv(buf, PROC_NULL),
      comm.recv(buf, PROC_NULL, 5),
      await comm.irecv(buf, PROC_NULL),
      receive.wait(),
      comm.sendrecv(
        buf,
        PROC_NULL,
        make(Type, 2, () => 2),
        PROC_NULL,
      ),
      comm.probe(PROC_NULL),
      comm.iprobe(PROC_NULL)!,
      comm.mprobe(PROC_NULL).recv(buf),
      await comm.improbe(PROC_NULL)!.irecv(buf),
    ]) {
      assert.deepEqual({ ...status }, nothing);
      assert.equal(status.count(Type), 0);
    }
    assert.deepEqual(
      buf,
      make(Type, 2, () => 1),
    );
  }
}

/** Ranks in turn give or get nothing; between the pieces are gaps of one element, which stay as they were. */
export function gaps(comm: Comm): void {
  const { rank, size } = comm;
  const ranks = Array.from({ length: size }, (_, r) => r);
  for (const [t, Type] of TYPES.entries()) {
    const shared = t % 2 === 1;
    const count = (r: number) => (r % 2 === 0 ? 0 : r + 1);
    const counts = ranks.map(count);
    const displs = ranks.map((r) => counts.slice(0, r).reduce((sum, n) => sum + n + 1, 0));
    const length = displs[size - 1] + counts[size - 1];
    /** Pieces with their gaps, which hold 99. */
    const apart = (piece: (r: number, i: number) => number) => {
      const whole = make(Type, length, () => 99, shared);
      for (const r of ranks) whole.set(make(Type, counts[r], (i) => piece(r, i)) as never, displs[r]);
      return whole;
    };
    const own = make(Type, counts[rank], (i) => mark(rank, i), shared);
    const all = apart(mark);
    assert.deepEqual(comm.allgather(own, { counts, displs, out: apart(() => 0) }), all);
    for (const root of [0, size - 1]) {
      const options = { root, counts, displs, out: apart(() => 0) };
      const gathered = comm.gather(own, rank === root ? options : { root });
      assert.deepEqual(gathered, rank === root ? all : undefined);
      const out = make(Type, counts[rank], () => 0, shared);
      comm.scatter(rank === root ? all : null, { ...(rank === root && { counts, displs }), root, out });
      assert.deepEqual(out, own);
    }
    // Rank s sends to r what r gathers from it above.
    const sendCounts = ranks.map(() => counts[rank]);
    const sendDispls = ranks.map((r) => r * (counts[rank] + 2) + 1);
    const sent = make(Type, size * (counts[rank] + 2), () => 98, shared);
    for (const at of sendDispls) sent.set(own as never, at);
    assert.deepEqual(
      comm.alltoall(sent, {
        sendCounts,
        sendDispls,
        recvCounts: counts,
        recvDispls: displs,
        out: apart(() => 0),
      }),
      all,
    );
    const total = counts.reduce((sum, n) => sum + n, 0);
    const share = comm.reduceScatter(
      make(Type, total, (i) => i, shared),
      { counts, op: "max" },
    );
    const first = counts.slice(0, rank).reduce((sum, n) => sum + n, 0);
    assert.deepEqual(
      share,
      make(Type, counts[rank], (i) => first + i),
    );
  }
}

/** What is remembered of an allreduce serves only one that is the same. */
export function repeated(comm: Comm): void {
  const { size } = comm;
  const buf = Float64Array.of(2, 3);
  const [out, other] = [new Float64Array(2), new Float64Array(2)];
  for (let k = 0; k < 3; k++) {
    assert.deepEqual(comm.allreduce(buf, { out }), Float64Array.of(2 * size, 3 * size));
    assert.deepEqual(comm.allreduce(buf, { out, op: "prod" }), Float64Array.of(2 ** size, 3 ** size));
    assert.deepEqual(comm.allreduce(buf, { out: other, op: "prod" }), out);
    assert.deepEqual(comm.allreduce(buf, { out, op: (a, b) => Math.max(a, b) }), buf);
    assert.deepEqual(comm.allreduce(buf), Float64Array.of(2 * size, 3 * size));
    buf[0] = 2;
  }
  comm.allreduce(buf, { out });
  structuredClone(null, { transfer: [out.buffer as ArrayBuffer] });
  assert.throws(() => comm.allreduce(buf, { out }), /allreduce: out must have 2 elements, found 0/);
}
