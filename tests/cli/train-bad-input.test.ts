import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { ndarray } from "../../src/data/index.js";
import {
  addFiles,
  idxBytes,
  npyBytes,
  SPECIES_HEADER,
  speciesCsv,
  speciesRows,
  weightsOf,
} from "./train-data.js";
import { Project } from "./tutti.js";

/*
 * What is wrong with a user's files and options is told in one message on stderr, without a stack, with exit code 1.
 */

const rows = speciesRows(30);
const csv = (...lines: string[]) => `${[SPECIES_HEADER, ...lines].join("\n")}\n`;

const project = new Project({
  "good.csv": speciesCsv(30),
  "three.csv": csv(...rows.slice(0, 3)),
  "empty.csv": "",
  "header-only.csv": csv(),
  "short-line.csv": csv(...rows.slice(0, 5), "1,2,red"),
  "open-quote.csv": csv(...rows.slice(0, 5), '1,2,red,true,"a'),
  "missing.csv": csv(...rows.slice(0, 5), "1,,red,true,x", ...rows.slice(5)),
  "no-target.csv": csv(...rows.slice(0, 5), "1,2,red,true,", ...rows.slice(5)),
  "one-class.csv": csv(...rows.filter((_, i) => i % 3 === 0)),
  "zebra.csv": csv(...rows.slice(0, 4), "1,2,red,true,zebra"),
  "other-columns.csv": "petal,sepal,species\n1,2,x\n",
  "text.npy": "these are words",
  "semicolons.csv": "x;y;species\n1;2;a\n3;4;b\n",
  table: speciesCsv(30),
});
const npy = npyBytes(ndarray("uint8", [6, 8, 8]));
const idx = idxBytes([6, 8, 8], new Uint8Array(384));
const integers = (...values: number[]) =>
  npyBytes(ndarray("int32", [values.length], Int32Array.from(values)));
addFiles(project, {
  "x.npy": npy,
  "labels.npy": integers(0, 1, 2, 0, 1, 2),
  "five-labels.npy": integers(0, 1, 2, 0, 1),
  "other-labels.npy": integers(0, 1, 2, 0, 1, 7),
  "small.npy": npyBytes(ndarray("uint8", [6, 4, 4])),
  "nan.npy": npyBytes(
    ndarray("float32", [6, 2], Float32Array.of(1, 2, 3, 4, 5, Number.NaN, 7, 8, 9, 10, 11, 12)),
  ),
  "cut.npy": npy.subarray(0, npy.length - 10),
  "empty.npy": new Uint8Array(),
  "x-idx3-ubyte": idx,
  "cut-idx3-ubyte": idx.subarray(0, 100),
  "npy-idx3-ubyte": npy,
  "binary.csv": Uint8Array.from({ length: 300 }, (_, i) => (i * 37) % 256),
});
after(() => project[Symbol.dispose]());

const listing = () => readdirSync(project.folder, { recursive: true }).sort();

const species = ["--target", "species"];

