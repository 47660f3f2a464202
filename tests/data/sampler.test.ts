import assert from "node:assert/strict";
import { test } from "node:test";
import { DistributedSampler, epochOrder, globalBatches, partition } from "../../src/data/index.js";
import { tuttiError } from "./helpers.js";

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);
const COUNTS = [0, 1, 2, 7, 8, 9, 100, 1000];
const SIZES = [1, 2, 3, 4, 7, 8, 16];

/** The indices of all ranks. */
const deal = (n: number, size: number, mode: "exact" | "pad" | "drop", epoch = 0) =>
  range(size).map((rank) => {
    const sampler = new DistributedSampler(n, { rank, size, mode, shuffle: true, seed: 3 });
    const indices = sampler.indices(epoch);
    assert.equal(indices.length, sampler.length);
    return indices;
  });

test("parts are contiguous, cover everything once, and differ by one at most", () => {
  for (const n of COUNTS) {
    for (const parts of SIZES) {
      const ranges = range(parts).map((i) => partition(n, parts, i));
      assert.equal(ranges[0][0], 0);
      assert.equal(ranges[parts - 1][1], n);
      for (let i = 1; i < parts; i++) assert.equal(ranges[i][0], ranges[i - 1][1]);
      const lengths = ranges.map(([start, end]) => end - start);
      assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 1);
    }
  }
  assert.throws(() => partition(5, 2, 2), tuttiError("index", "index is 2", "0 to 1"));
  assert.throws(() => partition(5, 0, 0), tuttiError("argument", "parts is 0"));
  assert.throws(() => partition(-1, 1, 0), tuttiError("argument", "count is -1"));
});

test("exact: all ranks together visit every sample exactly once", () => {
  for (const n of COUNTS) {
    for (const size of SIZES) {
      const ranks = deal(n, size, "exact");
      assert.deepEqual(
        sorted(ranks.flatMap((indices) => [...indices])),
        range(n),
        `${n} samples, ${size} ranks`,
      );
      const lengths = ranks.map((indices) => indices.length);
      assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 1);
    }
  }
});

test("pad and drop: equal shares; the first samples twice, or the last ones not at all", () => {
  for (const n of COUNTS) {
    for (const size of SIZES) {
      if (n > 0) {
        const share = Math.ceil(n / size);
        const padded = deal(n, size, "pad");
        const order = epochOrder(n, { shuffle: true, seed: 3 });
        // PyTorch: the order is continued from its beginning, as often as it takes, then dealt out.
        const continued = range(share * size).map((i) => order[i % n]);
        for (const [rank, indices] of padded.entries()) {
          assert.deepEqual(
            [...indices],
            continued.filter((_, i) => i % size === rank),
          );
        }
      }
      if (n >= size) {
        const dropped = deal(n, size, "drop").map((indices) => [...indices]);
        assert.ok(dropped.every((indices) => indices.length === Math.floor(n / size)));
        assert.equal(new Set(dropped.flat()).size, size * Math.floor(n / size));
      }
    }
  }
});

test("more ranks than samples: empty shares if exact, an error where a rank would have nothing", () => {
  assert.deepEqual(
    deal(2, 4, "exact").map((indices) => indices.length),
    [1, 1, 0, 0],
  );
  assert.throws(() => deal(2, 4, "drop"), tuttiError("argument", "2 samples for 4 ranks", "fewer ranks"));
  assert.throws(() => deal(0, 1, "pad"), tuttiError("argument", "0 samples"));
  assert.throws(
    () => new DistributedSampler(5, { rank: 2, size: 2 }),
    tuttiError("argument", "rank is 2", "0 to 1"),
  );
  assert.throws(() => new DistributedSampler(5, { rank: 0, size: 0 }), tuttiError("argument", "size is 0"));
});

test("an order is a permutation that seed and epoch decide; without shuffle it is the identity", () => {
  assert.deepEqual([...epochOrder(5)], range(5));
  const first = epochOrder(1000, { shuffle: true, seed: 1, epoch: 0 });
  assert.deepEqual(sorted(first), range(1000));
  assert.deepEqual(first, epochOrder(1000, { shuffle: true, seed: 1, epoch: 0 }));
  for (const other of [
    { seed: 1, epoch: 1 },
    { seed: 2, epoch: 0 },
  ]) {
    const order = epochOrder(1000, { shuffle: true, ...other });
    // Two random permutations agree in about one place (Poisson with mean 1).
    assert.ok(order.filter((value, i) => value === first[i]).length < 12);
  }
  assert.throws(() => epochOrder(3, { epoch: -1 }), tuttiError("argument", "epoch is -1"));
});

test("global batches are the epoch's order cut up, whoever works on them", () => {
  for (const n of COUNTS) {
    const order = epochOrder(n, { shuffle: true, seed: 5, epoch: 2 });
    for (const size of [1, 3, 64, 2000]) {
      const batches = globalBatches(n, size, { shuffle: true, seed: 5, epoch: 2 });
      assert.equal(batches.length, Math.ceil(n / size));
      assert.ok(batches.slice(0, -1).every((batch) => batch.length === size));
      assert.deepEqual(
        batches.flatMap((batch) => [...batch]),
        [...order],
      );
      for (const ranks of SIZES) {
        for (const batch of batches) {
          const parts = range(ranks).map((rank) => batch.subarray(...partition(batch.length, ranks, rank)));
          assert.deepEqual(
            parts.flatMap((part) => [...part]),
            [...batch],
          );
        }
      }
    }
  }
  assert.throws(() => globalBatches(10, 0), tuttiError("argument", "batchSize is 0"));
});

test("eight shards of a batch are the same whether 1, 2, 4 or 8 ranks own them", () => {
  const [batch] = globalBatches(1000, 250, { shuffle: true });
  const shards = (ranks: number) =>
    range(ranks).flatMap((rank) => {
      const [first, end] = partition(8, ranks, rank);
      return range(end - first).map((i) => [...batch.subarray(...partition(batch.length, 8, first + i))]);
    });
  for (const ranks of [2, 4, 8]) assert.deepEqual(shards(ranks), shards(1));
});
