import assert from "node:assert/strict";
import { ANY_SOURCE, type Comm, type Request } from "../../../src/comm/index.js";

/** A generator of numbers below `n`, the same on all ranks for the same seed (the multiplier of L'Ecuyer 1999 for 2³¹ − 1). */
function randomNumbers(seed: number): (n: number) => number {
  let state = BigInt(seed + 1);
  return (n) => {
    state = (state * 48271n) % 2147483647n;
    return Number(state % BigInt(n));
  };
}

interface Planned {
  readonly from: number;
  readonly to: number;
  readonly tag: number;
  readonly length: number;
  readonly shared: boolean;
  readonly content: number;
}

/** Random messages among all ranks, with collectives between them; every rank knows the plan and checks what it gets. */
export function traffic(comm: Comm, seed: number): void {
  const { rank, size } = comm;
  const random = randomNumbers(seed);
  const halves = comm.split(rank % 2);
  for (let round = 0; round < 12; round++) {
    const plan: Planned[] = Array.from({ length: 40 }, (_, k) => ({
      from: random(size),
      to: random(size),
      tag: random(3),
      length: [0, 1, 7, 200, 2000, 2500, 12_000, 60_000][random(8)],
      shared: random(2) === 0,
      content: seed + 100 * round + k,
    }));
    const sent = plan
      .filter(({ from }) => from === rank)
      .map((message) => {
        const buf = allocate(message.length, message.shared).fill(message.content);
        return comm.isend(buf, message.to, message.tag);
      });
    receiveInAnyOrder(comm, plan);
    const length = [1, 30, 3000, 40_000][random(4)];
    const shared = random(2) === 0;
    const total = comm.allreduce(allocate(length, shared).fill(rank + round), {
      out: allocate(length, !shared),
    });
    assert.equal(total[length - 1], (size * (size - 1)) / 2 + size * round);
    assert.equal(halves.allreduce(rank % 2), halves.size * (rank % 2));
    for (const request of sent) request.wait();
  }
}

/** Takes the messages for this rank in an order that differs from that of sending, except within one source and tag. */
function receiveInAnyOrder(comm: Comm, plan: readonly Planned[]): void {
  const expected = plan.filter(({ to }) => to === comm.rank);
  const lanes = new Map<string, Planned[]>();
  for (const message of expected) {
    const key = `${message.from} ${message.tag}`;
    lanes.set(key, [...(lanes.get(key) ?? []), message]);
  }
  const started: { request: Request<unknown>; buf: Int32Array; message: Planned }[] = [];
  for (const lane of [...lanes.values()].reverse()) {
    for (const [k, message] of lane.entries()) {
      const buf = allocate(message.length + 2, k % 2 === 0).fill(-1);
      const request = comm.irecv(buf, message.from, message.tag);
      if (k % 3 === 0) request.wait();
      started.push({ request, buf, message });
    }
  }
  for (const { request, buf, message } of started.reverse()) {
    request.wait();
    const wrong = buf.findIndex((value, i) => value !== (i < message.length ? message.content : -1));
    assert.equal(wrong, -1, `element ${wrong} of ${JSON.stringify(message)} is ${buf[wrong]}`);
  }
}

/** All ranks throw short messages at rank 0, more than the rings hold. */
export function manyToOne(comm: Comm): void {
  const { rank, size } = comm;
  const count = 3000;
  if (rank > 0) {
    const buf = new Int32Array(50);
    for (let k = 0; k < count; k++) comm.send(buf.fill(k).subarray(0, 1 + (k % 50)), 0, rank);
  } else {
    const next = new Int32Array(size);
    const buf = new Int32Array(50);
    for (let n = 0; n < count * (size - 1); n++) {
      const { source, tag, bytes } = comm.recv(buf, ANY_SOURCE);
      assert.equal(tag, source);
      assert.equal(bytes, 4 * (1 + (next[source] % 50)));
      assert.equal(buf[0], next[source]++);
    }
  }
  comm.barrier();
}

/** Thousands of collectives without a pause, with ranks that come late now and then. */
export function collectives(comm: Comm, rounds: number): void {
  const { rank, size } = comm;
  const random = randomNumbers(rank);
  const sum = (size * (size - 1)) / 2;
  const buf = new Float64Array(40);
  const shared = new Float64Array(new SharedArrayBuffer(8 * 1500));
  for (let k = 0; k < rounds; k++) {
    if (random(50) === 0) for (const end = performance.now() + random(3); performance.now() < end; );
    assert.equal(comm.allreduce(rank * k), sum * k);
    assert.equal(comm.bcast(buf.fill(rank === k % size ? k : -1), { root: k % size })[39], k);
    assert.equal(comm.allreduce(buf.fill(rank))[39], sum);
    if (k % 10 !== 0) continue;
    comm.allreduce(shared.fill(rank + k), { out: shared });
    assert.equal(shared[1499], sum + size * k);
    assert.equal(comm.alltoall(Int32Array.from({ length: size }, (_, r) => r * k))[rank], rank * k);
    comm.barrier();
  }
}

/** More shared buffers than a rank keeps known to its peers at a time, used again and again. */
export function manyBuffers(comm: Comm): void {
  const { rank, size } = comm;
  const random = randomNumbers(3);
  const length = 6000; // too long for the rings
  const buffers = Array.from({ length: 150 }, () => allocate(length, true));
  const right = (rank + 1) % size;
  const left = (rank + size - 1) % size;
  // a message that is taken only after its buffer would have been forgotten
  const early = comm.isend(allocate(length, true).fill(rank), right, 99);
  for (let k = 0; k < 300; k++) {
    const [a, b] = [buffers[random(150)], buffers[random(150)]];
    a.fill(rank + k);
    comm.allreduce(a, { out: b === a ? a : b });
    assert.equal(b[length - 1], (size * (size - 1)) / 2 + size * k);
    if (k % 10 > 0) continue;
    const sent = Array.from({ length: 8 }, (_, m) => comm.isend(buffers[m + 10].fill(m + k), right, m));
    for (let m = 7; m >= 0; m--) {
      comm.recv(buffers[m + 30], left, m);
      assert.equal(buffers[m + 30][length - 1], m + k);
    }
    for (const request of sent) request.wait();
  }
  const late = allocate(length, false);
  comm.recv(late, left, 99);
  assert.equal(late[length - 1], left);
  early.wait();
}

/** Buffers in a WebAssembly memory, before and after it has grown. */
export function webAssemblyMemory(comm: Comm): void {
  const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } }).WebAssembly;
  const memory = new Memory({ initial: 1, maximum: 64, shared: true });
  const sum = (comm.size * (comm.size - 1)) / 2;
  for (let pages = 1; pages < 40; pages *= 2) {
    const end = memory.buffer.byteLength;
    const buf = new Float64Array(memory.buffer, end - 32_768, 4096).fill(comm.rank);
    comm.allreduce(buf, { out: buf });
    assert.equal(buf[4095], sum);
    const request = comm.isend(buf.fill(comm.rank), (comm.rank + 1) % comm.size);
    const got = new Float64Array(4096);
    const { source } = comm.recv(got);
    request.wait();
    assert.equal(got[0], source);
    memory.grow(pages);
  }
}

type MemoryConstructor = new (options: {
  initial: number;
  maximum: number;
  shared: boolean;
}) => {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): void;
};

function allocate(length: number, shared: boolean): Int32Array {
  return shared ? new Int32Array(new SharedArrayBuffer(4 * length)) : new Int32Array(length);
}