/** Wrong files and options that are found before anything starts: the arguments, and what the message must say. */
const WRONG: Record<string, [args: string[], message: RegExp]> = {
  "a file that is not there": [["none.csv", ...species], /'none\.csv': there is no such file/],
  "a folder in place of a file": [["tmp", "--labels", "labels.npy"], /'tmp': it is a folder/],
  "an empty table": [["empty.csv", ...species], /'empty\.csv' is empty/],
  "a table without rows": [["header-only.csv", ...species], /has a header line but no rows/],
  "a line with too few fields": [["short-line.csv", ...species], /line 7 has 3 fields; the header has 5/],
  "a quote that is never closed": [["open-quote.csv", ...species], /line 7, field 5: a quote is opened/],
  "bytes that are no text": [["binary.csv", ...species], /'binary\.csv' is not text/],
  "another separator": [["semicolons.csv", ...species], /no column "species".*separated by ";"/],
  "no target": [["good.csv"], /target must say which column.*"petal", "sepal", "colour", "wild", "species"/],
  "a target that does not exist": [["good.csv", "--target", "specie"], /no column "specie"; .* "species", /],
  "a missing value": [["missing.csv", ...species], /line 7, column "sepal" is empty/],
  "a missing target, also where inputs are filled": [
    ["no-target.csv", ...species, "--missing", "fill"],
    /line 7, column "species" is empty/,
  ],
  "one class only": [["one-class.csv", ...species], /there is nothing to learn/],
  "a class seen only in test data": [
    ["good.csv", ...species, "--test", "zebra.csv"],
    /'zebra\.csv' line 6, column "species" is "zebra", a class that the training data did not have/,
  ],
  "test data that lack columns": [
    ["good.csv", ...species, "--test", "other-columns.csv"],
    /'other-columns\.csv' lacks the columns "colour", "wild"/,
  ],
  "classes where numbers are wanted": [
    ["good.csv", ...species, "--loss", "mse"],
    /line 2, column "species" is "he said.*wanted a number, and no row has one/,
  ],
  "arrays without labels": [["x.npy"], /labels must name the file of its targets/],
  "labels for a table": [
    ["good.csv", ...species, "--labels", "labels.npy"],
    /labels does not apply to 'good\.csv'/,
  ],
  "a target column for an array": [["x.npy", "--target", "y"], /target does not apply to 'x\.npy'/],
  "a text named as NPY": [["text.npy", "--labels", "labels.npy"], /'text\.npy' .*a text file/],
  "an empty NPY file": [["empty.npy", "--labels", "labels.npy"], /'empty\.npy' .*empty/],
  "a truncated NPY file": [["cut.npy", "--labels", "labels.npy"], /'cut\.npy' is truncated/],
  "an NPY file named as IDX": [
    ["npy-idx3-ubyte", "--labels", "labels.npy"],
    /'npy-idx3-ubyte' .*an NPY file/,
  ],
  "a truncated IDX file": [["cut-idx3-ubyte", "--labels", "labels.npy"], /'cut-idx3-ubyte' .*400.* 100/],
  "a table that is not named so": [
    ["table", ...species],
    /target does not apply to 'table'.*name ends in \.csv/,
  ],
  "numbers that are not finite": [["nan.npy", "--labels", "labels.npy"], /'nan\.npy': sample 2 holds NaN/],
  "more images than labels": [
    ["x.npy", "--labels", "five-labels.npy"],
    /\[6, 8, 8\], 'five-labels\.npy' \[5\]/,
  ],
  "test images of another shape": [
    ["x.npy", "--labels", "labels.npy", "--test", "small.npy", "--test-labels", "labels.npy"],
    /'small\.npy' has samples of shape \[4, 4\], the model takes \[8, 8\]/,
  ],
  "a label seen only in test data": [
    ["x.npy", "--labels", "labels.npy", "--test", "x.npy", "--test-labels", "other-labels.npy"],
    /'other-labels\.npy' element 5 is "7", a class that the training data did not have/,
  ],
  "test images without labels": [["x.npy", "--labels", "labels.npy", "--test", "x.npy"], /testLabels absent/],
  "more ranks than samples": [["three.csv", ...species, "-n", "4"], /-n is 4, but there are only 3 samples/],
  "more ranks than shards": [
    ["good.csv", ...species, "-n", "3", "--shards", "2"],
    /-n is 3, but --shards is 2/,
  ],
  "no ranks": [["good.csv", ...species, "-n", "0"], /'0' is invalid.*from 1 to 128/],
  "too many ranks": [["good.csv", ...species, "-n", "1000"], /'1000' is invalid.*from 1 to 128/],
  "an unknown optimiser": [
    ["good.csv", ...species, "--optimizer", "adan"],
    /did you mean "adam"\? known are sgd, /,
  ],
  "an unknown schedule": [
    ["good.csv", ...species, "--schedule", "cosin"],
    /did you mean "cosine"\? known are /,
  ],
  "an unknown activation": [
    ["good.csv", ...species, "--activation", "rleu"],
    /did you mean "relu"\? known are /,
  ],
  "an unknown loss": [["good.csv", ...species, "--loss", "cros-entropy"], /did you mean "cross-entropy"\?/],
  "no epochs": [["good.csv", ...species, "--epochs", "0"], /'0' is invalid.*at least 1/],
  "to go on with a run that is not named": [
    ["good.csv", ...species, "--resume"],
    /--out <folder> must say which run/,
  ],
  "a folder that is a file": [["good.csv", ...species, "--out", "x.npy"], /cannot make the folder 'x\.npy'/],
  "a folder with other things in it": [["good.csv", ...species, "--out", "."], /'\.' is not empty/],
  "to go on in a folder with other things in it": [
    ["good.csv", ...species, "--out", ".", "--resume"],
    /'\.' holds no checkpoint to go on from/,
  ],
};

