import { type Comm, world } from "../comm/index.js";
import { type Dataset, globalBatches, partition } from "../data/index.js";
import { TuttiError } from "../errors.js";
import { flatten, type Loss, type Module, type ParameterVector } from "../nn/index.js";
import { Adam, clipByNorm, type Optimizer, type Schedule } from "../optim/index.js";
import type { FloatDType, Tensor } from "../tensor/index.js";
import { listCheckpoints, loadCheckpoint, type Progress, type Recipe, saveCheckpoint } from "./checkpoint.js";
import { countCorrect, saysClasses } from "./correct.js";
import { divergence } from "./diverged.js";
import { evaluate, type Prepare, unprepared } from "./evaluate.js";
import { GlobalGradient, type GlobalGradientOptions } from "./global-gradient.js";
import type { MetricsRecord } from "./report/index.js";
import { requireSameWeights } from "./same-weights.js";

export interface FitOptions extends Pick<GlobalGradientOptions, "shards" | "microBatch" | "average"> {
  readonly loss: Loss;
  /** The ranks that train together; `world()` if absent. */
  readonly comm?: Comm;
  /** The model's parameters, if it has memory already; made with `dtype` and `seed` if absent. */
  readonly parameters?: ParameterVector;
  /** Default `float32`. */
  readonly dtype?: FloatDType;
  /** Seed of the first parameters and of the order of samples; default 0. */
  readonly seed?: number;
  /** Makes the optimiser; Adam with its defaults if absent. */
  readonly optimizer?: (parameters: ParameterVector) => Optimizer;
  /** Learning rate of each step; the optimiser's if absent. */
  readonly schedule?: Schedule;
  /** Passes over the data; default 10. */
  readonly epochs?: number;
  /** Samples of one step over all ranks; default 128. */
  readonly batchSize?: number;
  /** Whether each epoch has an order of its own; default true. */
  readonly shuffle?: boolean;
  /** Longest gradient, in the Euclidean norm; no limit if absent. */
  readonly clipNorm?: number;
  /** Conversion and normalisation of batches. */
  readonly prepare?: Prepare;
  /** Evaluated after every epoch. */
  readonly validation?: Dataset;
  /** Steps between metrics records; default about ten records an epoch. */
  readonly recordEvery?: number;
  /** Called before the first step with the number of steps done already: 0, or that of the checkpoint. */
  readonly onStart?: (step: number) => void;
  /** Receives every metrics record, on rank 0. */
  readonly onRecord?: (record: MetricsRecord) => void;
  readonly checkpoints?: CheckpointOptions;
}

export interface CheckpointOptions {
  readonly folder: string;
  /** Steps between checkpoints. If absent, one at the end of an epoch when the last is some seconds old. The last step always has one. */
  readonly every?: number;
  /** Go on from the newest checkpoint in the folder, if there is one. */
  readonly resume?: boolean;
  /** What must be as it was for the run to go on. */
  readonly recipe?: Recipe;
}

export interface FitResult {
  readonly parameters: ParameterVector;
  /** Optimiser steps of the whole run. */
  readonly steps: number;
  /** Step of the checkpoint from which the run went on; 0 if from the start. */
  readonly resumedFrom: number;
  /** Seconds of training, parts of a resumed run added up. */
  readonly seconds: number;
  /** Records of this process, on rank 0. */
  readonly history: readonly MetricsRecord[];
}

/**
 * Trains a model on all ranks of a communicator together. Collective: every rank calls it with the same arguments.
 *
 * Each step takes one global batch, every rank evaluating its part; the gradient is exactly that of the whole batch and
 * the same on every rank (see {@link GlobalGradient}), so all ranks stay at the same parameters. Source: Debus and
 * Weiel, "Data-Parallel Neural Networks" (NHR summer school 2023), algorithm 1, with weighted averages.
 *
 * @throws TuttiError `argument` for bad options, `mismatch` if ranks begin with different parameters, `diverged` with the
 *   step and the layer when the loss is not finite, `checkpoint` if a checkpoint does not belong to this training.
 */
export function fit(model: Module, dataset: Dataset, options: FitOptions): FitResult {
  return new Training(model, dataset, options).run();
}

const SECONDS_BETWEEN_CHECKPOINTS = 5;

