import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { encodeSafetensors, parseSafetensors, readSafetensors } from "../../src/data/index.js";
import { type ErrorCode, TuttiError } from "../../src/errors.js";
import { kernels } from "../../src/kernels/index.js";
import { flatten, mlp, type ParameterVector } from "../../src/nn/index.js";
import { type Optimizer, optimizerByName } from "../../src/optim/index.js";
import { assign, type FloatDType, normal, scope, Tensor } from "../../src/tensor/index.js";
import { removeLeftovers } from "../../src/train/checkpoint.js";
import { listCheckpoints, loadCheckpoint, type Progress, saveCheckpoint } from "../../src/train/index.js";
import { randomIntegers, temporaryFolder } from "../data/helpers.js";
import { assertTuttiError } from "../tensor/support.js";

const PROGRESS: Progress = {
  step: 12,
  seconds: 0.1 + 0.2,
  sums: { loss: Math.PI / 1e9, correct: 17.5, samples: 20 },
};
const RECIPE = { batchSize: "32", data: "a table, with “quotes”" };

/** A network with numbers in its weights, and an optimiser that has done some steps. */
class State {
  readonly parameters: ParameterVector;
  readonly optimizer: Optimizer;

  constructor(
    optimizer: string,
    { dtype = "float64" as FloatDType, seed = 1, steps = 3, widths = [4, 3, 2], lr = 0.01 } = {},
  ) {
    this.parameters = flatten(mlp(widths), { dtype, seed });
    this.optimizer = optimizerByName(optimizer, this.parameters, { lr });
    for (let step = 0; step < steps; step++) {
      scope(() =>
        assign(this.parameters.grad, normal([this.parameters.count], { seed, stream: step, dtype })),
      );
      this.optimizer.step({ lr: 0.1 });
    }
  }

  /** Every bit of it. */
  get bits(): [string, string | number][] {
    const bits = (x: Tensor) =>
      Buffer.from(new Uint8Array(x.data.buffer, x.data.byteOffset, x.data.byteLength));
    const state = Object.entries(this.optimizer.state()).map(([name, value]): [string, string | number] => [
      name,
      value instanceof Tensor ? bits(value).toString("hex") : value,
    ]);
    return [["parameters", bits(this.parameters.value).toString("hex")], ...state];
  }

  save(folder: string, progress = PROGRESS, keep?: number): string {
    return saveCheckpoint(folder, this.parameters, this.optimizer, progress, RECIPE, keep);
  }

  load(path: string, recipe: Record<string, string> = RECIPE): Progress {
    return loadCheckpoint(path, this.parameters, this.optimizer, recipe);
  }

  [Symbol.dispose](): void {
    this.optimizer.dispose();
    this.parameters.dispose();
  }
}

/** Checks that a checkpoint is refused and leaves the state as it was. */
function refused(state: State, path: string, code: ErrorCode, message: RegExp, recipe = RECIPE): void {
  const { bits } = state;
  const { bytesInUse } = kernels().heap;
  assertTuttiError(() => state.load(path, recipe), code, message);
  assertTuttiError(() => state.load(path, recipe), code, new RegExp(path.replaceAll(/[.\\]/g, "\\$&")));
  assert.deepEqual(state.bits, bits);
  assert.equal(kernels().heap.bytesInUse, bytesInUse);
}

test("a checkpoint brings back every bit of the parameters, the optimiser and the progress", (t) => {
  const folder = temporaryFolder(t);
  for (const dtype of ["float64", "float32"] as const) {
    for (const method of [
      "sgd",
      "momentum",
      "nesterov",
      "adagrad",
      "rmsprop:momentum=0.5",
      "adam",
      "adamw",
    ]) {
      using saved = new State(method, { dtype });
      // The smallest subnormal of either dtype, and the zero that has a sign.
      const values = saved.parameters.value.data;
      values.set([-0, dtype === "float64" ? 2 ** -1074 : 2 ** -149, -1e-40]);
      const path = saved.save(folder);
      using other = new State(method, { dtype, seed: 2, steps: 1, lr: 0.5 });
      assert.notDeepEqual(other.bits, saved.bits);
      assert.deepEqual(other.load(path), PROGRESS);
      assert.deepEqual(other.bits, saved.bits);
    }
  }
});

