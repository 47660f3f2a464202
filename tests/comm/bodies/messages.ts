import assert from "node:assert/strict";
import { ANY_SOURCE, ANY_TAG, type Comm, PROC_NULL, waitAll } from "../../../src/comm/index.js";
import { lengthsOn, make, mark, onBuffers } from "./arrays.js";

const neighbours = ({ rank, size }: Comm) => ({ left: (rank + size - 1) % size, right: (rank + 1) % size });

/** Each rank passes a buffer to its right neighbour. */
export function sendRecv(comm: Comm): void {
  const { left, right } = neighbours(comm);
  onBuffers(comm, (Type, length, shared) => {
    const sent = make(Type, length, (i) => mark(comm.rank, i), shared);
    const got = make(Type, length, () => 0, shared);
    const received = comm.irecv(got, left, 7);
    comm.send(sent, right, 7);
    const status = received.wait();
    assert.deepEqual({ ...status }, { source: left, tag: 7, bytes: sent.byteLength });
    assert.equal(status.count(Type), length);
    assert.deepEqual(
      got,
      make(Type, length, (i) => mark(left, i)),
    );
  });
}

/** Blocking calls only, between pairs of different ranks. */
export function blocking(comm: Comm): void {
  const { rank, size } = comm;
  for (const length of lengthsOn(comm)) {
    for (let from = 0; from < size; from++) {
      const to = (from + 1) % size;
      if (from === to) continue;
      const expected = make(Float64Array, length, (i) => mark(from, i));
      if (rank === from) comm.send(expected, to);
      if (rank === from) comm.ssend(expected, to, 3);
      if (rank !== to) continue;
      const got = new Float64Array(length);
      assert.equal(comm.recv(got).tag, 0);
      assert.deepEqual(got, expected);
      got.fill(0);
      assert.equal(comm.recv(got, from).tag, 3);
      assert.deepEqual(got, expected);
    }
  }
}

export function sendrecv(comm: Comm): void {
  const { left, right } = neighbours(comm);
  for (const length of lengthsOn(comm)) {
    const got = new Float64Array(length);
    const sent = make(Float64Array, length, (i) => mark(comm.rank, i));
    const status = comm.sendrecv(sent, right, got, left, { sendTag: 4, recvTag: 4 });
    assert.equal(status.source, left);
    assert.deepEqual(
      got,
      make(Float64Array, length, (i) => mark(left, i)),
    );
  }
}

/** Every rank sends everything before it receives anything: messages that fit the rings need no receiver. */
export function everyoneSendsFirst(comm: Comm): void {
  const count = 300;
  const requests = [];
  for (let k = 0; k < count; k++) {
    for (let r = 0; r < comm.size; r++) requests.push(comm.isend(Float64Array.of(comm.rank, r, k), r, k % 5));
  }
  const got = new Float64Array(3);
  for (let k = 0; k < count; k++) {
    for (let r = 0; r < comm.size; r++) {
      comm.recv(got, r, k % 5);
      assert.deepEqual([...got], [r, comm.rank, k]);
    }
  }
  waitAll(requests);
}

/** Messages from one rank with one tag come in the order in which they were sent, short and long ones mixed. */
export function order(comm: Comm): void {
  const { left, right } = neighbours(comm);
  const length = (k: number) => (k % 10 === 3 ? 20_000 : k % 13);
  const requests = [];
  for (let k = 0; k < 200; k++) {
    const buf = new Int32Array(length(k) + 1).fill(k);
    requests.push(comm.isend(k % 4 === 0 ? share(buf) : buf, right, 1));
  }
  for (let k = 0; k < 200; k++) {
    const got = new Int32Array(length(k) + 1);
    assert.equal(comm.recv(got, left, 1).count(got), length(k) + 1);
    assert.equal(got[0], k);
    assert.equal(got[length(k)], k);
  }
  waitAll(requests);
}

/** Messages are chosen by tag, whatever their order, and by communicator. */
export function selection(comm: Comm): void {
  const { left, right } = neighbours(comm);
  const other = comm.dup();
  const requests = [10, 11, 12].flatMap((tag) => [
    comm.isend(Int32Array.of(tag), right, tag),
    other.isend(Int32Array.of(-tag), right, tag),
  ]);
  const got = new Int32Array(1);
  for (const tag of [12, 10, 11]) {
    comm.recv(got, left, tag);
    assert.equal(got[0], tag);
  }
  for (const tag of [10, 11, 12]) {
    assert.equal(other.recv(got, left).tag, tag);
    assert.equal(got[0], -tag);
  }
  waitAll(requests);
  other.free();
}