const DEFAULTS = { dtype: "float32", seed: 0, epochs: 10, batchSize: 128, shuffle: true } as const;

class Training {
  readonly #model: Module;
  readonly #dataset: Dataset;
  readonly #options: FitOptions & Required<Pick<FitOptions, keyof typeof DEFAULTS>>;
  readonly #comm: Comm;
  readonly #prepare: Prepare;
  readonly #parameters: ParameterVector;
  readonly #optimizer: Optimizer;
  readonly #gradient: GlobalGradient;
  readonly #stepsPerEpoch: number;
  readonly #progress: Progress;
  readonly #history: MetricsRecord[] = [];
  /** Seconds of training before this process, and when it began. */
  readonly #before: number;
  readonly #start = performance.now();
  /** When the last record was made, in seconds of training, and how many samples had been summed up for it already. */
  #recorded: { seconds: number; samples: number };
  /** When the last checkpoint was made, in seconds of training. */
  #saved: number;

  constructor(model: Module, dataset: Dataset, given: FitOptions) {
    const options = { ...DEFAULTS, ...definedOnly(given) };
    const { comm = world(), prepare = unprepared, checkpoints } = options;
    checkOptions(options, dataset, comm);
    this.#model = model;
    this.#dataset = dataset;
    this.#options = options;
    this.#comm = comm;
    this.#prepare = prepare;
    this.#parameters = options.parameters ?? flatten(model, options);
    this.#optimizer = options.optimizer?.(this.#parameters) ?? new Adam(this.#parameters);
    const statistics = saysClasses(options.loss) ? 1 : 0;
    this.#gradient = new GlobalGradient(comm, this.#parameters, { ...options, statistics });
    this.#stepsPerEpoch = Math.ceil(dataset.length / options.batchSize);
    this.#progress = this.#resumed(checkpoints) ?? {
      step: 0,
      seconds: 0,
      sums: { loss: 0, correct: 0, samples: 0 },
    };
    this.#before = this.#progress.seconds;
    this.#recorded = { seconds: this.#before, samples: this.#progress.sums.samples };
    this.#saved = this.#before;
    requireSameWeights(comm, this.#parameters);
  }

