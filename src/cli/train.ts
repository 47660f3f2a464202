import type { Command } from "commander";
import { launch } from "../comm/threads/launch.js";
import { TuttiError } from "../errors.js";
import { activationByName, flatten, mlp } from "../nn/index.js";
import { optimizerByName, parseSchedule } from "../optim/index.js";
import type { FloatDType } from "../tensor/index.js";
import {
  lossFor,
  type Problem,
  type Run,
  readProblem,
  type TrainOptions,
  targetKindFor,
} from "../train/index.js";
import { mistake } from "./mistake.js";
import * as values from "./option-values.js";
import { ProgressLine } from "./progress-line.js";
import { ranksOption } from "./run.js";
import { RunFolder } from "./run-folder.js";

/** What the command line gives; what is absent depends on the data. */
interface Given {
  ranks: number;
  target?: string;
  labels?: string;
  test?: string;
  testLabels?: string;
  ignore?: string[];
  categorical?: string[];
  missing?: "error" | "fill";
  hidden?: number[];
  activation: string;
  loss?: string;
  epochs?: number;
  batch?: number;
  optimizer: string;
  lr?: number;
  schedule: string;
  weightDecay?: number;
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
    .optionsGroup("Data:")
    .option("--target <column>", "tables: the column to predict")
    .option("--ignore <columns>", "tables: columns that are not inputs, with commas between", values.list)
    .option("--categorical <columns>", "tables: columns of numbers that are codes", values.list)
    .addOption(
      values.choice("--missing <policy>", "tables: missing inputs (default: error)", ["error", "fill"]),
    )
    .option("--labels <file>", "arrays: the file of targets")
    .option("--test <file>", "more data, to test the trained network on")
    .option("--test-labels <file>", "arrays: the targets of --test")
    .option(
      "--validate <share>",
      "share of the samples set aside; a tenth if there are no test data",
      values.share,
    )
    .optionsGroup("Network:")
    .option("--hidden <widths>", "widths of the hidden layers: 128,64; by the data if absent", values.widths)
    .option("--activation <name>", "between layers: relu, tanh, gelu, …", "relu")
    .option("--loss <name>", "cross-entropy, binary-cross-entropy or mse; from the target if absent")
    .addOption(values.choice("--dtype <dtype>", "precision", ["float32", "float64"]).default("float32"))
    .optionsGroup("Training:")
    .option(
      "--epochs <N>",
      "passes over the data; 8 over many samples, up to 50 over few, if absent",
      values.count,
    )
    .option(
      "--batch <N>",
      "samples of a step, over all ranks; 128 images, 32 others, if absent",
      values.count,
    )
    .option("--optimizer <name>", "sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw", "adam")
    .option("--lr <rate>", "learning rate; what suits optimizer and data if absent", values.positive)
    .option("--schedule <text>", "of the learning rate: constant, cosine, cosine:warmup=100, …", "cosine")
    .option("--weight-decay <rate>", "strength of weight decay", values.nonNegative)
    .option("--clip-norm <length>", "longest gradient", values.positive)
    .option("--micro-batch <N>", "most samples evaluated at once", values.count)
    .option("--shards <S>", "the same bits on every number of ranks up to S", values.count)
    .option("--seed <N>", "of first weights, order and split", values.seed, 0)
    .optionsGroup("Run:")
    .option("--out <folder>", "what the run leaves; runs/<name>-<number> if absent")
    .option("--save-every <steps>", "steps between checkpoints; by time if absent", values.count)
    .option("--resume", "go on from the newest checkpoint in --out")
    .action((data: string, given: Given, command: Command) =>
      train(data, given, command.getOptionValueSource("ranks") === "default"),
    );
}

