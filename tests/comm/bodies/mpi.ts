import assert from "node:assert/strict";
import type { Comm } from "../../../src/comm/index.js";

/**
 * A message that does not fit is an error, and the next one is received. MPI does not say what the buffer holds then.
 * Only short messages: of long ones, Open MPI 4.1 writes more than fits, whatever program calls it.
 */
export function truncation(comm: Comm): void {
  const { rank, size } = comm;
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  for (let k = 0; k < 20; k++) {
    const requests = [comm.isend(new Float64Array(8), right, 6), comm.isend(Float64Array.of(1), right, 7)];
    const small = new Float64Array(3);
    assert.throws(() => comm.recv(small, left, 6), {
      code: "truncate",
      message:
        /^recv: the message has more elements than the buffer \(buffer of 3 elements, rank \d, tag 6, on world\)/,
    });
    assert.equal(comm.recv(small, left, 7).count(small), 1);
    for (const request of requests) request.wait();
  }
}

/** MPI does not know elements of a message from those of a buffer, but not every number of bytes can be these. */
export function otherElements(comm: Comm): void {
  const { rank, size } = comm;
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  for (const length of [3, 30_001]) {
    const error = {
      code: "mismatch",
      message: new RegExp(
        `the buffer has float64 elements, but the message has ${4 * length} bytes, no whole number of them .from rank ${left}, tag 3, on world.`,
      ),
    };
    const requests = [1, 2].map(() => comm.isend(new Int32Array(length), right, 3));
    const buf = new Float64Array(length);
    assert.throws(() => comm.recv(buf, left, 3), error);
    const received = comm.irecv(buf, left, 3);
    assert.throws(() => received.wait(), error);
    for (const request of requests) request.wait();
    comm.barrier();
  }
}

/** What an operation of the user throws reaches every rank that called it, and the communicator still works. */
export function throwingOperation(comm: Comm): void {
  const op = (): number => {
    throw new RangeError("no such sum");
  };
  for (const length of [1, 500, 100_000]) {
    const buf = new Float64Array(length);
    assert.throws(() => comm.allreduce(buf, { op }), { name: "RangeError", message: "no such sum" });
    assert.throws(() => comm.reduce(buf, { op }), RangeError);
    if (comm.rank > 0) assert.throws(() => comm.scan(buf, { op }), RangeError);
    else comm.scan(buf, { op });
    assert.equal(comm.allreduce(1), comm.size);
  }
}

/** Buffers that nothing but MPI holds while messages are under way must survive the collector. */
export async function droppedRequests(comm: Comm): Promise<void> {
  const { rank, size } = comm;
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  const length = 20_000; // too long to be sent before it is received
  for (let k = 0; k < 20; k++) comm.isend(new Float64Array(length).fill(100 * rank + k), right, k);
  for (let k = 0; k < 200; k++) new Float64Array(length).fill(-1); // garbage
  await new Promise((resolve) => setTimeout(resolve, 10));
  const got = new Float64Array(length);
  for (let k = 0; k < 20; k++) {
    comm.recv(got, left, k);
    assert.ok(got.every((value) => value === 100 * left + k));
  }
  comm.barrier();
}

/** MPICH 4.0 has some 2000 communicators: those that are freed must be given back with all that belongs to them. */
export function manyCommunicators(comm: Comm): void {
  for (let k = 0; k < 2100; k++) {
    comm.dup().free();
    comm.cart([comm.size])!.free();
  }
}

/** Longer than the steps in which sums of floats are gathered and combined. */
export function longSums(comm: Comm): void {
  const { rank, size } = comm;
  const length = 1_300_001;
  const buf = new Float64Array(length).fill(rank + 0.1);
  let tree = Array.from({ length: size }, (_, r) => r + 0.1);
  while (tree.length > 1)
    tree = tree.flatMap((value, i) =>
      i % 2 === 1 ? [] : [i + 1 < tree.length ? value + tree[i + 1] : value],
    );
  const [sum] = tree;
  assert.ok(comm.allreduce(buf).every((value) => value === sum));
  comm.allreduce(buf, { out: buf, op: (a, b) => a + b });
  assert.ok(buf.every((value) => value === sum));
}
