import { type Comm, world } from "../comm/index.js";
import type { Dataset } from "../data/index.js";
import { TuttiError } from "../errors.js";
import type { Loss, ParameterVector } from "../nn/index.js";
import type { Optimizer, Schedule } from "../optim/index.js";
import type { FloatDType } from "../tensor/index.js";
import type { Recipe } from "./checkpoint.js";
import { type Prepare, unprepared } from "./evaluate.js";
import type { GlobalGradientOptions } from "./global-gradient.js";
import type { MetricsRecord } from "./report/index.js";

/** How `fit` trains. */
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
  /** Makes the optimiser, which is freed when training ends; Adam with its defaults if absent. */
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

/** Where and how often a training is saved. */
export interface CheckpointOptions {
  /** Belongs to one training; made if it is not there. */
  readonly folder: string;
  /** Steps between checkpoints. If absent, one at the end of an epoch when the last is some seconds old. The last step always has one. */
  readonly every?: number;
  /** Go on from the newest checkpoint in the folder, if there is one. */
  readonly resume?: boolean;
  /** What must be as it was for the run to go on, beside the options of `fit` that its numbers depend on. */
  readonly recipe?: Recipe;
}

const DEFAULTS = { dtype: "float32", seed: 0, epochs: 10, batchSize: 128, shuffle: true } as const;

/** {@link FitOptions} with every default. */
export type CompleteOptions = FitOptions &
  Required<Pick<FitOptions, keyof typeof DEFAULTS | "comm" | "prepare">>;

/** Fills in defaults and checks. @throws TuttiError `argument`. */
export function completeOptions(given: FitOptions, dataset: Dataset): CompleteOptions {
  const options = { ...DEFAULTS, prepare: unprepared, ...definedOnly(given), comm: given.comm ?? world() };
  checkOptions(options, dataset);
  return options;
}

function checkOptions(options: CompleteOptions, { length }: Dataset): void {
  const { epochs, batchSize, recordEvery, clipNorm, validation, checkpoints, comm } = options;
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
  if (clipNorm !== undefined && !(clipNorm > 0)) {
    const message = `fit: clipNorm is ${clipNorm}, expected a number greater than 0`;
    throw new TuttiError("argument", message, { clipNorm });
  }
  for (const [name, samples] of Object.entries({ dataset: length, validation: validation?.length })) {
    if (samples === 0) throw new TuttiError("argument", `fit: ${name} has no samples`, { [name]: 0 });
  }
  if (length < comm.size) {
    const message = `fit: ${length} samples cannot be shared by ${comm.size} ranks; use at most one rank a sample`;
    throw new TuttiError("argument", message, { samples: length, ranks: comm.size });
  }
}

/** The options that the numbers of a training depend on, as text. */
export function recipeOf(options: CompleteOptions, { length }: Dataset, optimizer: Optimizer): Recipe {
  const { loss, seed, batchSize, shuffle, shards, microBatch, average, clipNorm } = options;
  const recipe = {
    ...{ samples: length, seed, batchSize, shuffle, shards, microBatch, average, clipNorm },
    ...{ loss: loss.name, optimizer: optimizer.constructor.name, lr: optimizer.lr },
  };
  return Object.fromEntries(Object.entries(definedOnly(recipe)).map(([name, value]) => [name, `${value}`]));
}

/** A record without the entries that are undefined. */
export function definedOnly<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
