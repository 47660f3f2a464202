import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { ndarray, parseCsv } from "../../src/data/index.js";
import {
  addFiles,
  binaryCsv,
  idxBytes,
  npyBytes,
  predictions,
  resultOf,
  SPECIES,
  SPECIES_HEADER,
  speciesCsv,
  speciesRows,
  stripes,
} from "./train-data.js";
import { MAIN, Project } from "./tutti.js";

const rows = speciesRows(60, 2);
const table = (header: string, lines: readonly string[]) => `${[header, ...lines].join("\n")}\n`;
/** The rows with their first four columns in another order, another column more, and no target. */
const shuffled = rows.map((row) => {
  const [petal, sepal, colour, wild] = row.split(",");
  return [wild, "a note", colour, petal, sepal].join(",");
});
const { images, labels } = stripes(60);

const project = new Project({
  "species.csv": speciesCsv(120),
  "new.csv": table(SPECIES_HEADER, rows),
  "shuffled.csv": table("wild,note,colour,petal,sepal", shuffled),
  "many.csv": table(SPECIES_HEADER, speciesRows(6000, 3)),
  "binary.csv": binaryCsv(100),
  "no-colour.csv": "petal,sepal,wild\n1,2,true\n",
  "lilac.csv": table(SPECIES_HEADER, [...rows.slice(0, 3), "1,2,lilac,true,x"]),
  "text.safetensors": "these are words",
});
addFiles(project, {
  "images.npy": npyBytes(ndarray("uint8", [60, 8, 8], images)),
  "labels.npy": npyBytes(ndarray("uint8", [60], labels)),
  "images-idx3-ubyte": idxBytes([60, 8, 8], images),
  "small.npy": npyBytes(ndarray("uint8", [6, 4, 4])),
  "numbers.npy": npyBytes(
    ndarray(
      "float32",
      [60, 3],
      Float32Array.from({ length: 180 }, (_, i) => Math.sin(i)),
    ),
  ),
  "pairs.npy": npyBytes(
    ndarray(
      "float64",
      [60, 2],
      Float64Array.from({ length: 120 }, (_, i) => 1e6 + Math.cos(i)),
    ),
  ),
});
after(() => project[Symbol.dispose]());

let accuracy: number;

before(async () => {
  const train = (...args: string[]) => project.tutti(["train", ...args, "--hidden", "8", "-n", "1"]);
  const runs = [
    // Trained so little that some of the answers are wrong.
    train("species.csv", "--target", "species", "--test", "new.csv", "--epochs", "5", "--out", "species"),
    train("binary.csv", "--target", "hit", "--epochs", "5", "--out", "binary"),
    train("images.npy", "--labels", "labels.npy", "--epochs", "5", "--dtype", "float64", "--out", "images"),
    train("numbers.npy", "--labels", "pairs.npy", "--epochs", "2", "--out", "pairs"),
  ];
  const [species, ...others] = await Promise.all(runs);
  for (const { code, stderr } of others) assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  accuracy = resultOf(species, "test accuracy");
});

test("predictions agree with the accuracy that training found", async () => {
  const { names, rows: found } = await predictions(project, "species", "new.csv");
  assert.deepEqual(
    names.toSorted(),
    ["prediction", ...SPECIES.map((name) => `probability of ${name}`)].toSorted(),
  );
  const right = found.filter(([prediction], i) => prediction === SPECIES[i % 3]).length;
  assert.ok(accuracy > 0 && accuracy < 1);
  assert.equal((right / found.length).toFixed(4), accuracy.toFixed(4));
});

test("probabilities sum to 1 and the largest is that of the prediction, to the precision of the network", async () => {
  const cases = { species: "new.csv", binary: "binary.csv", images: "images.npy" };
  for (const [run, data] of Object.entries(cases)) {
    const tolerance = run === "images" ? 1e-15 : 2e-7; // a few units in the last place of float64, float32
    const { names, rows: found } = await predictions(project, run, data);
    for (const [prediction, ...fields] of found) {
      const probabilities = fields.map(Number);
      const sum = probabilities.reduce((total, value) => total + value, 0);
      assert.ok(Math.abs(sum - 1) <= tolerance, `${run}: ${fields}`);
      const best = probabilities.indexOf(Math.max(...probabilities));
      assert.equal(names[1 + best], `probability of ${prediction}`);
      // Float32 is printed with the digits that identify it: 9 at most (IEEE 754).
      if (run !== "images") for (const field of fields) assert.match(field, /^0?1?(\.0*\d{1,9})?(e-\d+)?$/);
    }
  }
});

