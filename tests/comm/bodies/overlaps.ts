import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import {
  ANY_SOURCE,
  type Comm,
  type Request,
  testAll,
  testAny,
  waitAll,
  waitAny,
} from "../../../src/comm/index.js";

/*
 * Nonblocking collectives beside each other, beside messages, and beside blocking collectives.
 */

/** Long enough for an ordered reduction in steps of messages, on every engine with more than two ranks. */
const LONG = 80_000;

/** Floats whose sum depends on the order in which they are added. */
function floats(rank: number, length: number, seed = 0): Float64Array {
  const scale = (i: number) => 10 ** ((rank * 5 + i + seed) % 9);
  return Float64Array.from({ length }, (_, i) => ((1 + rank * 7919 + i * 104729) % 1009) * scale(i) * 0.001);
}

/** All kinds are under way at once; each rank completes them in an order of its own. */
export function severalAtOnce(comm: Comm): void {
  const { rank, size } = comm;
  const sum = (size * (size + 1)) / 2;
  const all = Int32Array.from({ length: size }, (_, r) => r + 1);
  const upTo = (count: number) => (count * (count + 1)) / 2;
  const ordered = comm.allreduce(floats(rank, LONG));
  for (let turn = 0; turn < 3; turn++) {
    const started: (() => void)[] = [];
    const start = <T>(request: Request<T>, check: (value: T) => void) =>
      started.push(() => check(request.wait()));
    const mine = Int32Array.of(rank + 1);
    const root = turn % size;
    const only = <T>(value: T) => (rank === root ? value : undefined);
    start(comm.ibarrier(), () => {});
    start(comm.ibcast(Float64Array.of(rank, 7), { root }), (got) => assert.deepEqual([...got], [root, 7]));
    start(comm.igather(mine, { root }), (got) => assert.deepEqual(got, only(all)));
    start(comm.iscatter(only(all), { out: new Int32Array(1), root }), ([got]) => assert.equal(got, rank + 1));
    start(comm.iallgather(mine), (got) => assert.deepEqual(got, all));
    start(comm.ialltoall(all), (got) => assert.deepEqual(got, new Int32Array(size).fill(rank + 1)));
    start(comm.ireduce(rank + 1, { root }), (got) => assert.equal(got, only(sum)));
    start(comm.iallreduce(new Float64Array(LONG).fill(rank + 1)), (got) => assert.equal(got[LONG - 1], sum));
    start(comm.ireduceScatter(new Int32Array(size).fill(rank + 1)), ([got]) => assert.equal(got, sum));
    start(comm.iscan(rank + 1), (got) => assert.equal(got, upTo(rank + 1)));
    start(comm.iexscan(rank + 1), (got) => assert.equal(got, rank === 0 ? undefined : upTo(rank)));
    start(comm.iallreduce(floats(rank, LONG)), (got) => assert.deepEqual(got, ordered));
    for (let k = started.length, at = 3 * rank + turn; k > 0; k--, at += 5) started.splice(at % k, 1)[0]();
  }
}

/** The result has the bits of the blocking form, whatever is done meanwhile. */
export function sameBits(comm: Comm): void {
  const { rank } = comm;
  for (const length of [1, 9, 3001, LONG]) {
    const inputs = [0, 1, 2].map((seed) => floats(rank, length, seed));
    const requests = inputs.map((buf) => comm.iallreduce(buf));
    const scanned = comm.iscan(inputs[0]);
    const reduced = comm.ireduce(inputs[1], { op: (a, b) => a + b });
    const blocking = inputs.map((buf) => comm.allreduce(buf));
    assert.deepEqual(waitAll(requests), blocking);
    assert.deepEqual(scanned.wait(), comm.scan(inputs[0]));
    assert.deepEqual(reduced.wait(), rank === 0 ? blocking[1] : undefined);
    const inPlace = inputs[2].slice();
    assert.equal(comm.iallreduce(inPlace, { out: inPlace }).wait(), inPlace);
    assert.deepEqual(inPlace, blocking[2]);
  }
}

