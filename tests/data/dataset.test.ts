import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ArrayDataset,
  DataLoader,
  DistributedSampler,
  epochOrder,
  ndarray,
  Subset,
  splitDataset,
  splitIndices,
} from "../../src/data/index.js";
import { kernels } from "../../src/kernels/index.js";
import { scope } from "../../src/tensor/index.js";
import { tuttiError } from "./helpers.js";

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Sample i has the inputs 2i and 2i + 1 and the target i. */
const numbered = (n: number) =>
  new ArrayDataset(
    ndarray("float32", [n, 2], Float32Array.from(range(2 * n))),
    ndarray("int32", [n], Int32Array.from(range(n))),
  );

test("a batch is the chosen rows in order, in the dtype of the arrays, for narrow and wide rows", () => {
  scope(() => {
    for (const width of [1, 3, 32, 33, 784]) {
      const data = Uint8Array.from({ length: 5 * width }, (_, i) => i % 251);
      const set = new ArrayDataset(ndarray("uint8", [5, width, 1], data));
      const { inputs, targets } = set.batch(Int32Array.of(4, 0, 4));
      assert.deepEqual([inputs.dtype, inputs.shape, targets], ["uint8", [3, width, 1], null]);
      const row = (i: number) => [...data.subarray(i * width, (i + 1) * width)];
      assert.deepEqual([...inputs.data], [...row(4), ...row(0), ...row(4)]);
    }
    const { inputs, targets } = numbered(4).batch(Int32Array.of(3, 1));
    assert.deepEqual(inputs.toArray(), [
      [6, 7],
      [2, 3],
    ]);
    assert.deepEqual([targets?.dtype, targets?.toArray()], ["int32", [3, 1]]);
    assert.deepEqual(numbered(4).batch(new Int32Array(0)).inputs.shape, [0, 2]);
  });
});

test("samples that do not exist, arrays that do not belong together", () => {
  assert.throws(
    () => numbered(4).batch(Int32Array.of(0, 4)),
    tuttiError("index", "indices[1] is 4", "0 to 3"),
  );
  assert.throws(() => numbered(4).batch(Int32Array.of(-1)), tuttiError("index", "indices[0] is -1"));
  const wrong = () => new ArrayDataset(ndarray("uint8", [4, 2]), ndarray("uint8", [5]));
  assert.throws(wrong, tuttiError("shape", "[4, 2] has 4", "[5] has 5"));
  assert.throws(() => new ArrayDataset(ndarray("uint8", [])), tuttiError("shape", "inputs", "axis 0"));
  const subset = new Subset(numbered(4), Int32Array.of(2, 3));
  assert.throws(() => subset.batch(Int32Array.of(2)), tuttiError("index", "no sample 2", "0 to 1"));
});

test("a loader visits every sample once an epoch and keeps the last partial batch", () => {
  const loader = new DataLoader(numbered(10), { batchSize: 4, shuffle: true, seed: 9 });
  assert.equal(loader.length, 3);
  const epochs = range(2).map(() => {
    const sizes: number[] = [];
    const targets: number[] = [];
    for (const batch of loader) {
      sizes.push(batch.indices.length);
      targets.push(...(batch.targets?.data ?? []));
      assert.deepEqual([...(batch.targets?.data ?? [])], [...batch.indices]);
    }
    assert.deepEqual(sizes, [4, 4, 2]);
    return targets;
  });
  assert.deepEqual(epochs[0], [...epochOrder(10, { shuffle: true, seed: 9, epoch: 0 })]);
  assert.deepEqual(epochs[1], [...epochOrder(10, { shuffle: true, seed: 9, epoch: 1 })]);
  const full = new DataLoader(numbered(10), { batchSize: 4, dropLast: true });
  assert.deepEqual(
    [...full].map((batch) => batch.indices.length),
    [4, 4],
  );
  assert.equal(full.length, 2);
});

test("a loader resumes at any step of any epoch", () => {
  const loader = new DataLoader(numbered(20), { batchSize: 3, shuffle: true });
  const visited = (epoch: number, step: number) =>
    [...loader.iterate(epoch, step)].map((batch) => [...batch.indices]);
  assert.deepEqual(visited(5, 4), visited(5, 0).slice(4));
  assert.deepEqual(visited(5, 7), []);
  loader.epoch = 5;
  assert.deepEqual(
    [...loader].map((batch) => [...batch.indices]),
    visited(5, 0),
  );
});

