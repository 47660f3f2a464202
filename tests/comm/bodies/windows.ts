import assert from "node:assert/strict";
import { elementTypeOf } from "../../../src/comm/elements.js";
import {
  type ArrayType,
  type Comm,
  PROC_NULL,
  type TypedArray,
  Window,
  waitAll,
} from "../../../src/comm/index.js";
import { make, mark, TYPES, type Type } from "./arrays.js";

type AnyWindow = Window<TypedArray>;
type Element = never;

const isInteger = (Type: Type) => elementTypeOf(new Type(0))!.kind !== "float";
const isBig = (Type: Type) => elementTypeOf(new Type(0))!.kind === "bigint";

const any = (Type: unknown) => Type as ArrayType<TypedArray>;

/** A value of the kind that elements of `Type` have. */
const element = (Type: Type, value: number) => (isBig(Type) ? BigInt(value) : value) as Element;

/** What `value` becomes as an element of `Type`. */
function stored(Type: Type, value: number | bigint): number | bigint {
  const one = make(Type, 1, () => 0);
  const plain = one instanceof Uint8ClampedArray ? new Uint8Array(one.buffer) : one;
  (plain as Float64Array)[0] = value as number;
  return plain[0];
}

/** How often to repeat what threads do `most` times; processes that wait take a core each. */
const turns = ({ engine, size }: Comm, most: number) => {
  if (engine !== "mpi") return most;
  return Math.ceil(most / (size > 2 ? 40 : 8));
};

/** Every rank puts a row into its right neighbour's memory and gets one from it, for all types and lengths. */
export function types(comm: Comm): void {
  const { rank, size } = comm;
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  for (const Type of TYPES) {
    for (const length of [1, 5, 3001]) {
      const win: AnyWindow = Window.create(
        comm,
        make(Type, 2 * length + 1, (i) => mark(rank, i), true),
      );
      const expected = make(Type, 2 * length + 1, (i) => mark(rank, i));
      win.fence();
      win.put(
        make(Type, length, (i) => mark(rank, i + 1)),
        right,
        length + 1,
      );
      const got = make(Type, length, () => 0);
      win.get(got, right, 1);
      win.fence();
      for (let i = 0; i < length; i++) expected[length + 1 + i] = make(Type, 1, () => mark(left, i + 1))[0];
      assert.deepEqual(
        win.local,
        make(Type, 2 * length + 1, (i) => (i <= length ? mark(rank, i) : mark(left, i - length))),
      );
      assert.deepEqual(
        got,
        make(Type, length, (i) => mark(right, i + 1)),
      );
      win.free();
    }
  }
}

/** Halos of a ring filled by puts between two fences, again and again. */
export function halos(comm: Comm): void {
  const { rank, size } = comm;
  const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
  const cells = 10;
  const win = Window.allocate(comm, Float64Array, cells + 2);
  const u = win.local;
  for (let step = 0; step < turns(comm, 50); step++) {
    for (let i = 1; i <= cells; i++) u[i] = 1000 * step + 100 * rank + i;
    win.fence();
    win.put(u.subarray(1, 2), left, cells + 1);
    win.put(u.subarray(cells, cells + 1), right, 0);
    win.fence();
    assert.equal(u[0], 1000 * step + 100 * left + cells);
    assert.equal(u[cells + 1], 1000 * step + 100 * right + 1);
  }
  win.free();
}

/** Numbers drawn from a counter by all ranks are all different and leave none out. */
export function counter(comm: Comm): void {
  const { rank, size } = comm;
  const draws = turns(comm, 4000);
  for (const Type of [Int32Array, BigInt64Array, Float64Array, Int16Array] as const) {
    const many = Type === Int16Array ? Math.floor(draws / 10) : draws;
    const win: AnyWindow = Window.allocate(comm, any(Type), rank === size - 1 ? 3 : 0);
    const drawn: number[] = [];
    win.lockAll();
    for (let i = 0; i < many; i++)
      drawn.push(Number(win.fetchAndOp(element(Type, 1), size - 1, { offset: 1 })));
    win.unlockAll();
    for (let i = 1; i < many; i++) assert.ok(drawn[i] > drawn[i - 1]);
    const all = comm.allgather(Float64Array.from(drawn)).sort();
    assert.ok(all.every((value, i) => value === i));
    win.lock(size - 1, { shared: true });
    assert.equal(Number(win.fetchAndOp(element(Type, 0), size - 1, { offset: 1, op: "no-op" })), many * size);
    win.unlock(size - 1);
    win.free();
  }
}