/** Blocking collectives on the communicator itself and on parts of it, while long reductions are under way. */
export function besideBlocking(comm: Comm): void {
  const { rank, size } = comm;
  const half = comm.split(rank % 2);
  const copy = comm.dup();
  const expected = comm.allreduce(floats(rank, LONG));
  for (let turn = 0; turn < 4; turn++) {
    const requests = [comm, copy, comm].map((each) => each.iallreduce(floats(rank, LONG)));
    assert.equal(comm.allreduce(1), size);
    assert.equal(half.allreduce(1), half.size);
    comm.barrier();
    assert.equal(copy.bcast(Float64Array.of(rank))[0], 0);
    assert.deepEqual(comm.allgatherObject({ rank }).length, size);
    for (const sum of waitAll(turn % 2 === 0 ? requests : requests.reverse()))
      assert.deepEqual(sum, expected);
  }
  half.free();
  copy.free();
}

/** Messages with every tag pass by collectives under way. */
export function besideMessages(comm: Comm): void {
  const { rank, size } = comm;
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  for (let tag = 0; tag < 40; tag++) {
    const sum = comm.iallreduce(Int32Array.of(rank, tag));
    const sent = comm.isend(Int32Array.of(tag, rank), right, tag);
    const barrier = comm.ibarrier();
    const got = new Int32Array(2);
    assert.equal(comm.recv(got, tag % 2 === 0 ? left : ANY_SOURCE).tag, tag);
    assert.deepEqual([...got], [tag, left]);
    assert.deepEqual([...sum.wait()], [(size * (size - 1)) / 2, size * tag]);
    waitAll([sent, barrier]);
  }
}

/**
 * The progress rule (MPI 4.1, section 3.7.4): a rank that is blocked in any call moves its own collectives on. Here the other
 * ranks need one of rank 0 complete before they do what it is blocked in.
 */
export function progressWhileBlocked(comm: Comm): void {
  const { rank, size } = comm;
  const token = new Int32Array(1);
  const others = Array.from({ length: size - 1 }, (_, r) => r + 1);
  const expected = comm.allreduce(floats(rank, LONG));
  const blockedIn: Record<string, [first: () => void, others: () => void]> = {
    recv: [() => others.map((r) => comm.recv(token, r)), () => comm.send(token, 0)],
    probe: [() => others.map((r) => [comm.probe(r), comm.recv(token, r)]), () => comm.send(token, 0)],
    ssend: [() => others.map((r) => comm.ssend(token, r)), () => comm.recv(token, 0)],
    recvObject: [() => others.map((r) => comm.recvObject(r)), () => comm.sendObject({}, 0)],
    wait: [() => others.map((r) => comm.irecv(token, r).wait()), () => comm.send(token, 0)],
    waitAny: [
      () => {
        const requests: (Request<unknown> | undefined)[] = others.map((r) => comm.irecv(token, r));
        for (let i = waitAny(requests); i !== undefined; i = waitAny(requests)) requests[i] = undefined;
      },
      () => comm.send(token, 0),
    ],
    barrier: [() => comm.barrier(), () => comm.barrier()],
    allreduce: [() => comm.allreduce(1), () => comm.allreduce(1)],
    bcast: [() => comm.bcast(token, { root: size - 1 }), () => comm.bcast(token, { root: size - 1 })],
    ibarrier: [() => comm.ibarrier().wait(), () => comm.ibarrier().wait()],
    iallreduce: [
      () => comm.iallreduce(floats(1, LONG)).wait(),
      () => comm.iallreduce(floats(1, LONG)).wait(),
    ],
    split: [() => comm.split(0).free(), () => comm.split(0).free()],
  };
  for (const [first, rest] of Object.values(blockedIn)) {
    const request = comm.iallreduce(floats(rank, LONG));
    if (rank === 0) first();
    const sum = request.wait();
    if (rank > 0) rest();
    assert.deepEqual(sum, expected);
  }
}

/** A rank that only tests now and then gets there, too, and so do requests of all kinds together. */
export function tested(comm: Comm): void {
  const { rank, size } = comm;
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  const requests = [
    comm.iallreduce(floats(rank, LONG)),
    comm.irecv(new Float64Array(LONG), left),
    comm.isend(new Float64Array(LONG), right),
    comm.ibarrier(),
    comm.iallgather(Int8Array.of(rank)),
  ];
  while (!testAll(requests));
  assert.equal(testAny(requests), 0);
  const again: (Request<unknown> | undefined)[] = [
    comm.ibarrier(),
    comm.ireduce(floats(rank, LONG), { root: size - 1 }),
    comm.irecv(new Int8Array(1), left),
    comm.isend(new Int8Array(1), right),
  ];
  const seen = new Set<number>();
  for (let i = waitAny(again); i !== undefined; i = waitAny(again)) {
    again[i] = undefined;
    seen.add(i);
  }
  assert.equal(seen.size, 4);
}

