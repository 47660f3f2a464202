import assert from "node:assert/strict";
import {
  type Comm,
  PROC_NULL,
  type Request,
  startAll,
  testAll,
  waitAll,
  waitAny,
} from "../../../src/comm/index.js";

const neighbours = ({ rank, size }: Comm) => ({ left: (rank + size - 1) % size, right: (rank + 1) % size });

/** The same two messages many times, with new content each time. */
export function restarted(comm: Comm): void {
  const { left, right } = neighbours(comm);
  for (const length of [1, 20_000]) {
    const [out, into] = [new Float64Array(length), new Float64Array(length)];
    for (const send of [comm.sendInit(out, right, 3), comm.ssendInit(out, right, 3)]) {
      const receive = comm.recvInit(into, left, 3);
      for (let k = 0; k < 100; k++) {
        out.fill(100 * comm.rank + k);
        startAll([receive, send]);
        assert.ok(receive.active);
        const [status] = waitAll([receive, send]);
        assert.deepEqual({ ...status }, { source: left, tag: 3, bytes: 8 * length });
        assert.equal(into[length - 1], 100 * left + k);
        assert.ok(!receive.active && !send.active);
      }
    }
  }
}

/** Started, completed and waited for beside requests of other kinds. */
export async function mixed(comm: Comm): Promise<void> {
  const { left, right } = neighbours(comm);
  const into = new Int32Array(1);
  const out = new Int32Array(1);
  const receive = comm.recvInit(into, left);
  const send = comm.sendInit(out, right);
  for (let k = 0; k < 20; k++) {
    out[0] = k;
    startAll([receive, send]);
    const requests: Request<unknown>[] = [receive, comm.ibarrier(), send, comm.iallreduce(1)];
    if (k % 4 === 0) waitAll(requests);
    if (k % 4 === 1) while (!testAll(requests));
    if (k % 4 === 2) await Promise.all(requests);
    if (k % 4 === 3) {
      const pending: (Request<unknown> | undefined)[] = [...requests];
      const seen = [];
      for (let i = waitAny(pending); i !== undefined; i = waitAny(pending)) {
        seen.push(i);
        if (i % 2 === 1) pending[i] = undefined; // a persistent request leaves by itself
      }
      assert.deepEqual(seen.sort(), [0, 1, 2, 3]);
    }
    assert.ok(!receive.active);
    assert.equal(into[0], k);
    assert.equal(waitAny([receive, send]), undefined);
  }
}

/** What is not active is complete, with nothing received at first; what is active cannot be started. */
export function states(comm: Comm): void {
  const { left, right } = neighbours(comm);
  const receive = comm.recvInit(new Int8Array(1), left);
  assert.equal(receive.wait().bytes, 0);
  assert.ok(receive.test());
  receive.start();
  assert.throws(() => receive.start(), {
    code: "argument",
    message: /^start: the request of recvInit is active/,
  });
  comm.send(new Int8Array(1), right);
  assert.equal(receive.wait().source, left);
  assert.equal(receive.wait().source, left);
  const nobody = [comm.sendInit(new Int8Array(1), PROC_NULL), comm.recvInit(new Int8Array(1), PROC_NULL)];
  startAll(nobody);
  assert.equal(waitAll(nobody).length, 2);
  assert.throws(() => comm.sendInit(new Int8Array(1), comm.size), {
    code: "argument",
    message: /^sendInit: dest/,
  });
  assert.throws(() => comm.recvInit(new Int8Array(1), 0, -5), {
    code: "argument",
    message: /^recvInit: tag/,
  });
}

/** A nonblocking synchronous send is complete only when its receiver has begun. */
export function synchronous(comm: Comm): void {
  const { left, right } = neighbours(comm);
  for (const length of [0, 1, 20_000]) {
    const request = comm.issend(new Float64Array(length).fill(comm.rank), right, 8);
    assert.equal(request.test(), false);
    comm.barrier();
    assert.equal(request.test(), false);
    comm.barrier(); // nobody has begun to receive before this
    const got = new Float64Array(length);
    comm.recv(got, left, 8);
    request.wait();
    assert.ok(got.every((value) => value === left));
  }
}
