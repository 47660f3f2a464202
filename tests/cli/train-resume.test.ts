import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type MetricsRecord, readMetrics } from "../../src/train/index.js";
import { speciesCsv, weightsOf } from "./train-data.js";
import { Project, seen } from "./tutti.js";

/*
 * A run that is killed at any moment goes on from its newest checkpoint, on any number of ranks, and ends with the bits
 * of a run that nobody disturbed.
 */

const STEPS = 250;
const RECIPE = [
  ...["species.csv", "--target", "species", "--hidden", "8", "--epochs", "50", "--batch", "22"],
  ...["--shards", "4", "--save-every", "3"],
];

const project = new Project({ "species.csv": speciesCsv(120) });
after(() => project[Symbol.dispose]());

const train = (out: string, ...args: string[]) => ["train", ...RECIPE, "--out", out, ...args];

/** What of a run's metrics does not depend on the clock. */
const figures = (run: string) =>
  readMetrics(project.path(`${run}/metrics.jsonl`)).map(
    ({ step, loss, accuracy, validationLoss }: MetricsRecord) => ({
      ...{ step, loss, accuracy, validationLoss },
    }),
  );

function newest(run: string): number {
  const folder = project.path(`${run}/checkpoints`);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith("step-")) : [];
  return Math.max(0, ...names.map((name) => Number(name.slice(5, 13))));
}

before(async () => {
  const { code, stderr } = await project.tutti(train("whole", "-n", "1"));
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.equal(newest("whole"), STEPS);
});

test("killed again and again, resumed on other numbers of ranks, the model has the same bits", async () => {
  let kills = 0;
  for (const ranks of [2, 1, 4]) {
    const goal = newest("killed") + 12 + kills; // not always just after a checkpoint
    if (goal >= STEPS) break;
    const running = project.start(train("killed", "--resume", "-n", `${ranks}`));
    const result = running.result.catch(() => undefined); // the helper objects to SIGKILL
    while (running.process.exitCode === null && newest("killed") < goal) await sleep(2);
    if (running.process.kill("SIGKILL")) kills++;
    await result;
  }
  assert.ok(kills > 0, "the run was over before it could be killed");
  assert.ok(newest("killed") < STEPS);
  assert.ok(!existsSync(project.path("killed/model.safetensors")));

  const { code, stdout, stderr } = await project.tutti(train("killed", "--resume", "-n", "3"));
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.match(stdout, new RegExp(`^going on after step \\d+ of ${STEPS}$`, "m"));
  assert.deepEqual(weightsOf(project, "killed"), weightsOf(project, "whole"));
  assert.deepEqual(figures("killed"), figures("whole"));
  const left = readdirSync(project.path("killed/checkpoints"));
  assert.ok(
    left.every((name) => /^step-\d{8}\.safetensors$/.test(name)),
    `half-written files are left: ${left}`,
  );
});

/** What cannot go on, and what the message must say; what the run has stays as it was. */
const REFUSED: Record<string, [args: string[], message: RegExp]> = {
  "another network": [["--hidden", "9"], /step-00000250\.safetensors' .*layers 6-8-3.* 6-9-3/],
  "another number of epochs": [["--epochs", "60"], /epochs 50.* 60/],
};

for (const [name, [args, message]] of Object.entries(REFUSED)) {
  test(`a checkpoint does not go on with ${name}`, async () => {
    const before = readFileSync(project.path("whole/report.html"));
    const { code, stderr } = await project.tutti(train("whole", "--resume", ...args));
    assert.equal(code, 1);
    assert.match(stderr, /^tutti: loadCheckpoint: /);
    assert.match(stderr, message);
    assert.ok(!stderr.includes("    at "), `a stack is no help here: ${stderr}`);
    assert.deepEqual(readFileSync(project.path("whole/report.html")), before);
    assert.equal(newest("whole"), STEPS);
  });
}

test("other rows of the same shape are not the data that a run began with", async () => {
  using other = new Project({ "species.csv": speciesCsv(120, 2) });
  const { code, stderr } = await other.tutti(train(project.path("whole"), "--resume"));
  assert.equal(code, 1);
  assert.match(stderr, /the fingerprint of data and target/);
});

test("a run that is interrupted says how to go on", async () => {
  const running = project.start(train("stopped", "-n", "2"));
  await seen(running.process.stdout, /^epoch +2\//m);
  running.process.kill("SIGINT");
  const { code, stderr } = await running.result;
  assert.equal(code, 130); // 128 + SIGINT
  assert.match(
    stderr,
    /^SIGINT: .*\nthe same command with --resume --out stopped goes on from the last checkpoint\n$/,
  );
});

test("a truncated checkpoint is named; without it the run goes on from the one before", async () => {
  const path = project.path(`killed/checkpoints/step-00000${STEPS}.safetensors`);
  truncateSync(path, 1000);
  const { code, stderr } = await project.tutti(train("killed", "--resume"));
  assert.equal(code, 1);
  assert.match(stderr, /^tutti: .*step-00000250\.safetensors' .*(truncated|header)/);
  assert.ok(!stderr.includes("    at "), `a stack is no help here: ${stderr}`);

  rmSync(path);
  const { stdout } = await project.tutti(train("killed", "--resume", "-n", "1"));
  assert.match(stdout, /^going on after step 249 of 250$/m);
  assert.deepEqual(weightsOf(project, "killed"), weightsOf(project, "whole"));
});
