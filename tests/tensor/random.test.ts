import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, mean, normal, permutation, randomInts, uniform, variance } from "../../src/tensor/index.js";
import { assertTuttiError, flat } from "./support.js";

test("element i depends on seed, stream and i only: parts drawn by several ranks make the whole", () => {
  for (const dtype of ["float64", "float32"] as const)
    for (const draw of [uniform, normal]) {
      const whole = draw([10], { seed: 7, stream: 3, dtype });
      const parts = [
        draw([3], { seed: 7, stream: 3, dtype }),
        draw([0], { seed: 7, stream: 3, first: 3, dtype }),
        draw([7], { seed: 7, stream: 3, first: 3, dtype }),
      ];
      assert.deepEqual(flat(concat(parts)), flat(whole));
    }
  const whole = randomInts([9], { seed: 1, high: 1000 });
  assert.deepEqual(flat(randomInts([4], { seed: 1, high: 1000, first: 5 })), flat(whole).slice(5));
});

test("seeds and streams give different numbers", () => {
  const first = flat(uniform([4], { seed: 1 }));
  assert.deepEqual(flat(uniform([4], { seed: 1, stream: 0 })), first);
  for (const key of [
    { seed: 2 },
    { seed: 1, stream: 1 },
    { seed: 1 + 2 ** 40 },
    { seed: 1, stream: 2 ** 52 },
  ])
    assert.notDeepEqual(flat(uniform([4], key)), first);
});

test("uniform and normal have the moments of their distributions", () => {
  const n = 200_000;
  // Five standard deviations of the estimates.
  const u = uniform([n], { seed: 11, low: -1, high: 3 });
  assert.ok(Math.abs(mean(u).item() - 1) < (5 * Math.sqrt(16 / 12)) / Math.sqrt(n));
  assert.ok(Math.abs(variance(u).item() - 16 / 12) < 0.02);
  assert.ok(flat(u).every((x) => x >= -1 && x < 3));
  const z = normal([n], { seed: 12, mean: 2, deviation: 3 });
  assert.ok(Math.abs(mean(z).item() - 2) < (5 * 3) / Math.sqrt(n));
  assert.ok(Math.abs(variance(z).item() / 9 - 1) < 5 * Math.sqrt(2 / n));
  const inside = flat(z).filter((x) => Math.abs(x - 2) < 3).length / n;
  assert.ok(Math.abs(inside - 0.682689) < 5 * Math.sqrt(0.25 / n));
});

test("randomInts cover their range evenly", () => {
  const counts = new Array<number>(6).fill(0);
  for (const i of flat(randomInts([60_000], { seed: 4, low: -2, high: 4 }))) counts[i + 2]++;
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, String(counts));
  assert.equal(randomInts([2, 3], { seed: 4, high: 2 }).dtype, "int32");
});

test("permutation holds each number once, and every order is as likely", () => {
  assert.deepEqual(
    [...permutation(1000, { seed: 1 })].sort((a, b) => a - b),
    [...Array(1000).keys()],
  );
  assert.deepEqual(permutation(50, { seed: 1 }), permutation(50, { seed: 1 }));
  assert.notDeepEqual(permutation(50, { seed: 1 }), permutation(50, { seed: 1, stream: 1 }));
  assert.deepEqual([...permutation(0, { seed: 1 })], []);
  const orders = new Map<string, number>();
  for (let stream = 0; stream < 6000; stream++) {
    const key = permutation(3, { seed: 9, stream }).join();
    orders.set(key, (orders.get(key) ?? 0) + 1);
  }
  assert.equal(orders.size, 6);
  for (const count of orders.values()) assert.ok(Math.abs(count - 1000) < 150);
});

test("bad keys and bounds are refused", () => {
  assertTuttiError(() => uniform([1], { seed: -1 }), "argument", /uniform: seed is -1/);
  assertTuttiError(() => normal([1], { seed: 1, stream: 0.5 }), "argument", /normal: stream is 0.5/);
  assertTuttiError(() => uniform([1], { seed: 1, low: 1, high: 1 }), "argument", /low is 1 and high is 1/);
  assertTuttiError(() => normal([1], { seed: 1, deviation: -1 }), "argument", /deviation is -1/);
  assertTuttiError(() => uniform([1], { seed: 1, dtype: "int32" as never }), "dtype", /dtype is int32/);
  assertTuttiError(() => randomInts([1], { seed: 1, high: 0 }), "argument", /low is 0 and high is 0/);
  assertTuttiError(() => permutation(-1, { seed: 1 }), "argument", /n is -1/);
});
