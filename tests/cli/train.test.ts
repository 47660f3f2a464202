import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { ndarray, readSafetensors } from "../../src/data/index.js";
import {
  addFiles,
  binaryCsv,
  idxBytes,
  npyBytes,
  predictions,
  priceCsv,
  resultOf,
  SPECIES,
  speciesCsv,
  stripes,
  weightsOf,
} from "./train-data.js";
import { Project } from "./tutti.js";

/*
 * Each kind of data is learnt: the classes stand so far apart, or the relation is so simple, that a network which is
 * trained rightly gets them right.
 */

const project = new Project({
  "species.csv": speciesCsv(120),
  "more-species.csv": speciesCsv(60, 2),
  "binary.csv": binaryCsv(200),
  "price.csv": priceCsv(150),
});
const { images, labels } = stripes(120);
const more = stripes(30, 2);
addFiles(project, {
  "images.npy": npyBytes(ndarray("uint8", [120, 8, 8], images)),
  "labels.npy": npyBytes(ndarray("int32", [120], Int32Array.from(labels))),
  "train-images-idx3-ubyte": idxBytes([120, 8, 8], images),
  "train-labels-idx1-ubyte": idxBytes([120], labels),
  "test-images-idx3-ubyte": idxBytes([30, 8, 8], more.images),
  "test-labels-idx1-ubyte": idxBytes([30], more.labels),
});
after(() => project[Symbol.dispose]());

const train = (...args: string[]) => project.tutti(["train", ...args]);

const cardOf = (run: string) => {
  const { metadata } = readSafetensors(project.path(`${run}/model.safetensors`));
  return JSON.parse(metadata.get("card")!);
};

test("a table with text classes, and other rows of it to test on", async () => {
  const run = await train(
    ...["species.csv", "--target", "species", "--test", "more-species.csv"],
    ...["--hidden", "16", "--epochs", "30", "--lr", "0.01", "--out", "species"],
  );
  assert.equal(resultOf(run, "test accuracy"), 1);
  assert.match(
    run.stdout,
    /^species: 120 to train on, 60 to test with; 6 inputs, target species: 3 classes$/m,
  );
  const [prediction] = (await predictions(project, "species", "more-species.csv")).rows;
  assert.equal(prediction[0], SPECIES[0]);
});

test("a target of 0 and 1 is learnt by the logistic loss of one output", async () => {
  const run = await train(
    ...[
      "binary.csv",
      "--target",
      "hit",
      "--hidden",
      "",
      "--epochs",
      "40",
      "--lr",
      "0.1",
      "--validate",
      "0.25",
    ],
    ...["--out", "binary"],
  );
  assert.match(run.stdout, /^2-1 relu, 3 parameters, float32; binary-cross-entropy, adam /m);
  assert.match(run.stdout, /: 150 to train on, 50 to validate with;/);
  // The classes are separable by a line, and the model is one.
  assert.ok(resultOf(run, "validation accuracy") >= 0.94);
});

test("numbers are predicted in their unit; all rows can be trained on", async () => {
  const run = await train(
    ...[
      "price.csv",
      "--target",
      "price",
      "--hidden",
      "",
      "--epochs",
      "60",
      "--lr",
      "0.05",
      "--validate",
      "0",
    ],
    ...["--dtype", "float64", "--out", "price"],
  );
  const rmse = resultOf(run, "training root mean squared error");
  assert.ok(rmse < 1, `the relation is linear, and the model too; rmse ${rmse}`);
  const predicted = (await predictions(project, "price", "price.csv")).rows.map(([value]) => Number(value));
  const truths = readFileSync(project.path("price.csv"), "utf8").trim().split("\n").slice(1);
  const squares = truths.map((line, i) => (predicted[i] - Number(line.split(",")[2])) ** 2);
  const own = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
  assert.ok(Math.abs(own - rmse) <= 1e-3 * rmse, `${own} by predict, ${rmse} by train`);
});

