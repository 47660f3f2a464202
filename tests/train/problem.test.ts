import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ArrayDataset, type NdArray, ndarray, writeNpy } from "../../src/data/index.js";
import { scope } from "../../src/tensor/index.js";
import { prepareOf, readProblem, type Samples } from "../../src/train/index.js";
import { temporaryFolder, tuttiError } from "../data/helpers.js";

const ROWS = Array.from({ length: 40 }, (_, i) => `${i},${i % 2 ? "left" : "right"},${i % 4 ? 0 : 1}`);

function files(
  t: TestContext,
  contents: Readonly<Record<string, string | NdArray>>,
): (name: string) => string {
  const folder = temporaryFolder(t);
  for (const [name, content] of Object.entries(contents)) {
    if (typeof content === "string") writeFileSync(join(folder, name), content);
    else writeNpy(join(folder, name), content);
  }
  return (name) => join(folder, name);
}

/** Column `j` of the inputs as a network gets them. */
function prepared(samples: Samples, prepare: ReturnType<typeof prepareOf>, j: number): number[] {
  return scope(() => {
    const all = Int32Array.from({ length: samples.inputs.shape[0] }, (_, i) => i);
    const { inputs } = prepare(new ArrayDataset(samples.inputs).batch(all));
    const width = inputs.shape[1];
    return Array.from(inputs.data as Float64Array).filter((_, i) => i % width === j);
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test("a tenth of a table is set aside, classes in proportion; test data take its place", (t) => {
  const path = files(t, { "a.csv": `x,side,hit\n${ROWS.join("\n")}\n` });
  const { name, train, validation, test: none, target } = readProblem(path("a.csv"), { target: "hit" });
  assert.equal(name, "a");
  assert.deepEqual(target, { kind: "binary", name: "hit", classes: ["0", "1"] });
  assert.deepEqual([train.inputs.shape, validation!.inputs.shape, none], [[36, 3], [4, 3], undefined]);
  // A quarter of the rows is of class 1: one of the four, 9 of the 36.
  const ones = ({ targets }: Samples) => targets.data.filter((value: number) => value === 1).length;
  assert.deepEqual([ones(train), ones(validation!)], [9, 1]);
  const all = [...train.rows!, ...validation!.rows!].sort((a, b) => a - b);
  assert.deepEqual(all, [...ROWS.keys()]);

  const tested = readProblem(path("a.csv"), { target: "hit", test: path("a.csv") });
  assert.deepEqual([tested.train.inputs.shape, tested.validation], [[40, 3], undefined]);
  assert.equal(tested.test!.inputs.shape[0], 40);
  const other = readProblem(path("a.csv"), { target: "hit", seed: 1 });
  assert.notDeepEqual(other.validation!.rows, validation!.rows);
});

test("means come from the rows to train on only, so that nothing of validation leaks", (t) => {
  const path = files(t, {
    "a.csv": `x,side,y\n${ROWS.map((row, i) => row.replace(/\d$/, `${i * i + 0.5}`)).join("\n")}\n`,
  });
  const { train, input, target } = readProblem(path("a.csv"), {
    target: "y",
    validate: 0.5,
    dtype: "float64",
  });
  const values = prepared(train, prepareOf(input, "float64"), 0);
  assert.ok(Math.abs(mean(values)) < 1e-12, "mean 0 over the training rows");
  assert.ok(Math.abs(mean(values.map((value) => value ** 2)) - 1) < 1e-12, "variance 1");
  assert.ok(Math.abs(mean(Array.from(train.targets.data))) < 1e-12);
  assert.equal(target.kind, "number");
});

test("images are normalised as a whole, features one by one", (t) => {
  const bytes = Uint8Array.from({ length: 30 * 12 }, (_, i) => (i * 89) % 251);
  const path = files(t, {
    "images.npy": ndarray("uint8", [30, 3, 4], bytes),
    "features.npy": ndarray("float64", [30, 12], Float64Array.from(bytes)),
    "constant.npy": ndarray("float32", [30, 2], new Float32Array(60).fill(0.1)),
    "y.npy": ndarray(
      "int32",
      [30],
      Int32Array.from({ length: 30 }, (_, i) => 5 * (i % 3) - 1),
    ),
  });
  const read = (name: string) => readProblem(path(name), { labels: path("y.npy"), validate: 0.2 });
  const images = read("images.npy");
  assert.ok(images.input.kind === "array" && images.input.mean.length === 1);
  assert.deepEqual(images.input.shape, [3, 4]);
  assert.deepEqual(images.target, { kind: "class", name: "y", classes: ["-1", "4", "9"] });
  const prepare = prepareOf(images.input, "float64");
  const all = Array.from({ length: 12 }, (_, j) => prepared(images.train, prepare, j)).flat();
  assert.ok(Math.abs(mean(all)) < 1e-12 && Math.abs(mean(all.map((value) => value ** 2)) - 1) < 1e-12);

  const features = read("features.npy");
  for (const j of [0, 5, 11]) {
    const values = prepared(features.train, prepareOf(features.input, "float64"), j);
    assert.ok(
      Math.abs(mean(values)) < 1e-12 && Math.abs(mean(values.map((value) => value ** 2)) - 1) < 1e-12,
    );
  }
  const constant = read("constant.npy");
  assert.ok(prepared(constant.train, prepareOf(constant.input, "float64"), 1).every((value) => value === 0));
});

test("the loss that is wanted decides what integers are", (t) => {
  const path = files(t, {
    "x.npy": ndarray(
      "float32",
      [24, 2],
      Float32Array.from({ length: 48 }, (_, i) => i),
    ),
    "y.npy": ndarray(
      "int32",
      [24],
      Int32Array.from({ length: 24 }, (_, i) => i % 4),
    ),
    "pairs.npy": ndarray(
      "float32",
      [24, 3],
      Float32Array.from({ length: 72 }, (_, i) => i / 7),
    ),
  });
  const kind = (labels: string, targetKind?: "class" | "number") =>
    readProblem(path("x.npy"), { labels: path(labels), targetKind }).target.kind;
  assert.equal(kind("y.npy"), "class");
  assert.equal(kind("y.npy", "number"), "number");
  assert.equal(kind("pairs.npy"), "number");
  assert.throws(() => kind("pairs.npy", "class"), tuttiError("shape", "[24, 3]"));
  assert.throws(
    () => readProblem(path("x.npy"), { labels: path("y.npy"), targetKind: "binary" }),
    tuttiError("format", "element 2 is 2; wanted 0 or 1"),
  );
});

test("data that overflow are refused before they become infinities", (t) => {
  const huge = Float64Array.from({ length: 8 }, (_, i) => (i < 4 ? 1e300 : -1e300));
  const path = files(t, {
    "x.npy": ndarray("float64", [4, 2], huge),
    "y.npy": ndarray("uint8", [4], Uint8Array.of(0, 1, 2, 0)),
  });
  assert.throws(
    () => readProblem(path("x.npy"), { labels: path("y.npy") }),
    tuttiError("format", "x.npy", "the variance of feature 0 overflows"),
  );
});

test("options of other kinds of data are refused, not ignored", () => {
  assert.throws(
    () => readProblem("mnist", { test: "x.npy" }),
    tuttiError("argument", "test does not apply to mnist"),
  );
  assert.throws(
    () => readProblem("a.npy", { missing: "fill" }),
    tuttiError("argument", "missing does not apply"),
  );
  assert.throws(
    () => readProblem("a.csv", { testLabels: "y.npy" }),
    tuttiError("argument", "testLabels does not"),
  );
});
