import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Comm, dimsCreate, File, type TypedArray } from "../../../src/comm/index.js";
import { make, mark, TYPES, type Type } from "./arrays.js";

/** Holds what is not written, in files that are looked at byte by byte. */
export const OLD = 0xee;

/** A path in `folder` that no other call gives, the same on every rank. */
export function freshPath(comm: Comm, folder: string): string {
  return comm.bcastObject(join(folder, randomUUID()));
}

/** The bytes of an array. */
export function bytesOf(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Fails unless a file has exactly these bytes; read by plain calls of the system, on all ranks. */
export function hasBytes(comm: Comm, path: string, expected: Uint8Array, what = ""): void {
  comm.barrier();
  const found = readFileSync(path);
  assert.equal(found.length, expected.length, `length ${what}`);
  const wrong = found.findIndex((byte, i) => byte !== expected[i]);
  assert.equal(wrong, -1, `byte ${wrong} ${what}`);
  comm.barrier();
}

/** Starts each value at 1, which no fresh byte has. */
const piece = (Type: Type, rank: number, length: number) => make(Type, length, (i) => mark(rank, i));

/** What each rank writes at its place is there for all, for every type, in private and in shared memory. */
export function everyType(comm: Comm, folder: string): void {
  const { rank, size } = comm;
  const path = freshPath(comm, folder);
  const file = File.open(comm, path, "w+");
  for (const [t, Type] of TYPES.entries()) {
    const [length, shared] = [300 + t, t % 2 === 1];
    const mine = make(Type, length, (i) => mark(rank, i), shared);
    const all = new Uint8Array(size * mine.byteLength);
    for (let r = 0; r < size; r++) all.set(bytesOf(piece(Type, r, length)), r * mine.byteLength);
    for (const collective of [false, true]) {
      file.resize(0);
      if (collective) file.writeAtAll(rank * mine.byteLength, mine);
      else file.writeAt(rank * mine.byteLength, mine);
      hasBytes(comm, path, all, Type.name);
      assert.equal(file.size, all.length);
      const next = (rank + 1) % size;
      const got = make(Type, length, () => 0, shared);
      const offset = next * got.byteLength;
      assert.equal(collective ? file.readAtAll(offset, got) : file.readAt(offset, got), length);
      assert.deepEqual(
        got,
        make(Type, length, (i) => mark(next, i), shared),
      );
    }
  }
  file.close();
}

/** Typed views count in elements, begin behind a header of any length, and may follow each other. */
export function typedViews(comm: Comm, folder: string): void {
  const { rank, size } = comm;
  const path = freshPath(comm, folder);
  const file = File.open(comm, path, "w+");
  const header = Uint8Array.of(1, 2, 3);
  if (rank === size - 1) file.writeAt(0, header);
  for (const Type of TYPES) {
    file.setView({ type: Type, offset: header.length });
    const mine = piece(Type, rank, 10);
    file.writeAtAll(rank * 10, mine);
    const got = make(Type, 10 * size, () => 0);
    assert.equal(file.readAtAll(0, got), 10 * size);
    for (let r = 0; r < size; r++) assert.deepEqual(got.slice(10 * r, 10 * r + 10), piece(Type, r, 10));
    file.setView();
    const start = new Uint8Array(3);
    assert.equal(file.readAt(0, start), 3);
    assert.deepEqual(start, header);
  }
  file.close();
}

/** Blocks of all ranks in turn, with a gap after them, begun in the middle of a block. */
export function interleaved(comm: Comm, folder: string): void {
  const { rank, size } = comm;
  for (const [Type, block, gap] of [
    [Uint8Array, 1, 0],
    [Int16Array, 3, 1],
    [Float64Array, 1, 0],
    [Float64Array, 5, 2],
    [BigInt64Array, 3000, 1],
  ] as const) {
    const stride = block * size + gap;
    const header = 5;
    const [rounds, first] = [7, Math.floor(block / 2)];
    const count = rounds * block - first;
    const { BYTES_PER_ELEMENT: bytes } = Type;
    const whole = new Uint8Array(header + rounds * stride * bytes).fill(OLD);
    for (let r = 0; r < size; r++) {
      const from = bytesOf(piece(Type, r, count));
      for (let i = 0; i < count; i++) {
        const e = first + i;
        const at = header + (r * block + Math.floor(e / block) * stride + (e % block)) * bytes;
        whole.set(from.subarray(i * bytes, (i + 1) * bytes), at);
      }
    }
    for (const collective of [false, true]) {
      const path = freshPath(comm, folder);
      if (rank === 0) writeFileSync(path, new Uint8Array(whole.length).fill(OLD));
      comm.barrier();
      const file = File.open(comm, path, "r+");
      file.setView({ type: Type, offset: header + rank * block * bytes, block, stride });
      const mine = piece(Type, rank, count);
      const half = Math.floor(count / 2);
      for (const [from, to] of [
        [0, half],
        [half, count],
      ]) {
        if (collective) file.writeAtAll(first + from, mine.subarray(from, to));
        else file.writeAt(first + from, mine.subarray(from, to));
      }
      const where = `${Type.name} ${block} of ${stride}, collective ${collective}`;
      hasBytes(comm, path, whole, where);
      const got = make(Type, count, () => 0);
      for (let at = 0; at < count; ) {
        const part = got.subarray(at, at + Math.ceil(count / 3));
        at += collective ? file.readAtAll(first + at, part) : file.readAt(first + at, part);
      }
      assert.deepEqual(got, mine, where);
      file.close();
    }
  }
}

/** Ranks whose views have blocks of other lengths, of which some are written in one piece and some are put together. */
export function unevenBlocks(comm: Comm, folder: string): void {
  const { rank, size } = comm;
  const blocks = Array.from({ length: size }, (_, r) => [1, 5000, 37, 2, 800][r % 5]);
  const begins = blocks.map((_, r) => blocks.slice(0, r).reduce((sum, n) => sum + n, 3));
  const stride = begins[size - 1] + blocks[size - 1] + 4;
  const rounds = 9;
  const counts = blocks.map((block) => block * rounds);
  const whole = new Int32Array(rounds * stride).fill(0x01020304);
  for (const [r, block] of blocks.entries())
    for (let i = 0; i < counts[r]; i++)
      whole[Math.floor(i / block) * stride + begins[r] + (i % block)] = mark(r, i);
  const path = freshPath(comm, folder);
  if (rank === 0) writeFileSync(path, new Int32Array(rounds * stride).fill(0x01020304));
  comm.barrier();
  const file = File.open(comm, path, "r+");
  file.setView({ type: Int32Array, offset: 4 * begins[rank], block: blocks[rank], stride });
  const mine = make(Int32Array, counts[rank], (i) => mark(rank, i));
  file.writeAtAll(0, mine);
  hasBytes(comm, path, bytesOf(whole));
  const got = new Int32Array(counts[rank]);
  assert.equal(file.readAtAll(0, got), got.length);
  assert.deepEqual(got, mine);
  file.close();
}

/** The positions of a rank's block along each axis, as evenly as they can be divided. */
export function blockOf(coords: readonly number[], dims: readonly number[], sizes: readonly number[]) {
  const begin = (axis: number, part: number) => Math.floor((part * sizes[axis]) / dims[axis]);
  const starts = sizes.map((_, axis) => begin(axis, coords[axis]));
  const subsizes = sizes.map((_, axis) => begin(axis, coords[axis] + 1) - starts[axis]);
  return { sizes, subsizes, starts };
}

/** The elements of a block of an array, row-major, where element i of the array is `value(i)`. */
export function blockValues(
  { sizes, subsizes, starts }: ReturnType<typeof blockOf>,
  value: (i: number) => number,
): Float32Array {
  const count = subsizes.reduce((product, n) => product * n, 1);
  return Float32Array.from({ length: count }, (_, i) => {
    let [index, stride, rest] = [0, 1, i];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      index += (starts[axis] + (rest % subsizes[axis])) * stride;
      rest = Math.floor(rest / subsizes[axis]);
      stride *= sizes[axis];
    }
    return value(index);
  });
}