/** Receives that were started earlier get their messages first. */
export function startedReceives(comm: Comm): void {
  const { left, right } = neighbours(comm);
  const buffers = Array.from({ length: 20 }, () => new Int32Array(1));
  const received = buffers.map((buf, k) =>
    comm.irecv(buf, k % 2 === 0 ? left : ANY_SOURCE, k % 3 === 0 ? ANY_TAG : 2),
  );
  comm.barrier();
  for (let k = 0; k < 20; k++) comm.send(Int32Array.of(k), right, 2);
  waitAll(received);
  assert.deepEqual(
    buffers.map(([value]) => value),
    Array.from({ length: 20 }, (_, k) => k),
  );
}

export function anySource(comm: Comm): void {
  const { rank, size } = comm;
  if (rank !== 0) {
    for (let k = 0; k < 50; k++) comm.send(Int32Array.of(rank, k), 0, rank);
    comm.recv(new Int32Array(1), 0);
    return;
  }
  const seen = new Array<number>(size).fill(0);
  const got = new Int32Array(2);
  for (let n = 0; n < 50 * (size - 1); n++) {
    const { source, tag } = comm.recv(got, ANY_SOURCE, ANY_TAG);
    assert.equal(tag, source);
    assert.deepEqual([...got], [source, seen[source]++]);
  }
  for (let r = 1; r < size; r++) comm.send(Int32Array.of(1), r);
  assert.equal(comm.iprobe(), undefined);
}

export function probe(comm: Comm): void {
  const { left, right } = neighbours(comm);
  const request = comm.isend(new Float32Array(comm.rank + 5), right, 9);
  const found = comm.probe(ANY_SOURCE, 9);
  assert.deepEqual({ ...found }, { source: left, tag: 9, bytes: 4 * (left + 5) });
  assert.deepEqual(comm.iprobe(left), found);
  assert.equal(comm.iprobe(left, 8), undefined);
  const got = new Float32Array(found.count(Float32Array));
  assert.deepEqual(comm.recv(got, found.source, found.tag), found);
  assert.equal(comm.iprobe(left, 9), undefined);
  request.wait();
  comm.barrier();
}

/** A message that a probe has taken is nobody else's, waits as long as it must, and is received once. */
export async function matchedProbe(comm: Comm): Promise<void> {
  const { left, right } = neighbours(comm);
  for (const length of [3, 50_000]) {
    const sent = [1, 2, 3].map((k) => make(Float64Array, length, (i) => mark(comm.rank, i) * k));
    const requests = sent.map((buf) => comm.isend(buf, right, 5));
    const first = comm.mprobe(left, 5);
    assert.deepEqual([first.source, first.tag, first.bytes], [left, 5, 8 * length]);
    assert.equal(first.count(Float64Array), length);
    // the next one is the second, although the first has not been received
    const got = new Float64Array(length + 1);
    comm.recv(got, left, 5);
    assert.equal(got[1], mark(left, 1) * 2);
    assert.throws(() => first.recv(got.subarray(0, length - 1)), {
      code: "truncate",
      message: new RegExp(
        `^message.recv: the buffer holds ${length - 1} float64 elements, but the message has ${length} `,
      ),
    });
    if (comm.engine !== "mpi")
      assert.throws(() => first.recv(new Int32Array(2 * length)), { code: "mismatch" });
    const { source, tag, bytes } = first.recv(got);
    assert.deepEqual([source, tag, bytes], [left, 5, 8 * length]);
    assert.equal(got[length - 1], mark(left, length - 1));
    assert.throws(() => first.recv(got), {
      code: "argument",
      message: /^message.recv: the message has been received already/,
    });
    assert.throws(() => first.irecv(got), { code: "argument" });
    let third = comm.improbe(ANY_SOURCE, 5);
    while (third === undefined) third = comm.improbe(ANY_SOURCE, 5);
    const status = await third.irecv(got);
    assert.deepEqual([status.source, status.bytes, got[1]], [left, 8 * length, mark(left, 1) * 3]);
    for (const request of requests) request.wait();
    assert.equal(comm.improbe(left, 5), undefined);
    comm.barrier();
  }
  for (const nobodys of [comm.mprobe(PROC_NULL), comm.improbe(PROC_NULL)!]) {
    assert.deepEqual([nobodys.source, nobodys.tag, nobodys.bytes], [PROC_NULL, ANY_TAG, 0]);
    assert.equal(nobodys.recv(new Int8Array(1)).source, PROC_NULL);
  }
}

