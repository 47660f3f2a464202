import assert from "node:assert/strict";
import { test } from "node:test";
import { allocateRings, openRing } from "../../../src/comm/threads/ring.js";

/** A ring must behave as a queue of limited size; here it is compared with an array. */
test("a ring gives back what was put in, in order, for all lengths and positions", () => {
  const rings = allocateRings(100);
  const writer = openRing(rings, 100, 3, 7);
  const reader = openRing(rings, 100, 3, 7);
  const queue: { length: number; value: number }[] = [];
  let state = 1;
  const random = (n: number) => {
    state = (state * 48271) % 2147483647;
    return state % n;
  };
  let refused = 0;
  for (let k = 0; k < 200_000; k++) {
    // phases in which writing and reading prevail
    if (random(10) < (k % 2000 < 1000 ? 7 : 3)) {
      const length = 8 * (1 + random(random(4) === 0 ? writer.maxRecord / 8 : 8));
      const at = writer.reserve(length);
      if (at < 0) refused++;
      else {
        assert.ok(at % 8 === 0 && at + length <= writer.bytes.length);
        writer.words[(at >> 2) + 1] = k;
        writer.publish();
        queue.push({ length, value: k });
      }
    } else {
      const at = reader.peek();
      const oldest = queue.shift();
      assert.equal(at >= 0, oldest !== undefined);
      if (oldest === undefined) continue;
      assert.deepEqual({ length: reader.words[at >> 2], value: reader.words[(at >> 2) + 1] }, oldest);
      reader.release();
    }
  }
  assert.ok(refused > 0, "the ring was full now and then");
});

test("the longest record fits an empty ring at every position", () => {
  const rings = allocateRings(2);
  const ring = openRing(rings, 2, 0, 1);
  const reader = openRing(rings, 2, 0, 1);
  for (let k = 0; k < 20_000; k++) {
    for (const length of [8 * (1 + (k % 37)), ring.maxRecord]) {
      assert.ok(ring.reserve(length) >= 0);
      ring.publish();
      assert.ok(reader.peek() >= 0);
      reader.release();
    }
  }
});

test("rings of different pairs do not overlap", () => {
  const rings = allocateRings(3);
  for (let source = 0; source < 3; source++) {
    for (let dest = 0; dest < 3; dest++) openRing(rings, 3, source, dest).bytes.fill(3 * source + dest);
  }
  for (let source = 0; source < 3; source++) {
    for (let dest = 0; dest < 3; dest++) {
      assert.ok(openRing(rings, 3, source, dest).bytes.every((byte) => byte === 3 * source + dest));
    }
  }
});