test("NPY images with integer labels, every choice made", async () => {
  const run = await train(
    ...["images.npy", "--labels", "labels.npy", "--hidden", "12,10", "--activation", "tanh", "--epochs", "8"],
    ...[
      "--batch",
      "20",
      "--optimizer",
      "nesterov:momentum=0.8",
      "--lr",
      "0.1",
      "--schedule",
      "cosine:warmup=2epochs",
    ],
    ...["--clip-norm", "5", "--weight-decay", "1e-4", "--micro-batch", "7", "--dtype", "float64", "-n", "3"],
    ...["--out", "images"],
  );
  assert.equal(resultOf(run, "validation accuracy"), 1);
  assert.match(
    run.stdout,
    /^images: 108 to train on, 12 to validate with; 8 × 8 inputs, target labels: 3 classes$/m,
  );
  assert.match(
    run.stdout,
    /^64-12-10-3 tanh, 943 parameters, float64; cross-entropy, nesterov:momentum=0.8 lr 0.1 /m,
  );
  const { target, dtype, activation } = cardOf("images");
  assert.deepEqual({ dtype, activation }, { dtype: "float64", activation: "tanh" });
  assert.deepEqual(target.classes, ["0", "3", "6"]);
});

test("IDX images with others to test on", async () => {
  const run = await train(
    ...["train-images-idx3-ubyte", "--labels", "train-labels-idx1-ubyte", "--hidden", "16", "--batch", "20"],
    ...["--epochs", "8", "--lr", "0.01"],
    ...["--test", "test-images-idx3-ubyte", "--test-labels", "test-labels-idx1-ubyte", "--out", "idx"],
  );
  assert.equal(resultOf(run, "test accuracy"), 1);
  assert.match(run.stdout, /: 120 to train on, 30 to test with;/);
});

test("the loss that is asked for decides what a target is", async () => {
  const run = await train(
    "binary.csv",
    "--target",
    "hit",
    "--loss",
    "mse",
    "--epochs",
    "1",
    "--out",
    "forced",
  );
  resultOf(run, "validation root mean squared error");
  const { target, loss, widths } = cardOf("forced");
  assert.deepEqual([target.kind, loss, widths.at(-1)], ["number", "mse", 1]);
});

test("with shards, 1 and 4 ranks end with the same bits; another seed with others", async () => {
  const sharded = async (out: string, ...args: string[]) => {
    const { code, stderr } = await train(
      ...[
        "species.csv",
        "--target",
        "species",
        "--shards",
        "4",
        "--hidden",
        "8",
        "--epochs",
        "2",
        "--batch",
        "13",
      ],
      ...["--out", out, ...args],
    );
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    return weightsOf(project, out);
  };
  const one = await sharded("shards-1", "-n", "1");
  assert.deepEqual(await sharded("shards-4", "-n", "4"), one);
  const other = await sharded("seed-7", "-n", "1", "--seed", "7");
  for (const name of ["layers.0.weight", "layers.2.bias"]) assert.notDeepEqual(other[name], one[name]);
});

test("runs get numbers; nothing writes over a run", async () => {
  const args = ["species.csv", "--target", "species", "--hidden", "4", "--epochs", "1", "--batch", "1"];
  const runs = [await train(...args), await train(...args)];
  const folders = runs.map(({ stdout }) => stdout.trimEnd().split("\n").at(-1)!);
  assert.deepEqual(folders, ["runs/species-001", "runs/species-002"]);
  // By default there are no more ranks than there is work for.
  assert.match(runs[0].stdout, /^Tutti \S+: 1 rank \(threads\), /);
  // Without shards too, a run can be repeated bit for bit.
  assert.deepEqual(weightsOf(project, folders[0]), weightsOf(project, folders[1]));

  const report = readFileSync(project.path("runs/species-001/report.html"));
  for (const extra of [[], ["--resume", "--epochs", "9"]]) {
    const again = await train(...args, "--out", "runs/species-001", ...extra);
    assert.equal(again.code, 1);
    assert.deepEqual(readFileSync(project.path("runs/species-001/report.html")), report);
  }
  assert.ok(!existsSync(project.path("runs/species-003")));
});