/** A mutex that compareAndSwap makes keeps a sum that is read, changed and written back from losing anything. */
export function mutex(comm: Comm): void {
  const { rank, size } = comm;
  const rounds = turns(comm, 200);
  const win = Window.allocate(comm, Int32Array, 2);
  const sum = new Int32Array(1);
  win.lockAll();
  for (let i = 0; i < rounds; i++) {
    while (win.compareAndSwap(0, rank + 1, 0) !== 0) Atomics.wait(pillow, 0, 0, 0.1);
    win.get(sum, 0, 1);
    win.flush(0);
    sum[0] += rank + 1;
    win.put(sum, 0, 1);
    win.flush(0);
    assert.equal(win.compareAndSwap(rank + 1, 0, 0), rank + 1);
  }
  win.unlockAll();
  comm.barrier();
  win.lock(0);
  win.get(sum, 0, 1);
  win.unlock(0);
  assert.equal(sum[0], (rounds * size * (size + 1)) / 2);
  win.free();
}

const pillow = new Int32Array(new SharedArrayBuffer(4));

/** The same under an exclusive lock, whose holders shut out each other, shared ones only the exclusive. */
export function exclusive(comm: Comm): void {
  const { rank, size } = comm;
  const rounds = turns(comm, 300);
  const win = Window.allocate(comm, Float64Array, 2);
  const pair = new Float64Array(2);
  for (let i = 0; i < rounds; i++) {
    const target = i % size;
    const reads = (i + rank) % 3 === 0;
    win.lock(target, { shared: reads });
    win.get(pair, target);
    win.flush(target);
    assert.equal(pair[0] + pair[1], 0); // never between the two puts of a writer
    if (!reads) {
      win.put(Float64Array.of(pair[0] + 1), target);
      win.flush(target);
      win.put(Float64Array.of(-pair[0] - 1), target, 1);
    }
    win.unlock(target);
  }
  comm.barrier();
  win.lock(rank);
  const writes = comm.allreduce(win.local[0]);
  win.unlock(rank);
  let expected = 0;
  for (let r = 0; r < size; r++) for (let i = 0; i < rounds; i++) expected += (i + r) % 3 === 0 ? 0 : 1;
  assert.equal(writes, expected);
  win.free();
}

