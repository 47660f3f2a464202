import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { launch } from "../comm/threads/launch.js";
import type { TargetColumn } from "../data/index.js";
import { TuttiError } from "../errors.js";
import { activationByName, lossByName } from "../nn/index.js";
import { parseSchedule } from "../optim/index.js";
import type { FloatDType } from "../tensor/index.js";
import { listCheckpoints } from "../train/checkpoint.js";
import { type Problem, readProblem } from "../train/problem.js";
import type { Run, TrainOptions } from "../train/run.js";
import { ProgressLine } from "./progress-line.js";
import { ranksOption } from "./run.js";

/** What the command line gives; what is absent depends on the data. */
interface Given {
  ranks: number;
  target?: string;
  labels?: string;
  test?: string;
  testLabels?: string;
  ignore?: string[];
  categorical?: string[];
  missing: "error" | "fill";
  hidden?: number[];
  activation: string;
  loss?: string;
  epochs?: number;
  batch?: number;
  optimizer: string;
  lr?: number;
  schedule: string;
  weightDecay: number;
  clipNorm?: number;
  dtype: FloatDType;
  seed: number;
  validate?: number;
  out?: string;
  shards?: number;
  microBatch?: number;
  saveEvery?: number;
  resume?: true;
}

/** `tutti train`: a network on a named dataset or on files, on N ranks. */
export function register(program: Command): void {
  program
    .command("train")
    .description("Train a network on mnist, a CSV table, or NPY or IDX arrays.")
    .argument("<data>", "mnist, table.csv, x.npy or an IDX file")
    .addOption(ranksOption())
    .option("--target <column>", "CSV: the column to predict")
    .option("--labels <file>", "NPY, IDX: the file of targets")
    .option("--test <file>", "data to test the trained network on")
    .option("--test-labels <file>", "NPY, IDX: the targets of --test")
    .option("--ignore <columns>", "CSV: columns that are not inputs, with commas between", list)
    .option("--categorical <columns>", "CSV: columns of numbers that are codes", list)
    .addOption(choice("--missing <policy>", "CSV: missing inputs", ["error", "fill"]).default("error"))
    .option("--hidden <widths>", "widths of the hidden layers: 128,64", widths)
    .option("--activation <name>", "between layers", "relu")
    .option("--loss <name>", "cross-entropy, binary-cross-entropy or mse; from the target when absent")
    .option("--epochs <N>", "passes over the data", count)
    .option("--batch <N>", "samples of a step, over all ranks", count)
    .option("--optimizer <name>", "sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw", "adam")
    .option("--lr <rate>", "learning rate", positive)
    .option("--schedule <text>", "of the learning rate: constant, cosine, cosine:warmup=100, …", "cosine")
    .option("--weight-decay <rate>", "strength of weight decay", nonNegative, 0)
    .option("--clip-norm <length>", "longest gradient", positive)
    .addOption(choice("--dtype <dtype>", "precision", ["float32", "float64"]).default("float32"))
    .option("--seed <N>", "of first weights, order and split", whole, 0)
    .option("--validate <share>", "share of the samples set aside for validation", share)
    .option("--shards <S>", "same bits on every number of ranks up to S", count)
    .option("--micro-batch <N>", "most samples evaluated at once", count)
    .option("--out <folder>", "the run's folder; runs/<name>-<number> when absent")
    .option(
      "--save-every <steps>",
      "steps between checkpoints; at ends of epochs, some seconds apart, when absent",
      count,
    )
    .option("--resume", "go on from the newest checkpoint of --out")
    .action(train);
}

