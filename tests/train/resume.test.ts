import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Communicator } from "../../src/comm/communicator.js";
import { selfWorld } from "../../src/comm/self.js";
import { fit, listCheckpoints } from "../../src/train/index.js";
import { randomIntegers, temporaryFolder } from "../data/helpers.js";
import { forEachEngine } from "../support/ranks.js";
import { assertTuttiError } from "../tensor/support.js";
import { train } from "./bodies/fits.js";
import { prepared, type Setup, type Trained } from "./bodies/problem.js";
import { type Resumable, resume } from "./bodies/resumes.js";

const module = new URL("./bodies/resumes.js", import.meta.url).href;
const alone = () => new Communicator(selfWorld(), true);

const BASE: Setup = {
  loss: "cross-entropy",
  dtype: "float32",
  optimizer: "adam",
  schedule: "cosine",
  samples: 43,
  batchSize: 10,
  epochs: 4,
  shards: 8,
  validation: 9,
  recordEvery: 3,
};

/** Checkpoints of a training that ends with an error after step `stopAt`. */
function interrupted(setup: Setup, t: TestContext, stopAt: number): string {
  const folder = temporaryFolder(t);
  assert.throws(() => resume(alone(), { setup, folder, every: 2, stopAt }), /stopped at step/);
  return folder;
}

forEachEngine([2, 3, 4], ({ run }) => {
  test("a training that goes on from a checkpoint ends with the bits of one that was never stopped", async (t) => {
    for (const setup of [
      BASE,
      { ...BASE, dtype: "float64", optimizer: "nesterov", clipNorm: 0.5 },
      { ...BASE, loss: "mse", optimizer: "rmsprop:momentum=0.5", microBatch: 1, schedule: undefined },
    ] as Setup[]) {
      const expected = train(alone(), setup);
      // An epoch has five steps: these are in the middle, at the last step and at the first of an epoch.
      for (const [stopAt, resumedFrom] of [
        [3, 2],
        [5, 4],
        [13, 12],
      ]) {
        const folder = interrupted(setup, t, stopAt);
        const ranks = await run<Trained>(module, "resume", { setup, folder, every: 100 });
        for (const result of ranks) {
          assert.deepEqual(result.weights, expected.weights);
          assert.deepEqual([result.steps, result.resumedFrom], [20, resumedFrom]);
        }
        // Sums that a checkpoint fell between go on, too.
        const rest = expected.history.filter((record) => (record as { step: number }).step > resumedFrom);
        assert.deepEqual(ranks[0].history, rest);
        assert.equal(basename(listCheckpoints(folder).at(-1)!), "step-00000020.safetensors");
      }
    }
  });

  test("a finished training has nothing to do, and a longer one goes on", async (t) => {
    const setup = { ...BASE, schedule: undefined };
    const folder = temporaryFolder(t);
    const first = resume(alone(), { setup, folder, every: 100 });
    const [again] = await run<Trained>(module, "resume", { setup, folder, every: 100 });
    assert.deepEqual(again.weights, first.weights);
    assert.deepEqual([again.steps, again.resumedFrom, again.history], [20, 20, []]);
    const longer = { ...setup, epochs: 6 };
    const [further] = await run<Trained>(module, "resume", { setup: longer, folder, every: 100 });
    assert.deepEqual(further.weights, train(alone(), longer).weights);
    assert.equal(further.resumedFrom, 20);
  });
});

test("what is not the same training does not go on", (t) => {
  const folder = interrupted(BASE, t, 5);
  const newest = listCheckpoints(folder).at(-1)!;
  const before = readFileSync(newest);
  const refused = (setup: Setup, message: RegExp) =>
    assertTuttiError(() => resume(alone(), { setup, folder, every: 2 }), "checkpoint", message);
  refused({ ...BASE, batchSize: 11 }, /made with batchSize 10, this training has 11/);
  refused({ ...BASE, samples: 44 }, /made with samples 43, this training has 44/);
  refused({ ...BASE, shards: 4 }, /made with shards 8, this training has 4/);
  refused({ ...BASE, shards: undefined }, /made with shards 8, this training has none/);
  refused({ ...BASE, microBatch: 2 }, /made without microBatch, this training has 2/);
  refused({ ...BASE, clipNorm: 2 }, /made without clipNorm/);
  refused({ ...BASE, lr: 0.5 }, /made with lr 0\.01, this training has 0\.5/);
  refused({ ...BASE, optimizer: "adamw" }, /made with the optimiser Adam/);
  refused({ ...BASE, dtype: "float64" }, /float32 .*this training has it as float64/);
  refused({ ...BASE, hidden: [17] }, /\[5, 16\].*\[5, 17\]/);
  assert.deepEqual(readFileSync(newest), before);

  const { model, data, options } = prepared(BASE, alone());
  const start = (checkpoints: object) =>
    fit(model, data, { ...options, checkpoints: { folder, ...checkpoints } });
  // A training that begins anew would take the place of the earlier one's checkpoints, or be taken for it.
  assertTuttiError(
    () => start({}),
    "checkpoint",
    /fit: an earlier training left '.*step-00000004.*'; resume goes on/,
  );
  assertTuttiError(
    () => start({ resume: true, recipe: { data: "rye" } }),
    "checkpoint",
    /with data noise.*rye/,
  );
});