/** Every operation on every type gives what JavaScript gives. */
export function updates(comm: Comm): void {
  const { rank, size } = comm;
  const { min, max } = Math;
  const big = (op: (a: bigint, b: bigint) => bigint) => op as unknown as (a: number, b: number) => number;
  const numbers: Record<string, (a: number, b: number) => number> = {
    sum: (a, b) => a + b,
    prod: (a, b) => a * b,
    min: (a, b) => min(a, b),
    max: (a, b) => max(a, b),
    land: (a, b) => Number(a !== 0 && b !== 0),
    lor: (a, b) => Number(a !== 0 || b !== 0),
    lxor: (a, b) => Number((a !== 0) !== (b !== 0)),
    replace: (_, b) => b,
  };
  const bits: typeof numbers = { band: (a, b) => a & b, bor: (a, b) => a | b, bxor: (a, b) => a ^ b };
  const bigs: typeof numbers = {
    sum: big((a, b) => a + b),
    prod: big((a, b) => a * b),
    min: big((a: bigint, b: bigint) => (a < b ? a : b)),
    max: big((a: bigint, b: bigint) => (a > b ? a : b)),
    land: big((a, b) => BigInt(a !== 0n && b !== 0n)),
    lor: big((a, b) => BigInt(a !== 0n || b !== 0n)),
    lxor: big((a, b) => BigInt((a !== 0n) !== (b !== 0n))),
    replace: (_, b) => b,
    band: big((a, b) => a & b),
    bor: big((a, b) => a | b),
    bxor: big((a, b) => a ^ b),
  };
  const target = (rank + 1) % size;
  const source = (rank + size - 1) % size;
  // around 0 and both ends of every range, where libraries saturate or mistake signs
  const values = [
    0,
    1,
    3,
    -1,
    100,
    127,
    200,
    255,
    -100,
    32767,
    40000,
    65535,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 - 1,
  ];
  const first = (r: number, i: number) => values[(i + r) % values.length];
  const second = (r: number, i: number) => values[(5 * i + 2 + r) % values.length];
  const length = values.length;
  for (const Type of TYPES) {
    const exact = isBig(Type) ? bigs : isInteger(Type) ? { ...numbers, ...bits } : numbers;
    for (const [op, combine] of Object.entries(exact) as ["sum", (typeof numbers)[string]][]) {
      if (op === ("prod" as string) && /32Array/.test(Type.name) && isInteger(Type)) continue; // its own test below
      const win: AnyWindow = Window.create(
        comm,
        make(Type, length, (i) => first(rank, i), true),
      );
      const arriving = make(Type, length, (i) => second(rank, i));
      const before = make(Type, length, () => 0);
      win.fence();
      if (rank % 2 === 0) win.accumulate(arriving, target, { op });
      else win.getAccumulate(arriving, before, target, { op });
      win.fence();
      const initial = (r: number) => make(Type, length, (i) => first(r, i));
      const expected = make(Type, length, () => 0);
      const theirs = make(Type, length, (i) => second(source, i));
      for (let i = 0; i < length; i++) {
        const result = stored(Type, combine(initial(rank)[i] as number, theirs[i] as number));
        if (expected instanceof Uint8ClampedArray) new Uint8Array(expected.buffer)[i] = Number(result);
        else (expected as Float64Array)[i] = result as number;
      }
      assert.deepEqual(win.local, expected, `${op} ${Type.name}`);
      if (rank % 2 === 1) assert.deepEqual(before, initial(target), `${op} ${Type.name} before`);
      comm.barrier();
      // one element, and none changed
      win.lock(target);
      const seen = win.fetchAndOp(arriving[1] as Element, target, { op: "no-op", offset: 1 });
      const again = win.fetchAndOp(arriving[1] as Element, target, { op, offset: 1 });
      assert.equal(again, seen);
      const now = win.fetchAndOp(element(Type, 0), target, { op: "no-op", offset: 1 });
      assert.equal(
        now,
        stored(Type, combine(seen as number, arriving[1] as number)),
        `${op} ${Type.name} of one`,
      );
      win.unlock(target);
      win.free();
    }
  }
}

/** Products of 32-bit integers wrap around, even where a double could not hold them. */
export function products(comm: Comm): void {
  for (const Type of [Int32Array, Uint32Array]) {
    const win = Window.create(comm, make(Type, 1, () => 0x7654321, true) as Int32Array);
    win.fence();
    win.accumulate(new Type([0x1234567]) as Int32Array, (comm.rank + 1) % comm.size, { op: "prod" });
    win.fence();
    assert.deepEqual([...win.local], [...new Type([Math.imul(0x7654321, 0x1234567)])]);
    win.free();
  }
}

/** Minima of floats know NaN; pairs of value and index, and complex numbers, stay together. */
export function groups(comm: Comm): void {
  const { rank, size } = comm;
  const win = Window.allocate(comm, Float64Array, 6);
  win.fence();
  if (rank === 0) win.put(Float64Array.of(9, 9, -9, -9, 1, 2), 0);
  win.fence();
  win.accumulate(Float64Array.of(5 - (rank % 2), rank), 0, { op: "minloc" });
  win.accumulate(Float64Array.of(rank % 2, rank), 0, { offset: 2, op: "maxloc" });
  win.accumulate(Float64Array.of(1, -1), 0, { offset: 4, op: "complexSum" });
  win.fence();
  const odd = Math.min(1, size - 1);
  if (rank === 0) assert.deepEqual([...win.local], [5 - odd, odd, odd, odd, 1 + size, 2 - size]);
  win.fence();
  if (rank === size - 1) win.accumulate(Float64Array.of(Number.NaN), 0, { op: "min" });
  win.fence();
  if (rank === 0) assert.ok(Number.isNaN(win.local[0]));
  win.free();
}