test("columns are found by name, whatever their order; others are ignored, the target is not needed", async () => {
  const expected = await predictions(project, "species", "new.csv");
  assert.deepEqual((await predictions(project, "species", "shuffled.csv")).rows, expected.rows);
});

test("the model file itself will do, and IDX files for a model that learnt from NPY", async () => {
  const expected = await predictions(project, "images", "images.npy");
  assert.equal(expected.rows.length, 60);
  const found = await predictions(project, "images/model.safetensors", "images-idx3-ubyte");
  assert.deepEqual(found.rows, expected.rows);
});

test("several numbers at once come in their unit and without digits that mean nothing", async () => {
  const { names, rows: found } = await predictions(project, "pairs", "numbers.npy");
  assert.deepEqual(names, ["pairs 0", "pairs 1"]);
  // The deviation is about 0.7: float32 resolves 1e-7 of it. A mean of 1e6 takes none of that away.
  for (const field of found.flat()) {
    assert.ok(Math.abs(Number(field) - 1e6) < 10, field);
    assert.match(field, /^\d{6,7}\.\d{1,8}$/);
  }
  assert.ok(new Set(found.flat()).size > 100);
});

test("output goes to stdout, where a reader may stop at any line", async () => {
  const { code, stdout } = await project.tutti(["predict", "species", "new.csv"]);
  assert.equal(code, 0);
  assert.deepEqual(
    parseCsv(Buffer.from(stdout), "stdout").rows,
    (await predictions(project, "species", "new.csv")).rows,
  );
  const shell = (command: string) =>
    spawnSync("bash", ["-o", "pipefail", "-c", command, process.execPath, MAIN], {
      cwd: project.folder,
      encoding: "utf8",
    });
  // Much more than a pipe holds.
  const head = shell('"$0" "$1" predict species many.csv | head -n 1');
  assert.deepEqual([head.status, head.stderr], [0, ""]);
  assert.match(head.stdout, /^prediction,/);
  if (!existsSync("/dev/full")) return;
  const full = shell('"$0" "$1" predict species new.csv > /dev/full');
  assert.equal(full.status, 1);
  assert.match(full.stderr, /^tutti predict: cannot write the output: ENOSPC/);
});

/** What cannot be predicted, and what the message must say. */
const WRONG: Record<string, [args: string[], message: RegExp]> = {
  "a run that is not there": [["none", "new.csv"], /'none'.*no such file/],
  "a folder that is no run": [["tmp", "new.csv"], /'tmp\/model\.safetensors'.*no such file/],
  "a file that is no model": [["text.safetensors", "new.csv"], /'text\.safetensors'.*a text file/],
  "a checkpoint": [
    ["checkpoint.safetensors", "new.csv"],
    /is not a model of Tutti: its format is tutti\.checkpoint/,
  ],
  "a truncated model": [["truncated.safetensors", "new.csv"], /'truncated\.safetensors' is truncated/],
  "a missing column": [["species", "no-colour.csv"], /'no-colour\.csv' lacks the column "colour"/],
  "a category that training did not have": [
    ["species", "lilac.csv"],
    /'lilac\.csv' line 5, column "colour" is "lilac", a category that the training data did not have/,
  ],
  "images of another shape": [
    ["images", "small.npy"],
    /'small\.npy' has samples of shape \[4, 4\], the model takes \[8, 8\]/,
  ],
  "a table for a model of images": [
    ["images", "new.csv"],
    /'new\.csv' is a table, but the model takes arrays/,
  ],
  "an array for a model of tables": [["species", "images.npy"], /'images\.npy' is not text/],
  "an output that cannot be written": [
    ["species", "new.csv", "--out", "tmp/none/x.csv"],
    /cannot write 'tmp\/none\/x\.csv'/,
  ],
};

describe("what cannot be predicted", { concurrency: 2 }, () => {
  before(() => {
    const model = readFileSync(project.path("species/model.safetensors"));
    writeFileSync(project.path("truncated.safetensors"), model.subarray(0, model.length - 100));
    const checkpoint = readFileSync(project.path("binary/checkpoints/step-00000015.safetensors"));
    writeFileSync(project.path("checkpoint.safetensors"), checkpoint);
  });
  for (const [name, [args, message]] of Object.entries(WRONG)) {
    test(name, async () => {
      const { code, stdout, stderr } = await project.tutti(["predict", ...args]);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
      assert.match(stderr, message);
      assert.match(stderr, /^(tutti|tutti predict): .*\n$/, "one message");
    });
  }
});
