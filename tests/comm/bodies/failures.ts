import assert from "node:assert/strict";
import { ANY_SOURCE, type Comm, type Request } from "../../../src/comm/index.js";
import { TuttiError } from "../../../src/errors.js";

/** What an action throws, as values that can leave the thread. */
function caught(action: () => unknown): { code: string; message: string; data: object } {
  try {
    action();
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    const { code, message, data } = error;
    return { code, message, data };
  }
  throw new Error("nothing was thrown");
}

const neighbours = ({ rank, size }: Comm) => ({ left: (rank + size - 1) % size, right: (rank + 1) % size });

/** A message that does not fit is dropped, and the next one is received. */
export function truncation(comm: Comm): void {
  const { left, right } = neighbours(comm);
  for (const length of [8, 30_000]) {
    const requests = [
      comm.isend(new Float64Array(length), right, 6),
      comm.isend(Float64Array.of(1), right, 6),
    ];
    const small = new Float64Array(3).fill(-1);
    assert.deepEqual(
      caught(() => comm.recv(small, left)),
      {
        code: "truncate",
        message: `recv: the buffer holds 3 float64 elements, but the message has ${length} (from rank ${left}, tag 6, on world)`,
        data: { source: left, tag: 6, communicator: "world", sent: length, room: 3 },
      },
    );
    assert.equal(comm.recv(small, left).count(small), 1);
    assert.deepEqual([...small], [1, -1, -1]);
    for (const request of requests) request.wait();
  }
}

export function elementTypes(comm: Comm): void {
  const { left, right } = neighbours(comm);
  const request = comm.isend(new Float32Array(2), right, 1);
  const received = comm.irecv(new Float64Array(2), left, 1);
  const error = caught(() => received.wait());
  assert.equal(error.code, "mismatch");
  assert.match(error.message, /^irecv: the buffer has float64 elements, but the message has float32/);
  assert.deepEqual(
    caught(() => received.wait()),
    error,
  );
  request.wait();
  const object = comm.isend(new Float32Array(2), right);
  assert.match(caught(() => comm.recvObject(left)).message, /recvObject: .*but the message has float32/);
  object.wait();
  if (comm.rank === 0) comm.sendObject({}, right);
  if (comm.rank === 1 % comm.size) {
    assert.match(caught(() => comm.recv(new Uint8Array(1000), 0)).message, /the message has object/);
  }
}

/** After an error that all ranks see, the communicator still works. */
export function collectives(comm: Comm): void {
  const { rank, size } = comm;
  const last = rank === size - 1;
  const most = Array.from({ length: size - 1 }, (_, r) => r).join(", ");
  const ranks = size > 2 ? `ranks ${most}` : "rank 0";
  const long = 5000;
  const cases: [() => unknown, string][] = [
    [
      () => (last ? comm.bcast(new Int32Array(2)) : comm.barrier()),
      `${ranks}: barrier(); rank ${size - 1}: bcast(2 × int32, root 0)`,
    ],
    [
      () => comm.bcast(new Int32Array(2), { root: last ? 1 : 0 }),
      `${ranks}: bcast(2 × int32, root 0); rank ${size - 1}: bcast(2 × int32, root 1)`,
    ],
    [
      () => comm.allreduce(new Float64Array(last ? long : 3)),
      `${ranks}: allreduce(3 × float64, op sum); rank ${size - 1}: allreduce(${long} × float64, op sum)`,
    ],
    [
      () => comm.allreduce(last ? new Float32Array(long) : new Float64Array(long)),
      `${ranks}: allreduce(${long} × float64, op sum); rank ${size - 1}: allreduce(${long} × float32, op sum)`,
    ],
    [
      () => comm.allreduce(1, { op: last ? "max" : "min" }),
      `${ranks}: allreduce(1 × float64, op min); rank ${size - 1}: allreduce(1 × float64, op max)`,
    ],
    [
      () => comm.gather(new Int8Array(last ? 2 : 1)),
      `${ranks}: gather(1 × int8, root 0); rank ${size - 1}: gather(2 × int8, root 0)`,
    ],
    [
      () => comm.scatter(rank === 0 ? new Int8Array(2 * size) : null, { out: new Int8Array(last ? 3 : 2) }),
      `${ranks}: scatter(2 × int8, root 0); rank ${size - 1}: scatter(3 × int8, root 0)`,
    ],
    [
      () => comm.allgather(new Int32Array(last ? long : 2)),
      `${ranks}: allgather(2 × int32); rank ${size - 1}: allgather(${long} × int32)`,
    ],
    [
      () => comm.allgatherObject(last ? comm.bcastObject(1) : 1),
      `${ranks}: allgatherObject(1 × float64); rank ${size - 1}: bcastObject(1 × float64, root 0)`,
    ],
  ];
  for (const [call, expected] of cases) {
    const error = caught(call);
    assert.equal(error.code, "mismatch");
    const message = error.message.replace(/ at \S+:\d+:\d+/g, ""); // lines are named where ranks are being checked
    assert.ok(message.endsWith(`: ${expected}`), `${message}\n${expected}`);
    assert.equal(new Set(comm.allgatherObject(error.message)).size, 1);
  }
}