/** Updates of the same elements by all ranks at the same time lose nothing, short and long, in fences and under locks. */
export function accumulates(comm: Comm): void {
  const { size } = comm;
  const rounds = turns(comm, 100);
  for (const Type of [Float64Array, Int32Array, Int8Array, BigUint64Array] as const) {
    const win: AnyWindow = Window.allocate(comm, any(Type), 1000);
    const ones = make(Type, 1000, () => 1);
    win.fence();
    for (let i = 0; i < rounds; i++) win.accumulate(ones, i % size);
    win.fence();
    const perTarget = (r: number) =>
      Array.from({ length: rounds }, (_, i) => i % size).filter((t) => t === r).length;
    const expected = make(Type, 1000, () => perTarget(comm.rank) * size);
    assert.deepEqual(win.local, expected);
    win.fence();
    win.lock(0, { shared: true });
    for (let i = 0; i < rounds; i++) win.accumulate(ones.subarray(0, 3) as TypedArray, 0, { offset: 997 });
    win.unlock(0);
    comm.barrier();
    if (comm.rank === 0) {
      win.lock(0);
      assert.deepEqual(
        win.local.subarray(999),
        make(Type, 1, () => Number(expected[0]) + rounds * size),
      );
      win.unlock(0);
    }
    win.free();
  }
}

/** compareAndSwap on every type of integer: equal elements are replaced, others are not. */
export function swaps(comm: Comm): void {
  const { rank, size } = comm;
  const target = (rank + 1) % size;
  for (const Type of TYPES.filter(isInteger)) {
    const win: AnyWindow = Window.create(
      comm,
      make(Type, 3, (i) => i + 1, true),
    );
    win.lock(target);
    assert.equal(Number(win.compareAndSwap(element(Type, 3), element(Type, 9), target, 1)), 2);
    assert.equal(Number(win.compareAndSwap(element(Type, 2), element(Type, 200), target, 1)), 2);
    assert.equal(
      win.compareAndSwap(element(Type, 0), element(Type, 7), target, 1),
      stored(Type, isBig(Type) ? 200n : 200),
    );
    win.unlock(target);
    comm.barrier();
    win.lock(rank);
    assert.deepEqual(
      win.local,
      make(Type, 3, (i) => [1, 200, 3][i]),
    );
    win.unlock(rank);
    win.free();
  }
}

/** Work is drawn from a queue by whoever is free; every piece is done once, whatever the others are doing meanwhile. */
export function queue(comm: Comm): void {
  const { rank, size } = comm;
  const pieces = 60;
  const win = Window.allocate(comm, Int32Array, rank === 0 ? 1 + pieces : 0);
  comm.barrier();
  win.lockAll();
  let done = 0;
  for (let i = win.fetchAndOp(1, 0); i < pieces; i = win.fetchAndOp(1, 0)) {
    win.accumulate(Int32Array.of(rank + 1), 0, { offset: 1 + i });
    done++;
  }
  win.unlockAll();
  assert.equal(comm.allreduce(done), pieces);
  if (rank === 0) {
    win.lock(0);
    assert.ok(win.local.subarray(1).every((who) => who >= 1 && who <= size));
    win.unlock(0);
  }
  win.free();
}

/** Targets need not do anything for the others: they may wait in calls of their own. */
export function passive(comm: Comm): void {
  const { rank, size } = comm;
  const win = Window.allocate(comm, Float64Array, size);
  const token = new Float64Array(1);
  if (rank === 0) {
    for (let r = 1; r < size; r++) {
      win.lock(r);
      win.put(Float64Array.of(r), r, 0);
      win.unlock(r);
    }
    for (let r = 1; r < size; r++) comm.send(token, r, 3);
  } else {
    comm.recv(token, 0, 3); // rank 0 writes while this rank is in here
    win.lock(rank, { shared: true });
    assert.equal(win.local[0], rank);
    win.unlock(rank);
  }
  win.free();
}