/** Blocks of arrays in several dimensions, two arrays one after the other, are what one rank would have written. */
export function subarrays(comm: Comm, folder: string): void {
  for (const sizes of [[23], [7, 11], [1, 13], [3, 6, 5, 2]]) {
    const cells = sizes.reduce((product, n) => product * n, 1);
    const two = Float32Array.from({ length: 2 * cells }, (_, i) => i + 1);
    const expected = new Uint8Array(8 + two.byteLength);
    expected.set(bytesOf(two), 8);
    const cart = comm.cart(sizes.map(() => 0))!;
    const block = blockOf(cart.coords(), cart.dims, sizes);
    const path = freshPath(comm, folder);
    const file = File.open(cart, path, "w+");
    file.setView({ type: Float32Array, offset: 8, subarray: block });
    for (const collective of [false, true]) {
      file.resize(0);
      const [first, second] = [0, cells].map((begin) => blockValues(block, (i) => begin + i + 1));
      const put = collective ? file.writeAtAll.bind(file) : file.writeAt.bind(file);
      // the second array before the first: the file grows, then a gap is filled
      put(second.length, second);
      put(0, first);
      hasBytes(comm, path, expected, `[${sizes}] on [${cart.dims}]`);
      const got = new Float32Array(2 * first.length);
      assert.equal(collective ? file.readAtAll(0, got) : file.readAt(0, got), got.length);
      assert.deepEqual(got, Float32Array.of(...first, ...second));
    }
    file.close();
    cart.free();
  }
}

