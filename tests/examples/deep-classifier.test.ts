import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Project } from "../cli/tutti.js";
import { noPetsc } from "../support/petsc.js";
import {
  numbersIn,
  PETSC_RANKS,
  PLACES,
  runExample,
  runPetsc,
  startExample,
  temporaryFile,
  titleOf,
} from "./run.js";

const PROGRAM = "14-deep-classifier";
const SIZES = ["--samples", "1001", "--features", "5", "--hidden1", "7", "--hidden2", "4", "--epochs", "6"];
/** What the script that the program is modelled on reached by its defaults. */
const PUBLISHED = { loss: 0.426, accuracy: 79.6 };

/** What the first place has printed: the others must print the same. */
let first: string | undefined;

for (const place of PLACES) {
  test(`${titleOf(place)}: the same answer, with a line for every iteration`, async () => {
    const text = await runExample(PROGRAM, place, ...SIZES);
    assert.equal(
      text.match(/^iter +\d+ {2}loss \d\.\d{6} {2}\|grad\| \d\.\d{4}e[-+]\d+$/gm)?.length,
      7,
      text,
    );
    first ??= text;
    assert.equal(text, first);
  });
}

test("blocks are memory, not mini-batches: their size changes nothing but roundings", async () => {
  for (const batch of ["1", "512"])
    assert.equal(await runExample(PROGRAM, 2, ...SIZES, "--batch", batch), first);
});

function assertPublished(text: string): void {
  const [iterations, loss] = numbersIn(text, /after (\d+) iterations: loss (\S+),/);
  assert.ok(iterations <= 50 && loss <= PUBLISHED.loss, text);
  const [accuracy] = numbersIn(text, /accuracy (\S+) %/);
  assert.ok(accuracy >= PUBLISHED.accuracy, text);
}

test("with the defaults of the seed the published loss is reached", async () => {
  assertPublished(await runExample(PROGRAM, 2));
});

for (const method of ["nls", "ntr", "tron"]) {
  test(`${method} is of second order: it multiplies by Hessians, and reaches that loss in fewer iterations`, async () => {
    const text = await runExample(PROGRAM, 2, "--samples", "2000", "--epochs", "20", "--tao_type", method);
    const [products] = numbersIn(text, /(\d+) Hessian products/);
    assert.ok(products >= 20, text);
    const [loss] = numbersIn(text, /iterations: loss (\S+),/);
    assert.ok(loss <= PUBLISHED.loss, text);
  });
}

describe("by TAO", { skip: noPetsc }, () => {
  test("the published loss, with the same answer on any number of processes", async () => {
    const texts: string[] = [];
    for (const ranks of PETSC_RANKS) texts.push(await runPetsc(PROGRAM, ranks, "--engine", "tao"));
    for (const text of texts) assert.equal(text, texts[0]);
    assertPublished(texts[0]);
  });

  test("TAO's types and options are PETSc's", async () => {
    const text = await runPetsc(PROGRAM, 1, ...SIZES, "--engine", "tao", "--tao_type", "nls", "-tao_monitor");
    assert.ok(numbersIn(text, /(\d+) Hessian products/)[0] > 0, text);
    assert.match(text, /0 TAO, {2}Function value/);
  });
});

test("a report is left where one is asked for", async () => {
  using file = temporaryFile("report");
  await runExample(PROGRAM, 2, ...SIZES, "--report", file.path);
  for (const name of ["metrics.jsonl", "report.html", "loss.png"])
    assert.ok(existsSync(join(file.path, name)));
});

test("wrong options say what is wanted", async () => {
  const cases: [string[], RegExp][] = [
    [["--hidden1", "2.5"], /--hidden1 must be a whole number from 1, found 2\.5/],
    [["--tao_type", "lmmv"], /there is no method "lmmv"; the nearest are "lmvm"/],
    [["--batch", "0"], /--batch must be a whole number from 1, found 0/],
  ];
  for (const [args, message] of cases) {
    using project = new Project({});
    const { code, stderr } = await startExample(project, PROGRAM, "self", ...SIZES, ...args);
    assert.equal(code, 1);
    assert.match(stderr, message);
  }
});