async function train(data: string, given: Given): Promise<void> {
  const kinds: Record<string, TargetColumn["kind"]> = {
    "cross-entropy": "class",
    "binary-cross-entropy": "binary",
    mse: "number",
  };
  const targetKind = given.loss === undefined ? undefined : kinds[lossByName(given.loss).name];
  const problem = readProblem(data, { ...given, targetKind });
  const options = complete(given, problem);
  checkTexts(options);
  const progress = new Float64Array(new SharedArrayBuffer(8));
  const folder = runFolder(given, problem);
  const run: Run = {
    problem,
    options,
    folder,
    saveEvery: given.saveEvery ?? null,
    resume: given.resume ?? false,
    command: ["tutti", ...process.argv.slice(2)],
    progress,
  };
  using line = new ProgressLine(() => progress[0]);
  process.exitCode = await launch({
    size: given.ranks,
    entry: new URL("./train-rank.js", import.meta.url),
    scriptPath: process.argv[1],
    argv: process.argv.slice(2),
    data: run,
    stdout: line.stdout,
  });
}

/** Every choice that training needs; what is not given depends on the kind of data. */
function complete(given: Given, problem: Problem): TrainOptions {
  const { target, input } = problem;
  const images = input.kind === "array" && input.shape.length > 1;
  const losses = { class: "cross-entropy", binary: "binary-cross-entropy", number: "mse" };
  const plain = /^(sgd|momentum|nesterov|adagrad)\b/.test(given.optimizer);
  return {
    hidden: given.hidden ?? (images ? [256, 128] : [64, 32]),
    activation: given.activation,
    loss: losses[target.kind],
    epochs: given.epochs ?? (images ? 10 : 50),
    batch: given.batch ?? (images ? 128 : 32),
    optimizer: given.optimizer,
    lr: given.lr ?? (plain ? 0.05 : 0.001),
    schedule: given.schedule,
    weightDecay: given.weightDecay,
    clipNorm: given.clipNorm ?? null,
    dtype: given.dtype,
    seed: given.seed,
    shards: given.shards ?? null,
    microBatch: given.microBatch ?? null,
  };
}

/** Bad names are told before ranks start and a folder is made. */
function checkTexts({ activation, schedule, lr }: TrainOptions): void {
  activationByName(activation);
  parseSchedule(schedule, { lr, steps: 1_000_000, stepsPerEpoch: 1000 });
}

/** The folder of the run, which exists afterwards; what an earlier run left is never written over. */
function runFolder({ out, resume }: Given, { name }: Problem): string {
  if (resume && out === undefined)
    throw new TuttiError("argument", "tutti train --resume: --out <folder> must say which run is to go on");
  if (out === undefined) {
    for (let number = 1; ; number++) {
      const folder = join("runs", `${name}-${String(number).padStart(3, "0")}`);
      if (existsSync(folder)) continue;
      makeFolder(folder);
      return folder;
    }
  }
  makeFolder(out);
  if (!resume && readdirSync(out).length > 0)
    throw new TuttiError(
      "argument",
      `tutti train: '${out}' is not empty; --resume goes on with its run, another --out begins one`,
      {
        folder: out,
      },
    );
  if (resume && listCheckpoints(join(out, "checkpoints")).length === 0)
    console.log(`'${out}' holds no checkpoint yet: training begins at the start`);
  return out;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    const message = `tutti train: cannot make the folder '${folder}': ${(cause as Error).message}`;
    throw new TuttiError("file", message, { file: folder }, { cause });
  }
}

const choice = (flags: string, description: string, choices: string[]) =>
  new Option(flags, description).choices(choices);

const list = (text: string): string[] => text.split(",").map((part) => part.trim());

function number(wanted: string, isRight: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && isRight(value)) return value;
    throw new InvalidArgumentError(`It must be ${wanted}.`);
  };
}

const count = number("a whole number from 1 on", (value) => Number.isSafeInteger(value) && value >= 1);
const whole = number("a whole number from 0 on", (value) => Number.isSafeInteger(value) && value >= 0);
const positive = number("a number greater than 0", (value) => Number.isFinite(value) && value > 0);
const nonNegative = number("a number of at least 0", (value) => Number.isFinite(value) && value >= 0);
const share = number("a number from 0 to less than 1", (value) => value >= 0 && value < 1);

function widths(text: string): number[] {
  const values = text.trim() === "" ? [] : text.split(",").map(Number);
  if (values.every((value) => Number.isSafeInteger(value) && value > 0)) return values;
  throw new InvalidArgumentError("It must be whole numbers from 1 on, with commas between: 128,64.");
}
