import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TuttiError } from "../../src/errors.js";
import { Heap } from "../../src/kernels/index.js";

const PAGE = 65536;

/** A heap whose first `start` bytes are somebody else's and that may grow to `pages`. */
function heapOf(start: number, pages: number): Heap {
  // TypeScript declares WebAssembly only with the browser's types.
  const { Memory } = (
    globalThis as unknown as { WebAssembly: { Memory: new (limits: object) => Heap["memory"] } }
  ).WebAssembly;
  return new Heap(new Memory({ initial: 16, maximum: pages, shared: true }), start, pages);
}

/** Numbers from 0 to 2^31 in a fixed order (a linear congruential generator). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >>> 8;
  };
}

describe("Heap", () => {
  test("blocks are aligned to 64 bytes, inside the memory and apart from each other", () => {
    const heap = heapOf(1000, 4096);
    const next = numbers(1);
    const live: { pointer: number; bytes: number }[] = [];
    assert.ok(heap.scratch >= 1000);
    for (let step = 0; step < 20_000; step++) {
      if (live.length > 200 || (live.length > 0 && next() % 3 === 0)) {
        const [gone] = live.splice(next() % live.length, 1);
        heap.release(gone.pointer, gone.bytes);
        continue;
      }
      const bytes = next() % (next() % 5 === 0 ? 200_000 : 2000);
      live.push({ pointer: heap.allocate(bytes), bytes });
    }
    live.sort((a, b) => a.pointer - b.pointer);
    let end = heap.scratch + 4096;
    for (const { pointer, bytes } of live) {
      assert.equal(pointer % 64, 0);
      assert.ok(pointer >= end, `block at ${pointer} begins before the end ${end} of the one before`);
      end = pointer + bytes;
    }
    assert.ok(end <= heap.bytesReserved);
    for (const { pointer, bytes } of live) heap.release(pointer, bytes);
    assert.equal(heap.bytesInUse, 0);
  });

  test("bytesInUse counts live blocks, rounded up", () => {
    const heap = heapOf(0, 1024);
    const small = heap.allocate(100);
    assert.equal(heap.bytesInUse, 128);
    const large = heap.allocate(1_000_000);
    assert.equal(heap.bytesInUse, 128 + 1_000_000);
    heap.release(small, 100);
    heap.release(large, 1_000_000);
    assert.equal(heap.bytesInUse, 0);
  });

  test("a released block is used again", () => {
    const heap = heapOf(0, 1024);
    for (const bytes of [0, 1, 64, 65, 1000, 40_000, 3_000_000]) {
      const first = heap.allocate(bytes);
      heap.release(first, bytes);
      assert.equal(heap.allocate(bytes), first);
      heap.release(first, bytes);
    }
  });

  test("sizes that change all the time do not use up the memory", () => {
    const heap = heapOf(0, 1024);
    const next = numbers(2);
    let previous = { pointer: heap.allocate(0), bytes: 0 };
    for (let step = 0; step < 20_000; step++) {
      const bytes = next() % 4_000_000;
      const pointer = heap.allocate(bytes);
      heap.release(previous.pointer, previous.bytes);
      previous = { pointer, bytes };
    }
    assert.ok(heap.bytesReserved <= 40_000_000, `${heap.bytesReserved} bytes for at most two blocks of 4 MB`);
  });

  test("growing replaces the views and keeps the contents", () => {
    const heap = heapOf(0, 4096);
    const pointer = heap.allocate(80);
    const before = heap.f64;
    for (let i = 0; i < 10; i++) before[pointer / 8 + i] = i;
    const large = heap.allocate(100_000_000);
    heap.u8[large + 99_999_999] = 7;
    assert.notEqual(heap.f64, before);
    assert.equal(heap.f64.buffer, heap.memory.buffer);
    assert.deepEqual([...heap.f64.subarray(pointer / 8, pointer / 8 + 10)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // The old view shows the same memory, as far as it reaches.
    heap.f64[pointer / 8] = 42;
    assert.equal(before[pointer / 8], 42);
    assert.equal(heap.u8.length, heap.bytesReserved);
    assert.equal(heap.i32.length * 4, heap.bytesReserved);
    assert.equal(heap.f32.length * 4, heap.bytesReserved);
  });

  test("when the memory is full, an error names the sizes and the heap stays usable", () => {
    const heap = heapOf(0, 64);
    const blocks: number[] = [];
    const fill = () => {
      for (;;) blocks.push(heap.allocate(100_000));
    };
    assert.throws(fill, (error: TuttiError) => {
      assert.equal(error.code, "memory");
      assert.match(error.message, /100000 more bytes/);
      assert.equal(error.data.requested, 100_000);
      assert.equal(error.data.inUse, heap.bytesInUse);
      assert.equal(error.data.limit, 64 * PAGE);
      return true;
    });
    assert.ok(blocks.length >= 40);
    heap.release(blocks.pop()!, 100_000);
    assert.equal(typeof heap.allocate(100_000), "number");
  });

  test("memory of small blocks serves large ones when nothing else is left", () => {
    const heap = heapOf(0, 256);
    const small = Array.from({ length: 8000 }, () => heap.allocate(1000));
    const kept = small.splice(4000, 1)[0];
    for (const pointer of small) heap.release(pointer, 1000);
    const large = heap.allocate(12_000_000);
    assert.ok(large + 12_000_000 <= kept || large >= kept + 1000);
    // And the free lists know nothing of the blocks that went.
    const again = Array.from({ length: 1000 }, () => heap.allocate(1000));
    for (const pointer of again) assert.ok(pointer + 1000 <= large || pointer >= large + 12_000_000);
  });

  test("reaches to 4 GiB and refuses more", () => {
    const heap = heapOf(0, 65536);
    const first = heap.allocate(2_500_000_000);
    const second = heap.allocate(1_700_000_000);
    assert.ok(second > 2 ** 31);
    const last = second + 1_700_000_000 - 4;
    heap.i32[last / 4] = -5;
    assert.equal(heap.i32[last / 4], -5);
    assert.throws(() => heap.allocate(200_000_000), { code: "memory" });
    heap.release(first, 2_500_000_000);
    assert.equal(heap.allocate(2_500_000_000), first);
  });

  test("what is not a size is refused", () => {
    const heap = heapOf(0, 64);
    for (const bytes of [Number.NaN, -100, Number.POSITIVE_INFINITY, 1e9 + 0.5])
      assert.throws(() => heap.allocate(bytes), { code: "argument" });
  });
});