/** What one rank stores in shared memory its neighbours read there. */
export function sharedMemory(comm: Comm): void {
  const { rank, size } = comm;
  for (const Type of [Float64Array, BigInt64Array, Uint8Array, Uint8ClampedArray] as const) {
    const win: AnyWindow = Window.allocateShared(comm, any(Type), rank % 3 === 2 ? 0 : rank + 2);
    const length = (r: number) => (r % 3 === 2 ? 0 : r + 2);
    const [left, right] = [(rank + size - 1) % size, (rank + 1) % size];
    assert.equal(win.length(), length(rank));
    for (let r = 0; r < size; r++) {
      const view = win.shared(r);
      assert.ok(view instanceof Type);
      assert.equal(view.length, length(r));
      assert.equal(win.length(r), length(r));
    }
    assert.deepEqual(
      win.local,
      make(Type, length(rank), () => 0),
    );
    win.fence();
    if (length(right) > 0) win.shared(right)[1] = element(Type, rank + 1);
    win.fence();
    if (length(rank) > 0) assert.equal(Number(win.local[1]), left + 1);
    // the same by a lock and a message
    win.lockAll();
    if (length(rank) > 0) win.local[0] = element(Type, 50 + rank);
    win.sync();
    comm.barrier();
    win.sync();
    if (length(left) > 0) assert.equal(Number(win.shared(left)[0]), 50 + left);
    win.unlockAll();
    // operations work on it as on every window
    win.fence();
    if (length(right) > 0)
      win.accumulate(
        make(Type, 1, () => 2),
        right,
        { offset: 1 },
      );
    win.fence();
    if (length(rank) > 0) assert.equal(Number(win.local[1]), left + 3);
    const { local } = win;
    win.free();
    assert.throws(() => win.shared(rank), {
      code: "freed",
      message: `window.shared: shared window of ${comm.name} has been freed`,
    });
    if (comm.engine === "mpi" && size > 1) assert.equal(local.length, 0);
  }
}

/** Requests of puts and gets. */
export function requests(comm: Comm): void {
  const { rank, size } = comm;
  const target = (rank + 1) % size;
  const win = Window.create(comm, make(Float64Array, 8, (i) => mark(rank, i), true) as Float64Array);
  win.lockAll();
  const got = new Float64Array(4);
  waitAll([win.rget(got, target, 2), win.rput(Float64Array.of(-1, -2), target, 6), win.rput(got, PROC_NULL)]);
  win.unlockAll();
  assert.deepEqual(
    [...got],
    [2, 3, 4, 5].map((i) => mark(target, i)),
  );
  comm.barrier();
  win.lock(rank);
  assert.deepEqual([...win.local.subarray(5)], [mark(rank, 5), -1, -2]);
  win.unlock(rank);
  win.free();
}

/** A window has its own meetings: it works after the communicator it was made of is gone, and on part of the ranks. */
export function communicators(comm: Comm): void {
  const { rank } = comm;
  for (const other of [comm.dup(), comm.split(0, -rank), comm.split(rank % 2)]) {
    const win = Window.allocate(other, Int32Array, 1);
    assert.deepEqual([win.rank, win.size, win.name], [other.rank, other.size, `window of ${other.name}`]);
    const { size } = other;
    other.free();
    win.fence();
    for (let r = 0; r < size; r++) win.accumulate(Int32Array.of(1 + win.rank), r);
    win.fence();
    assert.equal(win.local[0], (size * (size + 1)) / 2);
    win[Symbol.dispose]();
    win.free();
  }
}

/** Two windows of one communicator do not meet. */
export function twoWindows(comm: Comm): void {
  const { rank, size } = comm;
  const target = (rank + 1) % size;
  const buf = new Float64Array(new SharedArrayBuffer(80));
  const a = Window.create(comm, buf.subarray(0, 5));
  const b = Window.create(comm, buf.subarray(5));
  a.lock(target);
  b.fence();
  b.put(Float64Array.of(7), target, 4);
  a.put(Float64Array.of(6), target, 4);
  assert.throws(() => b.lock(target), { code: "argument" });
  b.fence();
  a.unlock(target);
  b.fence();
  assert.deepEqual([...buf], [0, 0, 0, 0, 6, 0, 0, 0, 0, 7]);
  b.free();
  a.free();
}