test("loaders of all ranks together visit every sample once", () => {
  const seen = range(3).flatMap((rank) => {
    const sampler = new DistributedSampler(20, { rank, size: 3, shuffle: true, seed: 1 });
    return [...new DataLoader(numbered(20), { batchSize: 4, sampler })].flatMap((batch) => [
      ...batch.indices,
    ]);
  });
  assert.deepEqual(
    seen.sort((a, b) => a - b),
    range(20),
  );
});

test("a batch is freed when the next is asked for, and when the loop is left", () => {
  const before = kernels().heap.bytesInUse;
  const loader = new DataLoader(numbered(1000), { batchSize: 1 });
  let held = 0;
  for (const batch of loader) {
    held ||= kernels().heap.bytesInUse;
    assert.equal(kernels().heap.bytesInUse, held);
    if (batch.indices[0] === 500) break;
  }
  assert.equal(kernels().heap.bytesInUse, before);
  const [first] = loader.iterate(0);
  assert.throws(() => first.inputs.data, tuttiError("freed"));
  scope(() => {
    for (const batch of loader.iterate(0, 990)) assert.equal(batch.inputs.size, 2);
  });
  assert.equal(kernels().heap.bytesInUse, before);
});

test("options of a loader that make no sense", () => {
  for (const batchSize of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => new DataLoader(numbered(3), { batchSize }), tuttiError("argument", "batchSize"));
  }
  const sampler = new DistributedSampler(3, { rank: 0, size: 1 });
  assert.throws(
    () => new DataLoader(numbered(3), { batchSize: 1, sampler, shuffle: true }),
    tuttiError("argument", "shuffle"),
  );
});

test("a split is disjoint, complete, of the right size, and decided by the seed", () => {
  for (const [n, fraction, count] of [
    [10, 0.1, 1],
    [1000, 0.25, 250],
    [7, 0.5, 4],
    [5, 0, 0],
  ]) {
    const { train, validation } = splitIndices(n, fraction, { seed: 4 });
    assert.equal(validation.length, count);
    assert.deepEqual(
      [...train, ...validation].sort((a, b) => a - b),
      range(n),
    );
    assert.deepEqual(splitIndices(n, fraction, { seed: 4 }), { train, validation });
  }
  assert.notDeepEqual(splitIndices(100, 0.5, { seed: 1 }), splitIndices(100, 0.5, { seed: 2 }));
  const [train, validation] = splitDataset(numbered(10), 0.3);
  const targets = [train, validation].flatMap((part) =>
    scope(() => [...(part.batch(Int32Array.from(range(part.length))).targets?.data ?? [])]),
  );
  assert.deepEqual([train.length, validation.length], [7, 3]);
  assert.deepEqual(
    targets.sort((a, b) => a - b),
    range(10),
  );
});

test("a stratified split takes the same part of every label", () => {
  const stratify = Int32Array.from({ length: 997 }, (_, i) => (i % 10 === 0 ? 2 : i % 3 === 0 ? 1 : 0));
  const counts = (indices: Iterable<number>) => {
    const count = [0, 0, 0];
    for (const index of indices) count[stratify[index]]++;
    return count;
  };
  const { train, validation } = splitIndices(997, 0.2, { stratify, seed: 8 });
  const all = counts(range(997));
  for (const [label, count] of counts(validation).entries())
    assert.ok(Math.abs(count - 0.2 * all[label]) <= 1.5);
  assert.deepEqual(
    [...train, ...validation].sort((a, b) => a - b),
    range(997),
  );
  assert.throws(
    () => splitIndices(3, 0.4, { stratify: [1, 2] }),
    tuttiError("shape", "2 labels", "3 samples"),
  );
});

test("fractions that leave nothing to train on or to validate with", () => {
  for (const fraction of [-0.1, 1, Number.NaN]) {
    assert.throws(() => splitIndices(10, fraction), tuttiError("argument", "[0, 1)"));
  }
  assert.throws(() => splitIndices(3, 0.1), tuttiError("argument", "a part empty"));
});