async function train(data: string, given: Given, ranksAreFree: boolean): Promise<void> {
  checkNames(given);
  const problem = readProblem(data, {
    ...given,
    targetKind: given.loss === undefined ? undefined : targetKindFor(given.loss),
  });
  const options = complete(given, problem);
  const ranks = ranksFor(given.ranks, ranksAreFree, options, problem);
  const folder = runFolder(given, problem);
  const progress = new Float64Array(new SharedArrayBuffer(8));
  const run: Run = {
    problem,
    options,
    folder: folder.path,
    saveEvery: given.saveEvery ?? null,
    resume: given.resume ?? false,
    command: ["tutti", ...process.argv.slice(2)],
    progress,
  };
  using line = new ProgressLine(() => progress[0]);
  const code = await launch({
    size: ranks,
    entry: new URL("./train-rank.js", import.meta.url),
    scriptPath: process.argv[1],
    argv: process.argv.slice(2),
    data: run,
    explain: ({ tutti }) => mistake(tutti),
    stdout: line.stdout,
    stderr: line.stderr,
  });
  process.exitCode = code;
  if (code === 0) return;
  folder.removeIfEmpty();
  const isInterrupted = code > 128;
  if (isInterrupted && folder.checkpoint() !== undefined)
    console.error(`the same command with --resume --out ${folder.path} goes on from the last checkpoint`);
}

/** Every choice that training needs; what is not given depends on the data. */
function complete(given: Given, { target, input, train }: Problem): TrainOptions {
  const areImages = input.kind === "array" && input.shape.length > 1;
  const { optimizer, batch = areImages ? 128 : 32 } = given;
  const stepsPerEpoch = Math.ceil(train.inputs.shape[0] / batch);
  const isPlain = /^(sgd|momentum|nesterov|adagrad)\b/i.test(optimizer);
  return {
    hidden: given.hidden ?? (areImages ? [256, 128] : [64, 32]),
    activation: given.activation,
    loss: lossFor(target.kind),
    // Few samples need many passes, many samples at least some.
    epochs: given.epochs ?? Math.min(50, Math.max(8, Math.ceil(2000 / stepsPerEpoch))),
    batch,
    optimizer,
    lr: given.lr ?? (isPlain ? 0.05 : areImages ? 0.002 : 0.001),
    schedule: given.schedule,
    weightDecay: given.weightDecay ?? (/^adamw\b/i.test(optimizer) ? 0.01 : 0),
    clipNorm: given.clipNorm ?? null,
    dtype: given.dtype,
    seed: given.seed,
    shards: given.shards ?? null,
    microBatch: given.microBatch ?? null,
  };
}

/** What is misspelt is told before data are read, a folder is made and ranks start. */
function checkNames({ loss, activation, schedule, optimizer, dtype, lr = 0.001, weightDecay }: Given): void {
  if (loss !== undefined) targetKindFor(loss);
  activationByName(activation);
  parseSchedule(schedule, { lr, steps: 1_000_000, stepsPerEpoch: 1000 });
  using parameters = flatten(mlp([1, 1]), { dtype });
  optimizerByName(optimizer, parameters, { lr, weightDecay }).dispose();
}

/** As many ranks as are asked for, or as many cores as have something to do. */
function ranksFor(
  wanted: number,
  areFree: boolean,
  { batch, shards }: TrainOptions,
  { train }: Problem,
): number {
  const [samples] = train.inputs.shape;
  const most = Math.min(samples, shards ?? samples);
  if (areFree) return Math.min(wanted, batch, most);
  if (wanted <= most) return wanted;
  const found = most === samples ? `there are only ${samples} samples to train on` : `--shards is ${shards}`;
  throw new TuttiError(
    "argument",
    `tutti train: -n is ${wanted}, but ${found}; wanted at most ${most} ranks`,
    {
      ranks: wanted,
      samples,
      shards,
    },
  );
}

function runFolder({ out, resume }: Given, { name }: Problem): RunFolder {
  if (resume && out === undefined)
    throw new TuttiError("argument", "tutti train --resume: --out <folder> must say which run is to go on");
  if (out === undefined) return RunFolder.numbered(name);
  if (!resume) return RunFolder.fresh(out);
  const folder = RunFolder.resumed(out);
  if (folder.checkpoint() === undefined)
    console.log(`'${out}' holds no checkpoint yet: training begins at the start`);
  return folder;
}