describe("found before anything starts", { concurrency: 2 }, () => {
  for (const [name, [args, message]] of Object.entries(WRONG)) {
    test(name, async () => {
      const before = listing();
      const { code, stdout, stderr } = await project.tutti(["train", ...args]);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
      assert.match(stderr, message);
      assert.match(
        stderr,
        /^(tutti|tutti train|tutti train --resume|error): .*\n(\(tutti --help .*\)\n)?$/,
        "one message",
      );
      assert.deepEqual(listing(), before, "files or folders are left");
    });
  }
});

test("a loss that is not finite: the step and the layer, and a report of how far training came", async () => {
  const { code, stdout, stderr } = await project.tutti([
    ...["train", "good.csv", ...species, "--lr", "1e30", "--epochs", "2", "--out", "diverged", "-n", "2"],
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /^tutti: fit: .* step \d+ \(epoch \d\).*"layers\.\d.*\n$/);
  assert.ok(stdout.endsWith("\ndiverged\n"));
  const left = readdirSync(project.path("diverged"));
  assert.ok(left.includes("report.html") && !left.includes("model.safetensors"), `${left}`);
  assert.match(readFileSync(project.path("diverged/report.html"), "utf8"), /Training stopped early/);
});

test("a full disk: an error that says so, the last checkpoint stays, and with room the run goes on", async (t) => {
  const folder = project.path("disk");
  mkdirSync(folder);
  const mount = (options: string) =>
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
  try {
    mount("size=100k");
  } catch {
    t.skip("only the superuser can make a small disk, by mount -t tmpfs");
    return;
  }
  try {
    // A checkpoint has 8 kB of weights and twice as much of Adam's memory: the disk holds three and not four.
    const args = [
      "train",
      "good.csv",
      ...species,
      "--epochs",
      "4",
      "--save-every",
      "1",
      "--hidden",
      "120,8",
      "-n",
      "2",
    ];
    const full = await project.tutti([...args, "--out", "disk/run"]);
    assert.equal(full.code, 1);
    assert.match(full.stderr, /^tutti: .*'disk\/run\/.*no space left on the device \(ENOSPC\)\n$/);
    const left = readdirSync(`${folder}/run/checkpoints`);
    assert.ok(left.length > 0 && left.every((name) => /^step-\d{8}\.safetensors$/.test(name)), `${left}`);

    mount("size=4m,remount");
    const resumed = await project.tutti([...args, "--out", "disk/run", "--resume"]);
    assert.deepEqual({ code: resumed.code, stderr: resumed.stderr }, { code: 0, stderr: "" });
    assert.match(resumed.stdout, /^going on after step \d of 4$/m);
    await project.tutti([...args, "--out", "undisturbed"]);
    assert.deepEqual(weightsOf(project, "disk/run"), weightsOf(project, "undisturbed"));
  } finally {
    execFileSync("umount", [folder]);
  }
});