/** Nothing is done for the rank of nobody. */
export function nobody(comm: Comm): void {
  const win = Window.allocate(comm, Int32Array, 2);
  win.fence();
  const buf = Int32Array.of(1, 2, 3);
  win.put(buf, PROC_NULL, 100);
  win.get(buf, PROC_NULL);
  win.accumulate(buf, PROC_NULL);
  win.getAccumulate(buf, new Int32Array(3), PROC_NULL, { op: "no-op" });
  win.fence();
  assert.deepEqual([...buf], [1, 2, 3]);
  assert.deepEqual([...win.local], [0, 0]);
  const message = `fetchAndOp: target must be a rank from 0 to ${comm.size - 1}, found -2 (number)`;
  assert.throws(() => win.fetchAndOp(1, PROC_NULL), { code: "argument", message });
  win.free();
}

/** What lies beyond the target's memory is refused before anything is written. */
export function bounds(comm: Comm): void {
  const { rank, size } = comm;
  const last = size - 1;
  const win = Window.allocate(comm, Float64Array, rank === last ? 4 : 0);
  win.fence();
  const buf = Float64Array.of(1, 2, 3);
  const beyond = (call: string, offset: number, count: number) => ({
    code: "argument",
    message: `${call}: rank ${last} has 4 elements in window of world, found offset ${offset} and ${count} elements, which would need ${offset + count}`,
  });
  assert.throws(() => win.put(buf, last, 2), beyond("put", 2, 3));
  assert.throws(() => win.get(buf, last, 4), beyond("get", 4, 3));
  assert.throws(() => win.accumulate(buf, last, { offset: 3 }), beyond("accumulate", 3, 3));
  assert.throws(
    () => win.getAccumulate(buf, buf.slice(), last, { offset: 9 }),
    beyond("getAccumulate", 9, 3),
  );
  assert.throws(() => win.fetchAndOp(1, last, { offset: 4 }), beyond("fetchAndOp", 4, 1));
  for (const offset of [-1, 0.5, Number.NaN])
    assert.throws(() => win.put(buf, last, offset), {
      code: "argument",
      message: /^put: offset must be an element, counted from 0, found /,
    });
  win.fence();
  if (rank === last) assert.deepEqual([...win.local], [0, 0, 0, 0]);
  win.free();
}

/** Arguments that no call takes. */
export function errors(comm: Comm): void {
  const { size } = comm;
  const wrong = (action: () => void, message: string | RegExp) =>
    assert.throws(action, { code: "argument", message });
  wrong(
    () => Window.create(comm, new Float64Array(5)),
    "Window.create: buf must be in shared memory, so that the other ranks can reach it, found a Float64Array of 5 elements in " +
      "private memory: take Window.allocate(comm, Float64Array, 5), a tensor's data, or new Float64Array(new SharedArrayBuffer(bytes))",
  );
  wrong(
    () => Window.create(comm, [1] as never),
    "Window.create: buf must be a TypedArray, found an Array of 1",
  );
  wrong(
    () => Window.allocate(comm, Array as never, 1),
    "Window.allocate: Type must be a TypedArray such as Float64Array, found Array",
  );
  wrong(
    () => Window.allocate(comm, Int8Array, -1),
    "Window.allocate: length must be a number of elements, found -1 (number)",
  );
  if (size > 1) {
    const Type = comm.rank === 1 ? Int32Array : Float32Array;
    assert.throws(() => Window.allocate<TypedArray>(comm, any(Type), 1), {
      code: "mismatch",
      message:
        "Window.allocate: all ranks must give the same kind of elements: rank 0 gives float32, rank 1 int32",
    });
  }
  const empty = Window.create(comm, new Int32Array(0));
  const win = Window.allocate(comm, Int32Array, 4);
  const floats = Window.allocate(comm, Float64Array, 4);
  for (const each of [empty, win, floats]) each.fence();
  const buf = new Int32Array(4);
  wrong(
    () => win.put(buf, size),
    `put: target must be a rank from 0 to ${size - 1} or PROC_NULL, found ${size} (number)`,
  );
  wrong(
    () => win.put(new Float32Array(1) as never, 0),
    "put: buf must be of int32 elements as window of world is, found float32 elements",
  );
  wrong(
    () => win.getAccumulate(buf, buf, 0),
    "getAccumulate: result overlaps the input; use a buffer of its own",
  );
  wrong(
    () => win.getAccumulate(buf, new Int32Array(3), 0),
    "getAccumulate: result must have 4 elements, found 3",
  );
  wrong(
    () => win.accumulate(buf, 0, { op: "add" as never }),
    /^accumulate: unknown op "add"; the predefined ones are sum, /,
  );
  wrong(() => win.accumulate(buf, 0, { op: "no-op" }), /^accumulate: op no-op would do nothing/);
  wrong(
    () => win.accumulate(buf, 0, { op: ((a: number) => a) as never }),
    /^accumulate: op must be the name of a predefined operation, /,
  );
  wrong(
    () => win.accumulate(buf.subarray(1), 0, { op: "minloc" }),
    "accumulate: op minloc combines groups of 2 elements, but there are 3",
  );
  wrong(
    () => win.fetchAndOp(1, 0, { op: "maxloc" }),
    "fetchAndOp: op maxloc combines groups of 2 elements, but there is 1",
  );
  wrong(
    () => floats.fetchAndOp(1, 0, { op: "band" }),
    /^fetchAndOp: op band does not work on float64 elements/,
  );
  wrong(
    () => win.fetchAndOp(1n as never, 0),
    "fetchAndOp: value must be a number for the int32 elements of window of world, found 1 (bigint)",
  );
  wrong(
    () => floats.compareAndSwap(0, 1, 0),
    "compareAndSwap: compares integers only, but window of world has float64 elements",
  );
  assert.throws(() => win.shared(0), {
    code: "unsupported",
    message: "window.shared: window of world shows no rank the memory of others; use Window.allocateShared",
  });
  for (const each of [empty, win, floats]) each.free();
  assert.throws(() => win.put(buf, 0), { code: "freed", message: "put: window of world has been freed" });
  assert.throws(() => win.fence(), { code: "freed" });
}