test("a damaged checkpoint is named, and the one before it is still there", (t) => {
  const folder = interrupted(BASE, t, 5);
  const [older, newest] = listCheckpoints(folder);
  writeFileSync(newest, readFileSync(newest).subarray(0, 1000));
  const again = () => resume(alone(), { setup: BASE, folder, every: 100 });
  assertTuttiError(again, "format", /step-00000004\.safetensors.*truncated/);
  assert.deepEqual(listCheckpoints(folder), [older, newest]);
  writeFileSync(newest, "");
  assertTuttiError(again, "format", /step-00000004\.safetensors.*too short/);
  rmSync(newest);
  assert.deepEqual(again().resumedFrom, 2);
});

/** Starts a program that trains; what it printed when it has ended. */
function trainer(size: number, what: Resumable, shell?: string) {
  const script = fileURLToPath(new URL("./bodies/trainer.js", import.meta.url));
  const args = ["--enable-source-maps", script, `${size}`, JSON.stringify(what)];
  const [command, ...rest] = shell
    ? ["sh", "-c", shell, process.execPath, ...args]
    : [process.execPath, ...args];
  const child = spawn(command, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<number | string>((resolve) =>
    child.on("close", (code, signal) => resolve(code ?? signal!)),
  );
  const result = Promise.all([ended, text(child.stdout), text(child.stderr)]).then(
    ([code, stdout, stderr]) => ({
      code,
      stdout,
      stderr,
    }),
  );
  return { child, result };
}

const stepOf = (path: string | undefined) =>
  path === undefined ? 0 : Number(/(\d+)\.safetensors$/.exec(path)![1]);

test("killed at any moment, any number of times, a training ends with the same bits", async (t) => {
  const setup: Setup = { ...BASE, schedule: "step:every=50,factor=0.9", samples: 203, recordEvery: 7 };
  const stepsPerEpoch = 21;
  const folder = temporaryFolder(t);
  const newest = () => stepOf(listCheckpoints(folder).at(-1));
  const random = randomIntegers(process.pid); // when it is killed must not matter
  for (const size of [2, 1, 3, 2, 4]) {
    const target = newest() + 1 + random(40);
    const endless = { setup: { ...setup, epochs: 1e6 }, folder, every: 1 };
    const { child, result } = trainer(size, endless);
    while (newest() < target && child.exitCode === null) await setTimeout(1);
    await setTimeout(random(4));
    child.kill("SIGKILL");
    const { code, stderr } = await result;
    assert.equal(code, "SIGKILL", stderr);
    assert.ok(newest() >= target);
  }
  writeFileSync(join(folder, ".step-00000007.safetensors.1-a.tmp"), "what a killed process leaves");
  const before = newest();
  const ending = { ...setup, epochs: Math.ceil(before / stepsPerEpoch) + 3 };
  const { code, stdout, stderr } = await trainer(2, { setup: ending, folder, every: 400 }).result;
  assert.equal(code, 0, stderr);
  const { weights, resumedFrom } = JSON.parse(stdout);
  assert.equal(resumedFrom, before);
  assert.deepEqual(Float32Array.from(weights), train(alone(), ending).weights);
  assert.deepEqual(
    readdirSync(folder).sort(),
    listCheckpoints(folder).map((path) => basename(path)),
  );
});

test("a full disk ends the training with the path; the earlier checkpoint is whole", async (t) => {
  const folder = join(temporaryFolder(t), "checkpoints");
  mkdirSync(folder);
  const setup = { ...BASE, schedule: undefined };
  const first = resume(alone(), { setup, folder, every: 100 });
  const [path] = listCheckpoints(folder);
  // The limit on file sizes, 512 bytes a block, stands for the full disk.
  const limit = `trap "" XFSZ; ulimit -f 2; exec "$0" "$@"`;
  const longer = { ...setup, epochs: 6 };
  const { code, stderr } = await trainer(2, { setup: longer, folder, every: 5 }, limit).result;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /cannot write '.*step-00000025\.safetensors'.*EFBIG/);
  assert.deepEqual(readdirSync(folder), [basename(path)]);
  const again = resume(alone(), { setup, folder, every: 100 });
  assert.deepEqual(again.weights, first.weights);
  assert.deepEqual(
    resume(alone(), { setup: longer, folder, every: 5 }).weights,
    train(alone(), longer).weights,
  );
});