test("checkpoints are listed by their step, and only the newest are kept", (t) => {
  const folder = join(temporaryFolder(t), "new", "folder");
  assert.deepEqual(listCheckpoints(folder), []);
  using state = new State("sgd");
  const names: string[] = [];
  for (const step of [5, 99_999_999, 70, 100_000_000, 1_000_000_000])
    names.push(state.save(folder, { ...PROGRESS, step }, 10));
  const [five, nines, seventy, nine, ten] = names;
  writeFileSync(join(folder, "step-1.safetensors"), "not a name of ours");
  writeFileSync(join(folder, "step-00000001.safetensors.bak"), "nor this");
  assert.equal(five, join(folder, "step-00000005.safetensors"));
  assert.deepEqual(listCheckpoints(folder), [five, seventy, nines, nine, ten]);
  const newest = state.save(folder, { ...PROGRESS, step: 2_000_000_000 });
  assert.deepEqual(listCheckpoints(folder), [nine, ten, newest]);
  assert.ok(readdirSync(folder).includes("step-1.safetensors"));
});

test("leftovers of a killed process are removed, and nothing else", (t) => {
  const folder = temporaryFolder(t);
  const others = ["notes.txt", ".hidden.tmp", ".step-00000005.safetensors.swp"];
  for (const name of [...others, ".step-00000005.safetensors.4711-abc.tmp"])
    writeFileSync(join(folder, name), "x");
  removeLeftovers(folder);
  assert.deepEqual(readdirSync(folder).sort(), others.sort());
  removeLeftovers(join(folder, "missing"));
});

test("a checkpoint of another model, optimiser, precision or recipe is refused", (t) => {
  using saved = new State("adam");
  const path = saved.save(temporaryFolder(t));
  const against = (other: State, message: RegExp, recipe?: typeof RECIPE) => {
    using state = other;
    refused(state, path, "checkpoint", message, recipe);
  };
  against(
    new State("adam", { widths: [4, 5, 2] }),
    /has model\.layers\.0\.weight as float64 \[4, 3\].*has it as .*\[4, 5\]/,
  );
  against(new State("adam", { widths: [4, 3, 3, 2] }), /model\.layers\.2\.weight as float64 \[3, 2\]/);
  against(
    new State("adam", { widths: [4, 3] }),
    /holds model\.layers\.2\.weight, .* which this model and optimiser do not/,
  );
  against(new State("adam", { dtype: "float32" }), /as float64 \[4, 3\], this training has it as float32/);
  against(new State("adamw"), /made with the optimiser Adam, this training has AdamW/);
  against(new State("sgd"), /made with the optimiser Adam, this training has SGD/);
  const { batchSize, data } = RECIPE;
  against(new State("adam"), /made with batchSize 32, this training has 64/, { batchSize: "64", data });
  against(new State("adam"), /made with data a table.*, this training has none/, {
    batchSize,
  } as typeof RECIPE);
  const more = { ...RECIPE, clipNorm: "1" };
  against(new State("adam"), /made without clipNorm, this training has 1/, more);

  using momentum = new State("momentum");
  const withVelocity = momentum.save(temporaryFolder(t));
  using plain = new State("sgd");
  refused(plain, withVelocity, "checkpoint", /holds optimizer\.velocity, which this/);
  refused(momentum, plain.save(temporaryFolder(t)), "checkpoint", /has no optimizer\.velocity/);
});

test("a checkpoint that is cut off anywhere, empty, or no checkpoint at all is refused", (t) => {
  const folder = temporaryFolder(t);
  using state = new State("adam");
  const whole = readFileSync(state.save(folder));
  const path = join(folder, "step-00000099.safetensors");
  for (let length = 0; length < whole.length; length += length < 16 ? 1 : 37) {
    writeFileSync(path, whole.subarray(0, length));
    refused(state, path, "format", /too short|truncated|header/);
  }
  writeFileSync(path, Buffer.concat([whole, Buffer.of(0)]));
  refused(state, path, "format", /too long/);
  writeFileSync(path, randomBytes(5000));
  refused(state, path, "format", /header/);
  writeFileSync(path, Buffer.concat(encodeSafetensors([], [["format", "tutti.model.1"]])));
  refused(state, path, "checkpoint", /is not a checkpoint: its format is tutti\.model\.1/);
  writeFileSync(path, Buffer.concat(encodeSafetensors([])));
  refused(state, path, "checkpoint", /its format is not given/);
  refused(state, join(folder, "missing.safetensors"), "file", /no such file/);
  refused(state, folder, "file", /it is a folder/);
});

const randomBytes = (count: number) => {
  const random = randomIntegers(5);
  return Buffer.from(Array.from({ length: count }, () => random(256)));
};