  run(): FitResult {
    const { epochs, batchSize, shuffle, seed } = this.#options;
    const progress = this.#progress;
    const resumedFrom = progress.step;
    this.#options.onStart?.(resumedFrom);
    while (progress.step < epochs * this.#stepsPerEpoch) {
      const epoch = Math.floor(progress.step / this.#stepsPerEpoch);
      const batches = globalBatches(this.#dataset.length, batchSize, { shuffle, seed, epoch });
      for (const batch of batches.slice(progress.step % this.#stepsPerEpoch)) {
        this.#step(batch);
        if (this.#recordIsDue()) this.#record();
        const { checkpoints } = this.#options;
        if (checkpoints && this.#checkpointIsDue(checkpoints)) this.#checkpoint(checkpoints);
      }
    }
    return {
      parameters: this.#parameters,
      steps: progress.step,
      resumedFrom,
      seconds: this.#seconds(),
      history: this.#history,
    };
  }

  #step(batch: Int32Array): void {
    const { loss, schedule, clipNorm } = this.#options;
    const counts = saysClasses(loss);
    const figures = this.#gradient.compute(batch, (samples) => {
      const { inputs, targets } = this.#batch(samples);
      const output = this.#model.forward(inputs);
      return {
        loss: loss.sum(output, targets),
        weight: loss.weight(output, targets),
        statistics: counts ? [countCorrect(output, targets)] : [],
      };
    });
    const progress = this.#progress;
    if (!Number.isFinite(figures.loss)) throw this.#divergence(batch, figures.loss);
    if (clipNorm !== undefined) clipByNorm(this.#parameters, clipNorm);
    this.#optimizer.step({ lr: schedule?.(progress.step) });
    progress.step++;
    progress.sums.loss += figures.loss * batch.length;
    progress.sums.samples += batch.length;
    if (counts) progress.sums.correct += figures.statistics[0];
  }

  get #isEndOfEpoch(): boolean {
    return this.#progress.step % this.#stepsPerEpoch === 0;
  }

  #recordIsDue(): boolean {
    const { recordEvery = Math.max(1, Math.round(this.#stepsPerEpoch / 10)) } = this.#options;
    return this.#isEndOfEpoch || (this.#progress.step % this.#stepsPerEpoch) % recordEvery === 0;
  }

  /** Whether to save now; where people do not say, epochs that take no time are not worth a file each. */
  #checkpointIsDue({ every }: CheckpointOptions): boolean {
    const { step } = this.#progress;
    if (step === this.#options.epochs * this.#stepsPerEpoch) return true;
    if (every !== undefined) return step % every === 0;
    return this.#isEndOfEpoch && this.#seconds() - this.#saved >= SECONDS_BETWEEN_CHECKPOINTS;
  }

  #record(): void {
    const { step, sums } = this.#progress;
    const { loss, validation, schedule } = this.#options;
    const seconds = this.#seconds();
    const validated =
      this.#isEndOfEpoch && validation
        ? evaluate(this.#model, validation, loss, this.#comm, this.#prepare)
        : undefined;
    if (this.#comm.rank === 0) {
      const record: MetricsRecord = {
        step,
        epoch: step / this.#stepsPerEpoch,
        time: seconds,
        loss: sums.loss / sums.samples,
        accuracy: saysClasses(loss) ? sums.correct / sums.samples : undefined,
        validationLoss: validated?.loss,
        validationAccuracy: validated?.accuracy,
        lr: schedule?.(step - 1) ?? this.#optimizer.lr,
        samplesPerSecond: (sums.samples - this.#recorded.samples) / (seconds - this.#recorded.seconds),
      };
      this.#history.push(definedOnly(record));
      this.#options.onRecord?.(definedOnly(record));
    }
    this.#progress.sums = { loss: 0, correct: 0, samples: 0 };
    this.#recorded = { samples: 0, seconds: this.#seconds() };
  }

  #checkpoint({ folder, recipe = {} }: CheckpointOptions): void {
    this.#saved = this.#seconds();
    if (this.#comm.rank !== 0) return;
    const progress = { ...this.#progress, seconds: this.#seconds() };
    saveCheckpoint(folder, this.#parameters, this.#optimizer, progress, recipe);
  }

  #resumed(checkpoints: CheckpointOptions | undefined): Progress | undefined {
    const newest = checkpoints?.resume ? listCheckpoints(checkpoints.folder).at(-1) : undefined;
    if (newest === undefined) return undefined;
    return loadCheckpoint(newest, this.#parameters, this.#optimizer, checkpoints?.recipe ?? {});
  }

  #batch(samples: Int32Array): { inputs: Tensor; targets: Tensor } {
    const { inputs, targets } = this.#prepare(this.#dataset.batch(samples));
    if (targets === null) throw new TuttiError("argument", "fit: the dataset has no targets to learn");
    return { inputs, targets };
  }

  #divergence(batch: Int32Array, loss: number): TuttiError {
    const step = this.#progress.step + 1;
    const moment = { step, epoch: Math.ceil(step / this.#stepsPerEpoch), loss };
    const [first, end] = partition(batch.length, this.#comm.size, this.#comm.rank);
    return divergence(this.#comm, this.#model, this.#parameters, moment, (check) => {
      if (first === end) return;
      const { inputs } = this.#batch(batch.subarray(first, end));
      check(inputs);
      this.#model.forward(inputs);
    });
  }

  #seconds(): number {
    return this.#before + (performance.now() - this.#start) / 1000;
  }
}

function checkOptions(options: FitOptions, dataset: Dataset, comm: Comm): void {
  const { epochs, batchSize, recordEvery, checkpoints } = options;
  for (const [name, value] of Object.entries({
    epochs,
    batchSize,
    recordEvery,
    "checkpoints.every": checkpoints?.every,
  })) {
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
    throw new TuttiError("argument", `fit: ${name} is ${value}, expected a positive integer`, {
      [name]: value,
    });
  }
  if (dataset.length < comm.size) {
    const message = `fit: ${dataset.length} samples cannot be shared by ${comm.size} ranks; use at most one rank a sample`;
    throw new TuttiError("argument", message, { samples: dataset.length, ranks: comm.size });
  }
}

/** A record without the entries that are undefined. */
function definedOnly<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
