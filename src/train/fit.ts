import type { Comm } from "../comm/index.js";
import { type Dataset, globalBatches } from "../data/index.js";
import { TuttiError } from "../errors.js";
import { flatten, type Module, type ParameterVector } from "../nn/index.js";
import { Adam, clipByNorm, type Optimizer } from "../optim/index.js";
import { scope, type Tensor } from "../tensor/index.js";
import {
  listCheckpoints,
  loadCheckpoint,
  type Progress,
  type Recipe,
  removeLeftovers,
  saveCheckpoint,
} from "./checkpoint.js";
import { countCorrect, saysClasses } from "./correct.js";
import { divergence, type Moment, overflow } from "./diverged.js";
import { evaluate } from "./evaluate.js";
import {
  type CheckpointOptions,
  type CompleteOptions,
  completeOptions,
  definedOnly,
  type FitOptions,
  recipeOf,
} from "./fit-options.js";
import { GlobalGradient } from "./global-gradient.js";
import type { MetricsRecord } from "./report/index.js";
import { requireSameOptions, requireSameWeights } from "./same-on-all-ranks.js";

/** What {@link fit} leaves. */
export interface FitResult {
  /** Trained; the caller's to dispose of. */
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
 * @throws TuttiError `argument` for bad options, `mismatch` if ranks have different options or begin with different
 *   parameters, `diverged` with the step and the layer when the loss or a parameter is not finite, `checkpoint` if the
 *   newest checkpoint does not belong to this training or there is one and `resume` is not asked for. Parameters that
 *   `fit` made are freed then.
 */
export function fit(model: Module, dataset: Dataset, given: FitOptions): FitResult {
  const options = completeOptions(given, dataset);
  const parameters = options.parameters ?? flatten(model, options);
  try {
    using optimizer = options.optimizer?.(parameters) ?? new Adam(parameters);
    const statistics = saysClasses(options.loss) ? 1 : 0;
    using gradient = new GlobalGradient(options.comm, parameters, { ...options, statistics });
    return new Training(model, dataset, options, parameters, optimizer, gradient).run();
  } catch (error) {
    if (options.parameters === undefined) parameters.dispose();
    throw error;
  }
}

const SECONDS_BETWEEN_CHECKPOINTS = 5;

class Training {
  readonly #model: Module;
  readonly #dataset: Dataset;
  readonly #options: CompleteOptions;
  readonly #comm: Comm;
  readonly #parameters: ParameterVector;
  readonly #optimizer: Optimizer;
  readonly #gradient: GlobalGradient;
  readonly #stepsPerEpoch: number;
  readonly #recipe: Recipe;
  readonly #progress: Progress;
  readonly #history: MetricsRecord[] = [];
  /** Seconds of training before this process, and when it began. */
  readonly #before: number;
  readonly #start = performance.now();
  /** When the last record was made, in seconds of training, and how many samples had been summed up for it already. */
  #recorded: { seconds: number; samples: number };
  /** When the last checkpoint was made, in seconds of training. */
  #saved: number;

  constructor(
    model: Module,
    dataset: Dataset,
    options: CompleteOptions,
    parameters: ParameterVector,
    optimizer: Optimizer,
    gradient: GlobalGradient,
  ) {
    this.#model = model;
    this.#dataset = dataset;
    this.#options = options;
    this.#comm = options.comm;
    this.#parameters = parameters;
    this.#optimizer = optimizer;
    this.#gradient = gradient;
    this.#stepsPerEpoch = Math.ceil(dataset.length / options.batchSize);
    const recipe = recipeOf(options, dataset, optimizer);
    this.#recipe = { ...recipe, ...options.checkpoints?.recipe };
    this.#progress = this.#resumed() ?? { step: 0, seconds: 0, sums: { loss: 0, correct: 0, samples: 0 } };
    this.#before = this.#progress.seconds;
    this.#recorded = { seconds: this.#before, samples: this.#progress.sums.samples };
    this.#saved = this.#before;
    const { step } = this.#progress;
    requireSameOptions(this.#comm, { ...this.#recipe, epochs: `${options.epochs}`, "steps done": `${step}` });
    requireSameWeights(this.#comm, parameters);
    if (options.checkpoints && this.#comm.rank === 0) removeLeftovers(options.checkpoints.folder);
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
        statistics: counts ? [countCorrect(loss, output, targets)] : [],
      };
    });
    const { step, sums } = this.#progress;
    const moment = { step: step + 1, epoch: Math.floor(step / this.#stepsPerEpoch) + 1, loss: figures.loss };
    if (!Number.isFinite(figures.loss) || this.#parameters.firstNonFinite("grad"))
      throw this.#divergence(batch, moment);
    if (clipNorm !== undefined) clipByNorm(this.#parameters, clipNorm);
    this.#optimizer.step({ lr: schedule?.(step) });
    const error = overflow(this.#parameters, moment);
    if (error !== undefined) throw error;
    this.#progress.step++;
    sums.loss += figures.loss * batch.length;
    sums.samples += batch.length;
    if (counts) sums.correct += figures.statistics[0];
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
        ? evaluate(this.#model, validation, loss, this.#comm, this.#options.prepare)
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

  #checkpoint({ folder }: CheckpointOptions): void {
    this.#saved = this.#seconds();
    if (this.#comm.rank !== 0) return;
    const progress = { ...this.#progress, seconds: this.#seconds() };
    saveCheckpoint(folder, this.#parameters, this.#optimizer, progress, this.#recipe);
  }

  #resumed(): Progress | undefined {
    const { checkpoints } = this.#options;
    const newest = checkpoints && listCheckpoints(checkpoints.folder).at(-1);
    if (newest === undefined) return undefined;
    if (checkpoints?.resume) return loadCheckpoint(newest, this.#parameters, this.#optimizer, this.#recipe);
    const message = `fit: an earlier training left '${newest}'; resume goes on from it, another folder begins anew`;
    throw new TuttiError("checkpoint", message, { file: newest });
  }

  #batch(samples: Int32Array): { inputs: Tensor; targets: Tensor } {
    const { inputs, targets } = this.#options.prepare(this.#dataset.batch(samples));
    if (targets === null) throw new TuttiError("argument", "fit: the dataset has no targets to learn");
    return { inputs, targets };
  }

  #divergence(batch: Int32Array, moment: Moment): TuttiError {
    const [first, end] = this.#gradient.ownRange(batch.length);
    const { microBatch = end - first } = this.#options;
    return divergence(this.#comm, this.#model, this.#parameters, moment, (check) => {
      for (let start = first; start < end; start += microBatch) {
        const samples = batch.subarray(start, Math.min(end, start + microBatch));
        scope(() => {
          const { inputs, targets } = this.#batch(samples);
          check(inputs, "an input", samples);
          check(targets, "a target", samples);
          this.#model.forward(inputs);
        });
      }
    });
  }

  #seconds(): number {
    return this.#before + (performance.now() - this.#start) / 1000;
  }
}
