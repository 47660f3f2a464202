import type { Comm } from "../../../src/comm/index.js";
import { ArrayDataset, type NdArray, ndarray, toNdArray } from "../../../src/data/index.js";
import { type ErrorData, TuttiError } from "../../../src/errors.js";
import { lossByName, mlp, type Sequential } from "../../../src/nn/index.js";
import { optimizerByName, parseSchedule } from "../../../src/optim/index.js";
import { cast, type FloatDType, normal, randomInts, scope, type Tensor } from "../../../src/tensor/index.js";
import type { FitOptions, FitResult } from "../../../src/train/index.js";

/** A small training, as plain data. */
export interface Setup {
  readonly loss: "cross-entropy" | "binary-cross-entropy" | "mse";
  readonly dtype: FloatDType;
  readonly optimizer: string;
  readonly samples: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly lr?: number;
  readonly schedule?: string;
  readonly shards?: number;
  readonly microBatch?: number;
  readonly clipNorm?: number;
  readonly classWeights?: readonly number[];
  readonly validation?: number;
  readonly recordEvery?: number;
  readonly average?: "exact" | "rank-means";
  /** Default 16. */
  readonly hidden?: readonly number[];
  /** Default tanh. */
  readonly activation?: string;
}

export const FEATURES = 5;
const OUTPUTS = { "cross-entropy": 3, "binary-cross-entropy": 1, mse: 2 };

/** Noise to learn by heart. */
export function noise({ loss, dtype }: Setup, samples: number, seed: number): ArrayDataset {
  return scope(() => {
    const inputs = normal([samples, FEATURES], { seed, stream: 1, dtype });
    const targets = {
      "cross-entropy": () => randomInts([samples], { seed, stream: 2, high: 3 }),
      "binary-cross-entropy": () => cast(randomInts([samples, 1], { seed, stream: 2, high: 2 }), dtype),
      mse: () => normal([samples, 2], { seed, stream: 2, dtype }),
    }[loss]();
    return new ArrayDataset(copied(inputs), copied(targets));
  });
}

/** What a tensor holds, outside the heap. */
function copied(x: Tensor): NdArray {
  const { dtype, shape, data } = toNdArray(x);
  return ndarray(dtype, shape, data.slice());
}

/** The seed of every training. */
export const SEED = 7;

/** What `fit` is called with for this setup. */
export function prepared(
  setup: Setup,
  comm: Comm,
): { model: Sequential; data: ArrayDataset; options: FitOptions } {
  const { loss, dtype, optimizer, lr = 0.01, schedule, classWeights, samples, batchSize, epochs } = setup;
  const stepsPerEpoch = Math.ceil(samples / batchSize);
  const { shards, microBatch, clipNorm, recordEvery, average, validation } = setup;
  const { hidden = [16], activation = "tanh" } = setup;
  return {
    model: mlp([FEATURES, ...hidden, OUTPUTS[loss]], { activation }),
    data: noise(setup, samples, 1),
    options: {
      comm,
      loss: lossByName(loss, { classWeights }),
      dtype,
      optimizer: (parameters) => optimizerByName(optimizer, parameters, { lr }),
      schedule: schedule && parseSchedule(schedule, { lr, steps: stepsPerEpoch * epochs, stepsPerEpoch }),
      epochs,
      batchSize,
      seed: SEED,
      validation: validation === undefined ? undefined : noise(setup, validation, 2),
      ...{ shards, microBatch, clipNorm, recordEvery, average },
    } as FitOptions,
  };
}

/** What came of a training, as plain data. */
export interface Trained {
  readonly weights: Float32Array | Float64Array;
  readonly steps: number;
  readonly resumedFrom: number;
  /** On rank 0, without what depends on the clock. */
  readonly history: readonly object[];
}

export function trained({ parameters, steps, resumedFrom, history }: FitResult): Trained {
  const weights = parameters.value.data.slice() as Float32Array | Float64Array;
  parameters.dispose();
  const timeless = history.map(({ time, samplesPerSecond, ...record }) => record);
  return { weights, steps, resumedFrom, history: timeless };
}

/** An error as plain data: on several ranks each tells its own. */
export interface Failed {
  readonly code: string;
  readonly message: string;
  readonly data: ErrorData;
}

/** What `body` throws, which must be a TuttiError; undefined if it does not throw. */
export function failure(body: () => unknown): Failed | undefined {
  try {
    body();
    return undefined;
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    const { code, message, data } = error;
    return { code, message, data };
  }
}