test("damaged texts in a checkpoint are refused", (t) => {
  const folder = temporaryFolder(t);
  using state = new State("adam");
  const path = state.save(folder);
  const { tensors, metadata } = readSafetensors(path);
  const damages: Record<string, (string | undefined)[]> = {
    progress: [
      undefined,
      "",
      "{",
      "null",
      "7",
      "{}",
      '{"step":-1,"seconds":1,"sums":{"loss":1,"correct":1,"samples":1}}',
      '{"step":1.5,"seconds":1,"sums":{"loss":1,"correct":1,"samples":1}}',
      '{"step":1,"seconds":1,"sums":{"loss":null,"correct":1,"samples":1}}',
      '{"step":1,"seconds":1}',
    ],
    optimizer: [
      undefined,
      "[",
      "{}",
      '{"method":"Adam"}',
      '{"method":"Adam","numbers":{"steps":"3","lr":0.1}}',
      '{"method":7,"numbers":{}}',
    ],
    recipe: [undefined, "]", '{"batchSize":32}', "null"],
  };
  for (const [name, texts] of Object.entries(damages)) {
    for (const text of texts) {
      const others = [...metadata].filter(([key]) => key !== name);
      const all: [string, string][] = text === undefined ? others : [...others, [name, text]];
      writeFileSync(path, Buffer.concat(encodeSafetensors(tensors, all)));
      refused(state, path, "format", new RegExp(`is damaged: its ${name} is`));
    }
  }
  // Whole by itself, but without a number that the method needs.
  const others = [...metadata].filter(([key]) => key !== "optimizer");
  const short = '{"method":"Adam","numbers":{"steps":3}}';
  writeFileSync(path, Buffer.concat(encodeSafetensors(tensors, [...others, ["optimizer", short]])));
  refused(state, path, "checkpoint", /has the optimiser's numbers steps, wanted lr, steps/);
});

test("a checkpoint with a changed bit in an array is refused", (t) => {
  using state = new State("adam");
  const path = state.save(temporaryFolder(t));
  const whole = readFileSync(path);
  const data = 8 + Number(whole.readBigUInt64LE());
  for (let byte = data; byte < whole.length; byte += 29) {
    const damaged = Buffer.from(whole);
    damaged[byte] ^= 1 << (byte & 7);
    writeFileSync(path, damaged);
    refused(state, path, "format", /is damaged.* SHA-256 .* is [0-9a-f]{64}, wanted [0-9a-f]{64}/);
  }
});

test("a checkpoint of a version without digests is loaded", (t) => {
  using saved = new State("adam");
  const path = saved.save(temporaryFolder(t));
  const whole = readFileSync(path);
  const data = 8 + Number(whole.readBigUInt64LE());
  const header = JSON.parse(whole.toString("utf8", 8, data));
  assert.ok(delete header.__metadata__["tutti.sha256"]);
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, whole.subarray(data)]));
  using other = new State("adam", { seed: 2, lr: 0.5 });
  assert.deepEqual(other.load(path), PROGRESS);
  assert.deepEqual(other.bits, saved.bits);
});

test("whatever happens to the header, a checkpoint is refused with a reason, unless it says the same", (t) => {
  using state = new State("adam");
  const { bits } = state;
  const path = state.save(temporaryFolder(t));
  const whole = readFileSync(path);
  const header = 8 + Number(whole.readBigUInt64LE());
  const random = randomIntegers(11);
  let loaded = 0;
  for (let i = 0; i < 400; i++) {
    const damaged = Buffer.from(whole);
    damaged[random(header)] = random(256);
    writeFileSync(path, damaged);
    try {
      assert.deepEqual(state.load(path), PROGRESS);
      loaded++;
    } catch (error) {
      assert.ok(error instanceof TuttiError, String((error as Error).stack));
      assert.ok(error.message.length > path.length + 20);
    }
  }
  assert.deepEqual(state.bits, bits);
  assert.ok(loaded < 20, String(loaded));
  assert.equal(parseSafetensors(whole, path).metadata.get("format"), "tutti.checkpoint.1");
});

test("a folder that cannot be used is named", (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "file");
  writeFileSync(file, "");
  using state = new State("sgd");
  assertTuttiError(() => listCheckpoints(file), "file", /cannot read the folder '.*file'.*not a folder/);
  assertTuttiError(() => state.save(file), "file", /cannot make the folder '.*file'/);
  assertTuttiError(
    () => state.save(join(file, "below")),
    "file",
    /cannot make the folder '.*below'.*not a folder/,
  );
  assert.equal(readFileSync(file, "utf8"), "");
  if (process.getuid?.() === 0) return; // nothing is forbidden to root
  const closed = join(folder, "closed");
  mkdirSync(closed);
  chmodSync(closed, 0o000);
  assertTuttiError(
    () => listCheckpoints(closed),
    "file",
    /cannot read the folder '.*closed': permission denied/,
  );
  assertTuttiError(() => state.save(closed), "file", /closed.*permission denied/);
  chmodSync(closed, 0o700);
});
