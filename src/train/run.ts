import { join } from "node:path";
import { type Comm, world } from "../comm/index.js";
import { elementCount } from "../data/index.js";
import { kernels } from "../kernels/index.js";
import { Activation, flatten, Linear, lossByName, mlp, type Sequential } from "../nn/index.js";
import { optimizerByName, parseSchedule } from "../optim/index.js";
import type { FloatDType } from "../tensor/index.js";
import { fit } from "./fit.js";
import { type ModelCard, saveModel } from "./model-file.js";
import { datasetOf, inputWidth, type Problem, prepareOf } from "./problem.js";
import { MetricsLog, type ModelSummary, type RunSummary, thisMachine, writeReport } from "./report/index.js";
import { evaluateRun } from "./run-evaluation.js";
import { dataLine, describeTarget, epochLine, foundLine, headline, modelLine } from "./run-lines.js";

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
 * @throws TuttiError as {@link fit}; `file` if a file cannot be written.
 */
export async function trainRun(run: Run, comm: Comm = world()): Promise<void> {
  const { problem, options, folder } = run;
  const { target, input } = problem;
  const started = new Date().toISOString();
  const widths = [inputWidth(input), ...options.hidden, outputWidth(problem)];
  const model = mlp(widths, { activation: options.activation });
  const parameters = flatten(model, options);
  const loss = lossByName(options.loss);
  const say = comm.rank === 0 ? (text: string) => console.log(text) : () => {};
  say(foundLine(comm));
  say(dataLine(problem));
  say(modelLine(widths, parameters.count, options));

  const train = datasetOf(problem.train);
  const monitored = problem.validation ?? problem.test;
  const stepsPerEpoch = Math.ceil(train.length / options.batch);
  const steps = stepsPerEpoch * options.epochs;
  const prepare = prepareOf(input, options.dtype);
  const checkpoints = join(folder, "checkpoints");
  const metrics = join(folder, "metrics.jsonl");
  let log: MetricsLog | undefined;
  const result = fit(model, train, {
    comm,
    loss,
    parameters,
    optimizer: (vector) => optimizerByName(options.optimizer, vector, options),
    schedule: parseSchedule(options.schedule, { lr: options.lr, steps, stepsPerEpoch }),
    epochs: options.epochs,
    batchSize: options.batch,
    seed: options.seed,
    shards: options.shards ?? undefined,
    microBatch: options.microBatch ?? undefined,
    clipNorm: options.clipNorm ?? undefined,
    prepare,
    validation: monitored && datasetOf(monitored),
    onStart: (step) => {
      if (comm.rank === 0) log = step > 0 ? MetricsLog.resume(metrics, step) : MetricsLog.create(metrics);
      if (step > 0) say(`going on after step ${step} of ${steps}`);
    },
    onRecord: (record) => {
      log?.append(record);
      if (run.progress) run.progress[0] = record.step / steps;
      if (record.step % stepsPerEpoch === 0) say(epochLine(record, options.epochs, problem));
    },
    checkpoints: {
      folder: checkpoints,
      every: run.saveEvery ?? undefined,
      resume: run.resume,
      recipe: recipeOf(run, widths),
    },
  });
  log?.close();

  const samplesPerSecond = (result.steps * train.length) / stepsPerEpoch / result.seconds;
  const evaluation = evaluateRun(model, problem, loss, prepare, comm);
  if (comm.rank !== 0) return;
  saveModel(join(folder, "model.safetensors"), parameters, cardOf(widths, options, problem));
  const summary: RunSummary = {
    name: problem.name,
    started,
    seconds: result.seconds,
    samplesPerSecond,
    command: run.command,
    options: { ...options, ranks: comm.size },
    data: {
      source: problem.source,
      trainingSamples: train.length,
      validationSamples: problem.validation?.inputs.shape[0],
      testSamples: problem.test?.inputs.shape[0],
      inputShape: problem.train.inputs.shape.slice(1),
      target: describeTarget(target),
    },
    model: {
      ...summarize(model),
      parameters: parameters.count,
      dtype: options.dtype,
      loss: loss.name,
      optimizer: options.optimizer,
    },
    machine: {
      ...thisMachine(),
      ranks: comm.size,
      engine: comm.engine,
      kernels: kernels().target,
      blas: kernels().blas,
    },
    history: log?.records ?? [],
    evaluation,
    files: FILES,
  };
  await writeReport(folder, summary);
  say(`${headline(evaluation)}  (${result.seconds.toFixed(1)} s, ${Math.round(samplesPerSecond)} samples/s)`);
  say(folder);
}

const FILES = [
  { path: "model.safetensors", description: "the trained network, for tutti predict" },
  { path: "metrics.jsonl", description: "loss, accuracy and speed over time" },
  { path: "loss.png", description: "the loss as a picture" },
  { path: "checkpoints", description: "where training can go on, for --resume" },
];

/** What a resumed run must share with the run it goes on with. The number of ranks and where checkpoints fall are free. */
function recipeOf({ problem, options }: Run, widths: readonly number[]): Record<string, string> {
  const { inputs } = problem.train;
  const recipe = {
    ...options,
    widths,
    data: problem.source,
    samples: inputs.shape[0],
    target: problem.target.name,
  };
  return Object.fromEntries(Object.entries(recipe).map(([name, value]) => [name, String(value)]));
}

/** How many numbers the model gives for one sample. */
function outputWidth({ target, train }: Problem): number {
  if (target.kind === "class") return target.classes.length;
  return target.kind === "binary" ? 1 : elementCount(train.targets.shape.slice(1));
}

const cardOf = (widths: readonly number[], options: TrainOptions, { input, target }: Problem): ModelCard => ({
  widths,
  activation: options.activation,
  dtype: options.dtype,
  loss: options.loss,
  input,
  target,
});

function summarize({ layers }: Sequential): Pick<ModelSummary, "layers"> {
  let width = 0;
  return {
    layers: layers.map((layer, i) => {
      if (layer instanceof Linear) {
        width = layer.outFeatures;
        const parameters = layer.weight.size + (layer.bias?.size ?? 0);
        return {
          name: `layers.${i}`,
          kind: `Linear ${layer.inFeatures} → ${width}`,
          outputShape: [width],
          parameters,
        };
      }
      const kind = layer instanceof Activation ? layer.name : "function";
      return { name: `layers.${i}`, kind, outputShape: [width], parameters: 0 };
    }),
  };
}