/** What some ranks have written on one grid, others read on another. */
export function otherRanks(comm: Comm, folder: string): void {
  const { rank, size } = comm;
  const sizes = [13, 10];
  const path = freshPath(comm, folder);
  const value = (i: number) => 3 * i + 1;
  const open = (group: Comm, dims: number[], mode: "r" | "w") => {
    const cart = group.cart(dims)!;
    const block = blockOf(cart.coords(), cart.dims, sizes);
    const file = File.open(cart, path, mode);
    file.setView({ type: Float32Array, subarray: block });
    cart.free(); // a file does not need its communicator any more
    return { file, block };
  };
  const { file, block } = open(comm, [size, 1], "w");
  file.writeAtAll(0, blockValues(block, value));
  file.close();
  for (const group of [comm.split(0), comm.split(rank % 2), comm.split(rank)]) {
    for (const dims of [[1, group.size], dimsCreate(group.size, [0, 0])]) {
      const { file, block } = open(group, dims, "r");
      const expected = blockValues(block, value);
      const got = new Float32Array(expected.length);
      assert.equal(file.readAtAll(0, got), got.length);
      assert.deepEqual(got, expected);
      file.close();
    }
    group.free();
  }
}

/** In collective calls a rank may have nothing, even a view without elements. */
export function nothing(comm: Comm, folder: string): void {
  const { rank, size } = comm;
  const path = freshPath(comm, folder);
  const file = File.open(comm, path, "w+");
  const none = new Float32Array(0);
  file.writeAtAll(0, none);
  assert.equal(file.readAtAll(0, none), 0);
  assert.equal(file.size, 0);
  for (const owner of [0, size - 1]) {
    file.resize(0);
    const mine = rank === owner;
    const subarray = { sizes: [4, 6], subsizes: mine ? [4, 3] : [0, 3], starts: [0, mine ? 2 : 0] };
    file.setView({ type: Float32Array, subarray });
    const values = Float32Array.from({ length: mine ? 12 : 0 }, (_, i) => i + 1);
    file.writeAtAll(0, values);
    const got = new Float32Array(values.length);
    assert.equal(file.readAtAll(0, got), got.length);
    assert.deepEqual(got, values);
    file.writeAt(7, none);
    assert.equal(file.readAt(7, none), 0);
    if (!mine) assert.throws(() => file.writeAt(0, new Float32Array(1)), { code: "argument" });
    assert.equal(comm.allreduce(file.size), 4 * (3 * 6 + 5) * size);
    comm.barrier();
  }
  file.close();
}

