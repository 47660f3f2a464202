import { TuttiError } from "../errors.js";
import { type Dataset, Subset } from "./dataset.js";
import { epochOrder } from "./sampler.js";

/** Options of {@link splitIndices} and {@link splitDataset}. */
export interface SplitOptions {
  /** 0 when absent. */
  seed?: number;
  /** One label for each sample: each label is then split in the same proportion, as nearly as counts allow. */
  stratify?: ArrayLike<number>;
}

/** Disjoint samples to train on and to validate with, each in increasing order. */
export interface Split {
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/**
 * Sets about `fraction` of `length` samples aside at random for validation. It depends on its arguments alone, so
 * every rank gets the same split.
 *
 * With `stratify`, samples of one label are kept together in random order and every 1/fraction-th is taken, so that
 * the parts of each label, and of all, are within one of the exact number.
 *
 * @throws TuttiError "argument" if the fraction is not in [0, 1), or one of the parts would be empty, "shape" if there
 *   is not one label for each sample.
 */
export function splitIndices(length: number, fraction: number, options: SplitOptions = {}): Split {
  if (!(fraction >= 0 && fraction < 1)) {
    throw new TuttiError("argument", `splitIndices: fraction is ${fraction}; wanted a number in [0, 1)`, {
      fraction,
    });
  }
  const { seed = 0, stratify } = options;
  if (stratify !== undefined && stratify.length !== length) {
    throw new TuttiError("shape", `splitIndices: ${stratify.length} labels to stratify ${length} samples`);
  }
  const order = epochOrder(length, { shuffle: true, seed: seed, epoch: SPLIT_EPOCH });
  if (stratify !== undefined) order.sort((a, b) => stratify[a] - stratify[b]); // stable
  const count = Math.round(length * fraction);
  if (fraction > 0 && (count === 0 || count === length)) {
    const found = `splitting ${length} samples by ${fraction} leaves a part empty`;
    throw new TuttiError("argument", `splitIndices: ${found}; use another fraction or more samples`, {
      length,
      fraction,
    });
  }
  const validation = new Int32Array(count);
  const train = new Int32Array(length - count);
  for (let i = 0, taken = 0; i < length; i++) {
    // Evenly spaced: sample i is taken where (i + ½)·count/length rounds to the next whole number.
    if (Math.round(((i + 0.5) * count) / length) > taken) validation[taken++] = order[i];
    else train[i - taken] = order[i];
  }
  return { train: train.sort(), validation: validation.sort() };
}

/** Not the epoch of any training: a split must not resemble a shuffle of the same seed. */
const SPLIT_EPOCH = 2 ** 39;

/**
 * A dataset in two parts by {@link splitIndices}: the samples to train on and about `fraction` of them for validation.
 *
 * @throws as `splitIndices`.
 */
export function splitDataset(
  dataset: Dataset,
  fraction: number,
  options: SplitOptions = {},
): [train: Subset, validation: Subset] {
  const { train, validation } = splitIndices(dataset.length, fraction, options);
  return [new Subset(dataset, train), new Subset(dataset, validation)];
}