/** A message is only counted in elements of which it is a whole number. */
export function counts(comm: Comm): void {
  const { left, right } = neighbours(comm);
  const request = comm.isend(new Int16Array(6), right, 2);
  const found = comm.probe(left, 2);
  assert.equal(found.count(Int16Array), 6);
  assert.equal(found.count(new Float32Array(1)), 3);
  assert.throws(() => found.count(Float64Array), {
    code: "mismatch",
    message: new RegExp(
      `^count: the message has 12 bytes, no whole number of 8-byte elements .from rank ${left}, tag 2.$`,
    ),
  });
  comm.recv(new Int16Array(6), left, 2);
  request.wait();
}

/** A message may be shorter than its buffer; the rest stays as it was. */
export function shorter(comm: Comm): void {
  const { left, right } = neighbours(comm);
  for (const length of [2, 70_000]) {
    const request = comm.isend(new Float64Array(length).fill(1), right);
    const got = new Float64Array(length + 3).fill(-1);
    assert.equal(comm.recv(got, left).count(got), length);
    request.wait();
    assert.deepEqual([...got.subarray(length - 1)], [1, -1, -1, -1]);
  }
}

/** Views of the same memory at any offset, and subclasses. */
export function views(comm: Comm): void {
  const { left, right } = neighbours(comm);
  const request = comm.isend(Buffer.from([1, 2, 3, comm.rank]), right);
  const clamped = new Uint8ClampedArray(6).subarray(1, 5);
  comm.recv(clamped, left);
  request.wait();
  assert.deepEqual([...clamped], [1, 2, 3, left]);
}

/** `await` lets the event loop turn until the message is there: the ring of messages begins when every rank's timer has run. */
export async function awaiting(comm: Comm): Promise<void> {
  const { left, right } = neighbours(comm);
  const RING = 5;
  const TURNED = 6;
  for (const length of [1, 50_000]) {
    const got = new Float64Array(length);
    const received = comm.irecv(got, left, RING);
    if (comm.rank === 0) {
      for (let other = 1; other < comm.size; other++)
        await comm.irecv(new Float64Array(1), ANY_SOURCE, TURNED);
      comm.send(new Float64Array(length).fill(1), right, RING);
    } else {
      assert.equal(received.test(), false);
      setTimeout(() => comm.send(Float64Array.of(1), 0, TURNED), 1);
    }
    const status = await received;
    if (comm.rank !== 0) await comm.isend(new Float64Array(length).fill(1 + got[0]), right, RING);
    assert.equal(status.source, left);
    assert.equal(got[length - 1], comm.rank === 0 ? comm.size : comm.rank);
    assert.equal(received.test(), true);
    assert.equal(received.wait(), status);
  }
}

/** Many awaited requests at the same time: every rank sends ten messages, short and long, to every rank. */
export async function awaitingMany(comm: Comm): Promise<void> {
  const pairs = Array.from({ length: 10 * comm.size }, (_, k) => ({
    peer: k % comm.size,
    tag: Math.floor(k / comm.size),
  }));
  const length = (tag: number) => (tag % 2 === 0 ? 10 : 10_000);
  const received = pairs.map(async ({ peer, tag }) => {
    const buf = new Float64Array(length(tag));
    await comm.irecv(buf, peer, tag);
    return buf[buf.length - 1];
  });
  const sent = pairs.map(({ peer, tag }) =>
    comm.isend(new Float64Array(length(tag)).fill(comm.rank + tag), peer, tag),
  );
  assert.deepEqual(
    await Promise.all(received),
    pairs.map(({ peer, tag }) => peer + tag),
  );
  await Promise.all(sent);
}

function share(buf: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(buf.byteLength));
  copy.set(buf);
  return copy;
}
