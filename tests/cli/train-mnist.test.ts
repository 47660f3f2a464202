import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { Project } from "./tutti.js";

test("tutti train mnist learns handwritten digits, and ends with its accuracy and its folder", async () => {
  using project = new Project({});
  const { code, stdout, stderr } = await project.tutti(["train", "mnist", "--epochs", "2"], {}, 120_000);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const lines = stdout.trimEnd().split("\n");
  assert.match(
    lines[0],
    /^Tutti \d+\.\d+\.\d+: \d+ ranks? \(threads\), \S+ kernels, (own matrix product|matrix product by .+)$/,
  );
  assert.match(
    lines[1],
    /^mnist: 60000 to train on, 10000 to test with; 28 × 28 inputs, target mnist: 10 classes$/,
  );
  const [accuracyLine, folder] = lines.slice(-2);
  assert.match(accuracyLine, /^test accuracy 0\.\d{4} {2}\(\d+\.\d s, \d+ samples\/s\)$/);
  // LeCun, Bottou, Bengio & Haffner (1998): 2 to 5 wrong of 100 for networks with one or two hidden layers.
  assert.ok(Number(accuracyLine.split(" ")[2]) > 0.96, accuracyLine);
  assert.equal(folder, "runs/mnist-001");
  assert.ok(existsSync(project.path(`${folder}/report.html`)));
});
