import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { pathToFileURL } from "node:url";
import { ndarray, readSafetensors } from "../../src/data/index.js";
import { readMetrics } from "../../src/train/index.js";
import { launchBrowser, withoutBrowser } from "../support/browser.js";
import { addFiles, npyBytes, resultOf, SPECIES, speciesCsv, stripes } from "./train-data.js";
import { Project, type Result } from "./tutti.js";

/*
 * What a run leaves in its folder.
 */

const project = new Project({ "species.csv": speciesCsv(120) });
const { images, labels } = stripes(60);
addFiles(project, {
  "images.npy": npyBytes(ndarray("uint8", [60, 8, 8], images)),
  "labels.npy": npyBytes(ndarray("uint8", [60], labels)),
});
after(() => project[Symbol.dispose]());

const path = (name: string) => project.path(`run/${name}`);
let run: Result;

before(async () => {
  run = await project.tutti([
    ...["train", "species.csv", "--target", "species", "--hidden", "16,8", "--epochs", "3", "--batch", "20"],
    ...["--save-every", "4", "--out", "run", "-n", "2"],
  ]);
  assert.deepEqual({ code: run.code, stderr: run.stderr }, { code: 0, stderr: "" });
});

test("the folder holds the report, the picture, the metrics, the model and the newest checkpoints", () => {
  assert.deepEqual(readdirSync(project.path("run")).sort(), [
    ...["checkpoints", "loss.png", "metrics.jsonl", "model.safetensors", "report.html"],
  ]);
  // 108 samples in batches of 20 for 3 epochs are 18 steps; the last step always has a checkpoint.
  assert.deepEqual(readdirSync(path("checkpoints")), [
    ...["step-00000012.safetensors", "step-00000016.safetensors", "step-00000018.safetensors"],
  ]);
  assert.equal(run.stdout.trimEnd().split("\n").at(-1), "run");
  assert.deepEqual(
    [...readFileSync(path("loss.png")).subarray(0, 8)],
    [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
  );
});

test("a line for each epoch has the means over its samples", () => {
  const lines = run.stdout.split("\n").filter((line) => line.startsWith("epoch "));
  const records = readMetrics(path("metrics.jsonl"));
  assert.deepEqual(
    records.map(({ step }) => step),
    Array.from({ length: 18 }, (_, i) => i + 1),
  );
  const counts = [20, 20, 20, 20, 20, 8];
  for (const [epoch, line] of lines.entries()) {
    const own = records.slice(6 * epoch, 6 * epoch + 6);
    const mean = (value: (i: number) => number) => counts.reduce((sum, n, i) => sum + n * value(i), 0) / 108;
    const [, number, loss, accuracy, monitored] = line.match(
      /^epoch (\d)\/3 {2}loss (\S+) accuracy (\S+) {2}validation loss (\S+) accuracy \S+ {2}\d+\.\d s {2}\d+ samples\/s$/,
    )!;
    assert.deepEqual(
      [number, loss, accuracy, monitored],
      [
        String(epoch + 1),
        mean((i) => own[i].loss!).toPrecision(4),
        mean((i) => own[i].accuracy!).toFixed(4),
        own[5].validationLoss!.toPrecision(4),
      ],
    );
  }
  assert.equal(lines.length, 3);
});

test("the model's metadata say shapes, classes and how inputs are normalised", () => {
  const { tensors, metadata } = readSafetensors(path("model.safetensors"));
  assert.deepEqual(
    [...tensors].map(([name, { dtype, shape }]) => `${name} ${dtype} ${shape}`),
    [
      ...["layers.0.weight float32 6,16", "layers.0.bias float32 16", "layers.2.weight float32 16,8"],
      ...["layers.2.bias float32 8", "layers.4.weight float32 8,3", "layers.4.bias float32 3"],
    ],
  );
  assert.deepEqual(JSON.parse(metadata.get("classes")!).toSorted(), SPECIES.toSorted());
  const [petal] = JSON.parse(metadata.get("card")!).input.schema.columns;
  assert.equal(petal.name, "petal");
  assert.ok(petal.mean > 2 && petal.mean < 3 && petal.std > 0.5, "petals are from 0 to 5");
});

suite("in a browser", { skip: withoutBrowser }, () => {
  const look = async (
    folder: string,
    body: (text: (selector: string) => Promise<string[]>) => Promise<void>,
  ) => {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("requestfailed", (request) => complaints.push(request.url()));
      page.on("request", (request) => {
        if (!/^(file|data):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
      });
      await page.goto(pathToFileURL(project.path(`${folder}/report.html`)).href);
      await body((selector) => page.locator(selector).allTextContents());
      assert.deepEqual(complaints, []);
    } finally {
      await browser.close();
    }
  };

  test("the report of a table shows accuracy, command, classes and the data", async () => {
    const accuracy = resultOf(run, "validation accuracy");
    await look("run", async (text) => {
      const [figures] = await text("#figures");
      assert.ok(figures.includes(`${(100 * accuracy).toFixed(2)}%`), figures);
      const [command] = await text("#command code");
      assert.ok(command.startsWith("tutti train species.csv --target species --hidden 16,8 "), command);
      const classes = (await text("#confusion thead th")).map((name) => name.trim());
      for (const name of SPECIES) assert.ok(classes.includes(name), `${name} in ${classes}`);
      const [data] = await text("#data");
      assert.match(data, /species\.csv.*108.*12/s);
    });
  });

  test("the report of images shows those that it got wrong", async () => {
    const { code } = await project.tutti([
      ...["train", "images.npy", "--labels", "labels.npy", "--hidden", "", "--lr", "1e-9", "--epochs", "1"],
      ...["--validate", "0.5", "--out", "images"],
    ]);
    assert.equal(code, 0);
    await look("images", async (text) => {
      const captions = await text("#mistakes figcaption");
      assert.ok(captions.length > 0, "an untrained network makes mistakes");
      for (const caption of captions) assert.match(caption, /^[036] → [036] .*#\d+$/);
    });
  });
});