/** Calls that the epoch does not allow. */
export function epochs(comm: Comm): void {
  const { rank, size } = comm;
  const win = Window.allocate(comm, Int32Array, 4);
  const buf = new Int32Array(1);
  const wrong = (action: () => void, message: string) =>
    assert.throws(action, { code: "argument", message: `${message} (on window of world)` });
  wrong(() => win.put(buf, 0), "put: no epoch is open: call fence() or lock(0) first");
  wrong(() => win.fetchAndOp(1, 0), "fetchAndOp: no epoch is open: call fence() or lock(0) first");
  wrong(() => win.flush(0), "flush: no epoch is open: call fence() or lock(0) first");
  wrong(() => win.flush(), "flush: no epoch is open: call fence(), lock() or lockAll() first");
  wrong(() => win.unlock(0), "unlock: rank 0 is not locked by lock(0): call lock(0) first");
  wrong(() => win.unlockAll(), "unlockAll: the ranks are not locked by lockAll()");
  win.lock(rank);
  wrong(() => win.lock(rank), `lock: rank ${rank} is locked already: call unlock(${rank}) first`);
  wrong(() => win.lockAll(), `lockAll: rank ${rank} is locked: call unlock(${rank}) first`);
  wrong(() => win.fence(), `fence: rank ${rank} is locked: call unlock(${rank}) first`);
  wrong(() => win.free(), `window.free: rank ${rank} is locked: call unlock(${rank}) first`);
  const other = (rank + 1) % size;
  if (size > 1)
    wrong(
      () => win.put(buf, other),
      `put: rank ${other} is not locked, only rank ${rank}: call lock(${other}) first`,
    );
  win.unlock(rank);
  win.lockAll();
  wrong(() => win.lock(0), "lock: all ranks are locked already: call unlockAll() first");
  wrong(
    () => win.unlock(0),
    "unlock: rank 0 is not locked by lock(0), but all ranks by lockAll(): call unlockAll()",
  );
  wrong(() => win.fence(), "fence: all ranks are locked: call unlockAll() first");
  win.unlockAll();
  win.fence();
  win.put(buf, 0);
  win.flush(0);
  wrong(() => win.lock(0), "lock: operations have been begun since the last fence(): call fence() first");
  wrong(
    () => win.free(),
    "window.free: operations have been begun since the last fence(): call fence() first",
  );
  win.fence();
  win.lock(other, { shared: true }); // after a fence without operations
  win.unlock(other);
  wrong(() => win.put(buf, 0), "put: no epoch is open: call fence() or lock(0) first");
  win.free();
  win.free();
}