/** Counts that do not fit together are seen by all ranks, whoever is wrong. */
export function counts(comm: Comm): void {
  const { rank, size } = comm;
  const last = rank === size - 1;
  for (const unit of [1, 4000]) {
    const ones = new Array<number>(size).fill(unit);
    const other = ones.map((count, r) => (last && r === 0 ? count + unit : count));
    const total = other.reduce((sum, count) => sum + count, 0);
    const cases: [() => unknown, RegExp][] = [
      [
        () => comm.gather(new Int8Array(rank === 1 ? 2 * unit : unit)),
        /other counts than the root expects \(rank 1\)/,
      ],
      [() => comm.allgather(new Int8Array(unit), { counts: other }), /give different counts/],
      [
        () => comm.reduceScatter(new Int8Array(size * unit), { counts: swapped(ones, last) }),
        /give different counts/,
      ],
      [
        () => comm.alltoall(new Int8Array(total), { sendCounts: other, recvCounts: ones }),
        /other counts than their receivers expect \(rank 0\)/,
      ],
    ];
    for (const [call, expected] of cases) {
      const error = caught(call);
      assert.equal(error.code, "mismatch");
      assert.match(error.message, expected);
      assert.equal(new Set(comm.allgatherObject(error.message)).size, 1);
    }
  }
}

function swapped(counts: number[], swap: boolean): number[] {
  return swap ? [counts[0] * 2, ...counts.slice(1, -1), 0] : counts;
}

/** What an operation of the user throws reaches each rank that called it, and the next collective works. */
export function throwingOperation(comm: Comm): void {
  const op = (a: number, b: number) => {
    if (a >= 0) throw new RangeError("no such sum");
    return a + b;
  };
  for (const length of [1, 500, 100_000]) {
    for (const shared of [false, true]) {
      const memory = shared ? new SharedArrayBuffer(8 * length) : new ArrayBuffer(8 * length);
      const buf = new Float64Array(memory as ArrayBuffer);
      assert.throws(() => comm.allreduce(buf, { op }), { name: "RangeError", message: "no such sum" });
      if (comm.rank > 0) assert.throws(() => comm.scan(buf, { op }), RangeError);
      else comm.scan(buf, { op });
      assert.equal(comm.allreduce(1), comm.size);
    }
  }
}

const waits: Record<string, (comm: Comm) => unknown> = {
  recv: (comm) => comm.recv(new Int8Array(1), 1, 4),
  recvFromAny: (comm) => comm.recv(new Int8Array(1)),
  irecv: (comm) => comm.irecv(new Int8Array(1), 1).wait(),
  probe: (comm) => comm.probe(1),
  recvObject: (comm) => comm.recvObject(1),
  ssend: (comm) => comm.ssend(new Int8Array(1), 1, 2),
  longSend: (comm) => comm.send(new Int8Array(1e6), 1),
  barrier: (comm) => comm.barrier(),
  allreduce: (comm) => comm.allreduce(1),
  iallreduce: (comm) => comm.iallreduce(1).wait(),
  awaitIbarrier: (comm) => comm.ibarrier(),
  longAllreduce: (comm) => comm.allreduce(new Float64Array(1e5)),
  bcastObject: (comm) => comm.bcastObject(1, { root: 1 }),
  split: (comm) => comm.split(0),
  awaitRecv: (comm) => comm.irecv(new Int8Array(1), 1),
  awaitSend: (comm) => comm.isend(new Int8Array(1e6), 1),
};

