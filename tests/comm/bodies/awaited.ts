// A program of ranks in threads of their own, where nothing but their work keeps the event loop alive.
import assert from "node:assert/strict";
import { pbkdf2 } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker, workerData } from "node:worker_threads";
import { gzip } from "node:zlib";
import { type Comm, type Request, world } from "../../../src/comm/index.js";
import { TuttiError } from "../../../src/errors.js";

export interface Task {
  readonly program: "ways" | "pauses" | "again";
  readonly flag: SharedArrayBuffer;
  readonly seed: number;
}

/** Milliseconds, far more than a rank waits before it looks whether it is idle. */
const LONG = 350;

const { program, flag, seed } = workerData.data as Task;
const bell = new Int32Array(flag);
const { waitAsync } = Atomics as unknown as {
  waitAsync(array: Int32Array, index: number, value: number): { value: Promise<string> | string };
};

function compute(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

async function repeat(action: () => Promise<unknown>): Promise<void> {
  for (const end = performance.now() + LONG; performance.now() < end; ) await action();
}

/** What a rank may be doing while it awaits a request, beside that. */
const WAYS: Record<string, () => Promise<unknown>> = {
  timer: () => delay(LONG),
  immediates: () => repeat(() => new Promise((resolve) => setImmediate(resolve))),
  files: () => repeat(() => readFile(fileURLToPath(import.meta.url))),
  compression: () => repeat(() => new Promise((resolve) => gzip(new Uint8Array(3e7), resolve))),
  keys: () => repeat(() => new Promise((resolve) => pbkdf2("a", "b", 500_000, 64, "sha512", resolve))),
  thread: () =>
    new Promise((resolve) => {
      new Worker(`setTimeout(() => {}, ${LONG})`, { eval: true }).on("exit", resolve);
    }),
  computation: async () => compute(LONG),
  otherRank: async () => waitAsync(bell, 0, 0).value,
};

/** Rank 0 does something before it sends what goes around, while all await or block. The last rank is not among them. */
async function ways(comm: Comm): Promise<void> {
  const { rank, size } = comm;
  const last = size - 2;
  const [one, other] = [new Float64Array(1), new Float64Array(1)];
  setTimeout(() => comm.isend(Float64Array.of(rank), rank, 9), LONG);
  await comm.irecv(one, rank, 9);
  assert.equal(one[0], rank);
  for (const [name, way] of Object.entries(WAYS)) {
    if (rank === 0) {
      const work = way().then(() => comm.isend(Float64Array.of(1), 1));
      await Promise.all([comm.irecv(one, last), work]);
    } else if (rank > last) {
      one[0] = 1;
      if (name === "otherRank") {
        compute(LONG);
        Atomics.store(bell, 0, 1);
        Atomics.notify(bell, 0);
      }
    } else {
      if (rank % 2 === 1) await comm.irecv(one, rank - 1);
      else comm.recv(one, rank - 1);
      await comm.isend(one, (rank + 1) % (last + 1));
    }
    await comm.iallreduce(one, { out: other });
    assert.equal(other[0], size);
  }
}

/** Messages that come just when the ranks that await them look whether they are idle. */
async function pauses(comm: Comm): Promise<void> {
  const { rank, size } = comm;
  let state = seed + 1;
  const random = (n: number) => {
    state = (state * 48271) % 2147483647;
    return state % n;
  };
  const requests: Request<unknown>[] = [];
  for (let step = 0; step < 80; step++) {
    const [from, to, pause, how] = [random(size), random(size), random(3), random(4)];
    const ms = 90 + random(250) / 10;
    if (rank === from && pause === 0) await (how < 2 ? delay(ms) : compute(ms));
    if (from === to) {
      if (pause === 1) await comm.iallreduce(1);
    } else if (rank === from) {
      if (how === 0) comm.ssend(Int32Array.of(step), to);
      else if (how === 1) await comm.issend(Int32Array.of(step), to);
      else requests.push(comm.isend(Int32Array.of(step), to));
    } else if (rank === to) {
      const into = new Int32Array(1);
      if (how === 3) comm.recv(into, from);
      else await comm.irecv(into, from);
      assert.equal(into[0], step);
    }
  }
  await Promise.all(requests);
  await comm.ibarrier();
}

/** Deadlocks that are caught; the ranks go on. */
async function again(comm: Comm): Promise<void> {
  const { rank, size } = comm;
  const [right, left] = [(rank + 1) % size, (rank + size - 1) % size];
  for (let round = 0; round < 6; round++) {
    const buf = Int32Array.of(-1);
    const waiting = async () => {
      if (round % 3 === 0 && rank === 1) comm.recv(buf, right, 3);
      else if (round % 3 === 1) await Promise.all([comm.irecv(buf, right, 3), comm.irecv(buf, left, 3)]);
      else await comm.irecv(buf, right, 3);
    };
    await assert.rejects(waiting, (error) => {
      assert.ok(error instanceof TuttiError && error.code === "deadlock", String(error));
      assert.deepEqual(error.data.ranks, [...new Array(size).keys()]);
      return true;
    });
    const received = comm.irecv(buf, left, 3);
    await comm.isend(Int32Array.of(round), right, 3);
    await received;
    assert.equal(buf[0], round);
    comm.barrier();
  }
}

await { ways, pauses, again }[program](world());