/** At the end of the file a read gives what there is, in whole elements, and leaves the rest of the buffer alone. */
export function shortReads(comm: Comm, folder: string): void {
  const { rank, size } = comm;
  const path = freshPath(comm, folder);
  if (rank === 0) writeFileSync(path, Buffer.alloc(8 * 10 + 5, 1));
  comm.barrier();
  const file = File.open(comm, path, "r");
  const one = new Float64Array(Uint8Array.from({ length: 8 }, () => 1).buffer)[0];
  const check = (offset: number, length: number, expected: number) => {
    for (const collective of [false, true]) {
      const buf = new Float64Array(length).fill(-1);
      const count = collective ? file.readAtAll(offset, buf) : file.readAt(offset, buf);
      assert.equal(count, expected, `from ${offset}`);
      assert.deepEqual(
        buf,
        Float64Array.from({ length }, (_, i) => (i < expected ? one : -1)),
      );
    }
  };
  check(0, 10, 10);
  check(8 * rank, 100, 10 - rank);
  file.setView({ type: Float64Array });
  check(0, 12, 10);
  check(9, 12, 1);
  check(10, 12, 0);
  check(1000, 12, 0);
  // ranks see elements rank, rank + size, …
  file.setView({ type: Float64Array, offset: 8 * rank, block: 1, stride: size });
  const there = Math.max(0, Math.ceil((10 - rank) / size));
  check(0, 20, there);
  check(Math.max(there - 1, 0), 20, Math.min(there, 1));
  check(there + 5, 20, 0);
  file.close();
}

/** A file is as long as what has been written or asked for; what nobody has written is 0. */
export function lengths(comm: Comm, folder: string): void {
  const { rank, size } = comm;
  const path = freshPath(comm, folder);
  const file = File.open(comm, path, "w+");
  assert.equal(file.size, 0);
  file.resize(100);
  assert.equal(file.size, 100);
  hasBytes(comm, path, new Uint8Array(100));
  file.writeAtAll(50, Uint8Array.of(7));
  file.resize(51);
  const expected = new Uint8Array(51);
  expected[50] = 7;
  hasBytes(comm, path, expected);
  if (rank === size - 1) file.writeAt(1000, Uint8Array.of(1, 2));
  file.sync();
  assert.equal(file.size, 1002);
  comm.barrier();
  file.resize(0);
  assert.equal(file.size, 0);
  file.close();
}

/** `read` and `write` go on where the last one ended, each rank for itself, in bytes or in elements of the view. */
export function positions(comm: Comm, folder: string): void {
  const { rank, size } = comm;
  const path = freshPath(comm, folder);
  const file = File.open(comm, path, "w+");
  assert.equal(file.position, 0);
  file.position = 12 * rank;
  file.write(Int32Array.of(rank, 1));
  assert.equal(file.position, 12 * rank + 8);
  file.writeAll(Int32Array.of(2));
  assert.equal(file.position, 12 * rank + 12);
  file.sync();
  file.setView({ type: Int32Array, offset: 4, block: 1, stride: 3 });
  assert.equal(file.position, 0);
  const got = new Int32Array(size + 4).fill(9);
  assert.equal(file.read(got.subarray(0, 1)), 1);
  assert.equal(file.position, 1);
  assert.equal(file.readAll(got.subarray(1)), size - 1);
  assert.equal(file.position, size);
  assert.deepEqual(
    got,
    Int32Array.from({ length: size + 4 }, (_, i) => (i < size ? 1 : 9)),
  );
  file.close();
}

/** Long files: places beyond what 32 bits count. */
export function farPlaces(comm: Comm, folder: string): void {
  const { rank, size } = comm;
  const path = freshPath(comm, folder);
  const file = File.open(comm, path, "w+");
  const far = 3 * 2 ** 31; // bytes; the file has holes and takes no room
  file.setView({ type: Float64Array, offset: far + 8 * rank, block: 1, stride: size });
  file.writeAtAll(0, Float64Array.of(rank, rank + 0.5));
  file.setView({ type: Float64Array, offset: far });
  const got = new Float64Array(2 * size);
  assert.equal(file.readAtAll(0, got), 2 * size);
  assert.deepEqual(
    got,
    Float64Array.from({ length: 2 * size }, (_, i) => (i % size) + (i < size ? 0 : 0.5)),
  );
  assert.equal(file.size, far + 16 * size);
  comm.barrier();
  file.resize(0);
  file.close();
}

/** `using` lets go of files without waiting for others; many of them one after the other leave nothing behind. */
export function letGo(comm: Comm, folder: string): void {
  const path = freshPath(comm, folder);
  const { rank } = comm;
  using outer = File.open(comm, path, "w+");
  for (let i = 0; i < 5; i++) {
    using file = File.open(comm, path, "r+");
    file.writeAtAll(8 * rank, Float64Array.of(rank));
  }
  outer.sync();
  const got = new Float64Array(comm.size + 1);
  assert.equal(outer.readAt(0, got), comm.size);
  assert.equal(got[comm.size - 1], comm.size - 1);
}