/** Rank 1 returns at once; the others wait for it in the way that `what` names. */
export async function waitForRankOne(comm: Comm, what: string): Promise<string> {
  if (comm.rank === 1) return "";
  try {
    await waits[what](comm);
  } catch (error) {
    if (error instanceof TuttiError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing was thrown";
}

/** Rank 1 sends and returns; what it sent still arrives. */
export async function messagesOfReturnedRank(comm: Comm): Promise<void> {
  if (comm.rank === 1) {
    for (let k = 0; k < 100; k++) comm.send(Int32Array.of(k), 0);
    comm.isend(new Float64Array(50_000).fill(7), 0, 1);
    comm.isend(new Float64Array(new SharedArrayBuffer(400_000)).fill(8), 0, 2);
    return;
  }
  if (comm.rank !== 0) return;
  await new Promise((resolve) => setTimeout(resolve, 300));
  const long = new Float64Array(50_000);
  for (const tag of [2, 1]) {
    comm.recv(long, 1, tag);
    assert.equal(long[49_999], 6 + tag);
  }
  const got = new Int32Array(1);
  for (let k = 0; k < 100; k++) {
    comm.recv(got, 1);
    assert.equal(got[0], k);
  }
  assert.equal(caught(() => comm.recv(got, 1)).code, "deadlock");
}

/** Every rank waits, each in its own way, until somebody ends the job: rank 2 in its event loop, the others for it. */
export async function waitForever(comm: Comm): Promise<void> {
  const half = comm.split(comm.rank < 2 ? 0 : 1);
  if (comm.rank === 0) comm.recv(new Int8Array(1), 2, 5);
  if (comm.rank === 1) half.barrier();
  if (comm.rank === 2) await comm.irecv(new Int8Array(1), ANY_SOURCE, 8);
  if (comm.rank === 3) comm.ssend(new Float32Array(3), 2, 9);
}

/** Ends the job from rank 1 while the others wait for it. */
export async function abortFromRankOne(comm: Comm): Promise<string> {
  if (comm.rank === 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    comm.abort(3);
  }
  return await waitForRankOne(comm, comm.rank === 0 ? "recv" : "awaitRecv");
}

/** Rank 0 waits for itself. */
export function waitForSelf(comm: Comm): void {
  assert.equal(comm.iprobe(comm.rank), undefined);
  for (const call of [
    () => comm.recv(new Int8Array(1), comm.rank),
    () => comm.probe(comm.rank),
    () => comm.ssend(new Int8Array(1), comm.rank),
    () => comm.irecv(new Int8Array(1), comm.rank, 3).wait(),
  ]) {
    assert.equal(caught(call).code, "deadlock");
  }
}

/** Ranks that start different collectives are told so, at the start or when they wait; the communicator works on. */
export async function startedDifferent(comm: Comm): Promise<void> {
  const { rank, size } = comm;
  const last = rank === size - 1;
  const long = 50_000;
  const cases: (() => Request<unknown>)[] = [
    () => (last ? comm.ibarrier() : comm.iallreduce(1)),
    () => comm.iallreduce(new Float64Array(last ? long : 3)),
    () => comm.iallreduce(last ? new Float32Array(long) : new Float64Array(long)),
    () => comm.iallreduce(1, { op: last ? "max" : "min" }),
    () => comm.iallgather(new Int32Array(last ? 3 : 2)),
  ];
  for (const [k, start] of cases.entries()) {
    let error: unknown;
    try {
      const request = start();
      if (k % 2 === 0) await request;
      else request.wait();
    } catch (thrown) {
      error = thrown;
    }
    assert.ok(error instanceof TuttiError, `rank ${rank}, case ${k}: ${error}`);
    assert.equal(error.code, "mismatch");
    assert.match(error.message, /^ranks of world started different collectives: .*rank/);
    assert.equal(comm.iallreduce(1).wait(), size);
    comm.barrier();
  }
  const counts = Array.from({ length: size }, (_, r) => (last && r === 0 ? 3 : 2));
  const given = { sendCounts: counts, recvCounts: new Array<number>(size).fill(2) };
  const request = comm.ialltoall(new Int16Array(2 * size + 1), given);
  if (rank === 0) assert.throws(() => request.wait(), { message: /^ialltoall: .*3/ });
  else request.wait();
}
