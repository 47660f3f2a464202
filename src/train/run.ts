import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Comm, world } from "../comm/index.js";
import { elementCount } from "../data/index.js";
import { TuttiError } from "../errors.js";
import { flatten, lossByName, mlp } from "../nn/index.js";
import { optimizerByName, parseSchedule } from "../optim/index.js";
import type { FloatDType } from "../tensor/index.js";
import type { Recipe } from "./checkpoint.js";
import { type FitResult, fit } from "./fit.js";
import type { FitOptions } from "./fit-options.js";
import { inputWidth, prepareOf } from "./input-spec.js";
import { type ModelCard, saveModel } from "./model-file.js";
import { datasetOf, type Problem } from "./problem.js";
import { writeReport } from "./report/index.js";
import { evaluateRun } from "./run-evaluation.js";
import { dataLine, foundLine, headline, modelLine } from "./run-lines.js";
import { RunMonitor } from "./run-monitor.js";
import { type Outcome, summarize } from "./run-summary.js";

/** How a network is trained: every choice made, none left to defaults. Plain data. */
export interface TrainOptions {
  readonly hidden: readonly number[];
  readonly activation: string;
  readonly loss: string;
  readonly epochs: number;
  /** Samples of one step over all ranks. */
  readonly batch: number;
  readonly optimizer: string;
  readonly lr: number;
  readonly schedule: string;
  readonly weightDecay: number;
  readonly clipNorm: number | null;
  readonly dtype: FloatDType;
  readonly seed: number;
  readonly shards: number | null;
  readonly microBatch: number | null;
}

/** One training with all that it leaves in its folder. Plain data that threads can share. */
export interface Run {
  readonly problem: Problem;
  readonly options: TrainOptions;
  /** An existing folder. */
  readonly folder: string;
  /** Steps between checkpoints; at the end of epochs, some seconds apart, if null. */
  readonly saveEvery: number | null;
  /** Go on from the newest checkpoint in the folder, if there is one. */
  readonly resume: boolean;
  /** The command that a person typed. */
  readonly command: readonly string[];
  /** Where rank 0 tells how far training is: the share of steps done, from 0 to 1. */
  readonly progress?: Float64Array;
}

/**
 * Trains as `run` says and leaves in its folder: `metrics.jsonl`, `checkpoints/`, `model.safetensors`, `report.html` and
 * `loss.png`. Collective. Rank 0 prints what was found, a line for every epoch and the result.
 *
 * A training that diverges leaves a report of how far it came, and no model.
 *
 * @throws TuttiError as {@link fit}; `file` if a file cannot be written.
 */
export async function trainRun(run: Run, comm: Comm = world()): Promise<void> {
  const { problem, options, folder } = run;
  const { input } = problem;
  const started = new Date().toISOString();
  const widths = [inputWidth(input), ...options.hidden, outputWidth(problem)];
  const model = mlp(widths, options);
  using parameters = flatten(model, options);
  const loss = lossByName(options.loss);
  const prepare = prepareOf(input, options.dtype);
  const print = comm.rank === 0 ? console.log : () => {};
  print(foundLine(comm));
  print(dataLine(problem));
  print(modelLine(widths, parameters.count, options));

  using monitor = comm.rank === 0 ? new RunMonitor(run) : undefined;
  const report = (outcome: Pick<Outcome, "seconds" | "stopped" | "evaluation">, steps: number) => {
    const samplesPerSecond = samplesIn(run, steps) / outcome.seconds;
    const history = monitor!.records;
    return writeReport(
      folder,
      summarize(run, model, { ...outcome, started, samplesPerSecond, history }, comm),
    );
  };
  let result: FitResult;
  try {
    result = fit(model, datasetOf(problem.train), {
      ...fitOptions(run, widths),
      ...{ comm, loss, parameters, prepare, onStart: monitor?.onStart, onRecord: monitor?.onRecord },
    });
  } catch (error) {
    if (!(error instanceof TuttiError && error.code === "diverged")) throw error;
    const seconds = monitor?.records.at(-1)?.time ?? 0;
    if (comm.rank === 0) await report({ seconds, stopped: error.message }, error.data.step as number);
    print(folder);
    comm.barrier(); // the first rank that throws ends the others
    throw error;
  }
  const evaluation = evaluateRun(model, problem, loss, prepare, comm);
  if (comm.rank !== 0) return;
  saveModel(join(folder, "model.safetensors"), parameters, cardOf(run, widths));
  const { seconds, steps } = result;
  await report({ seconds, evaluation }, steps);
  const speed = Math.round(samplesIn(run, steps) / seconds);
  print(`${headline(evaluation)}  (${seconds.toFixed(1)} s, ${speed} samples/s)`);
  print(folder);
}

function fitOptions(run: Run, widths: readonly number[]): Omit<FitOptions, "loss"> {
  const { problem, options, folder, saveEvery, resume } = run;
  const { epochs, batch, lr, seed, shards, microBatch, clipNorm } = options;
  const stepsPerEpoch = Math.ceil(problem.train.inputs.shape[0] / batch);
  const monitored = problem.validation ?? problem.test;
  return {
    optimizer: (parameters) => optimizerByName(options.optimizer, parameters, options),
    schedule: parseSchedule(options.schedule, { lr, steps: stepsPerEpoch * epochs, stepsPerEpoch }),
    ...{ epochs, batchSize: batch, seed },
    shards: shards ?? undefined,
    microBatch: microBatch ?? undefined,
    clipNorm: clipNorm ?? undefined,
    validation: monitored && datasetOf(monitored),
    checkpoints: {
      ...{ folder: join(folder, "checkpoints"), resume, every: saveEvery ?? undefined },
      recipe: recipeOf(run, widths),
    },
  };
}

/** Training samples in the first steps of a run. */
function samplesIn({ problem, options }: Run, steps: number): number {
  const [samples] = problem.train.inputs.shape;
  const stepsPerEpoch = Math.ceil(samples / options.batch);
  return Math.floor(steps / stepsPerEpoch) * samples + (steps % stepsPerEpoch) * options.batch;
}

/**
 * What a resumed run must share with the run it goes on with, beside what `fit` knows. How many ranks there are, where
 * checkpoints fall and where the data lie is free.
 */
function recipeOf({ problem, options }: Run, widths: readonly number[]): Recipe {
  const { activation, dtype, epochs, optimizer, weightDecay, schedule } = options;
  const { input, target, train } = problem;
  // Means and deviations change with almost every change of the data, and cost nothing to compare.
  const data = createHash("sha256").update(JSON.stringify({ input, target, shape: train.targets.shape }));
  const recipe = {
    ...{ layers: widths.join("-"), activation, dtype, epochs, optimizer, weightDecay, schedule },
    "the fingerprint of data and target": data.digest("hex").slice(0, 12),
  };
  return Object.fromEntries(Object.entries(recipe).map(([name, value]) => [name, String(value)]));
}

/** How many numbers the model gives for one sample. */
function outputWidth({ target, train }: Problem): number {
  if (target.kind === "class") return target.classes.length;
  return target.kind === "binary" ? 1 : elementCount(train.targets.shape.slice(1));
}

function cardOf({ options, problem }: Run, widths: readonly number[]): ModelCard {
  const { activation, dtype, loss } = options;
  return { widths, activation, dtype, loss, input: problem.input, target: problem.target };
}