/** `await` lets the event loop turn: what the collectives need comes out of timers. */
export async function awaited(comm: Comm): Promise<void> {
  const { rank, size } = comm;
  const sum = (size * (size + 1)) / 2;
  const tasks = [0, 1, 2].map(async (k) => {
    const request = comm.iallreduce(new Float64Array(LONG).fill(rank + 1));
    const barrier = comm.ibarrier();
    await delay(rank * k);
    await barrier;
    assert.equal((await request)[LONG - 1], sum);
    assert.equal(await request, request.wait());
  });
  await Promise.all(tasks);
  assert.equal(await comm.iallreduce(1), size);
}

/** What an operation throws comes out of the request, on each rank that combines; the communicator works on. */
export function throwingOperation(comm: Comm): void {
  if (comm.size === 1) return; // nothing is combined
  const op = (a: number, b: number) => {
    if (a >= 0) throw new RangeError("no such sum");
    return a + b;
  };
  for (const length of [1, 500, LONG]) {
    const request = comm.iallreduce(new Float64Array(length), { op });
    const other = comm.iallreduce(1);
    assert.throws(() => request.wait(), { name: "RangeError", message: "no such sum" });
    assert.throws(() => request.test(), RangeError);
    assert.equal(other.wait(), comm.size);
    const scanned = comm.iscan(new Float64Array(length), { op });
    if (comm.rank > 0) assert.throws(() => scanned.wait(), RangeError);
    else scanned.wait();
    assert.equal(comm.allreduce(1), comm.size);
  }
}

/** Random sequences of starts, completions, messages and blocking collectives on three communicators; every rank knows the plan. */
export function randomSequences(world: Comm): void {
  const { rank, size } = world;
  const comms = [world, world.dup(), world.split(0, -rank)];
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  for (let seed = 1; seed <= 3; seed++) {
    const shared = randomNumbers(seed); // the same on all ranks
    const own = randomNumbers(seed + 10 * (rank + 1));
    const pending: (() => void)[] = [];
    const complete = () => pending.splice(own(pending.length), 1)[0]();
    for (let k = 0; k < 60; k++) {
      const comm = comms[shared(3)];
      const length = [1, 40, 3000, LONG][shared(4)];
      const root = shared(size);
      const kind = shared(7);
      const sum = (size * (size - 1)) / 2 + size * k;
      const isSum = (got: Float64Array | undefined) =>
        assert.ok(got === undefined || (got.length === length && got.every((value) => value === sum)));
      const input = () => new Float64Array(length).fill(rank + k);
      const start = <T>(request: Request<T>, check: (got: T) => void) =>
        pending.push(() => check(request.wait()));
      if (kind === 0) start(comm.iallreduce(input()), isSum);
      else if (kind === 1) start(comm.ireduce(input(), { root }), isSum);
      else if (kind === 2)
        start(comm.ibcast(new Float64Array(length).fill(comm.rank === root ? k : -1), { root }), (got) =>
          assert.ok(got.every((value) => value === k)),
        );
      else if (kind === 3)
        start(comm.iallgather(Int32Array.of(comm.rank * k)), (got) =>
          assert.ok(got.every((value, r) => value === r * k)),
        );
      else if (kind === 4) {
        const got = new Float64Array(length);
        start(world.irecv(got, left, k), () => assert.equal(got[length - 1], left + k));
        start(world.isend(input(), right, k), () => {});
      } else if (kind === 5) assert.equal(comm.allreduce(rank + k), sum);
      else start(comm.ibarrier(), () => {});
      while (pending.length > own(12)) complete();
    }
    while (pending.length > 0) complete();
  }
  for (const comm of comms.slice(1)) comm.free();
}

/** A generator of numbers below `n`, the same for the same seed (the multiplier of L'Ecuyer 1999 for 2³¹ − 1). */
function randomNumbers(seed: number): (n: number) => number {
  let state = BigInt(seed + 1);
  return (n) => {
    state = (state * 48271n) % 2147483647n;
    return Number(state % BigInt(n));
  };
}
