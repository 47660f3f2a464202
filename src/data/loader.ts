import { TuttiError } from "../errors.js";
import type { Batch, Dataset } from "./dataset.js";
import { DistributedSampler, type Sampler } from "./sampler.js";

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions {
  /** Samples in a batch; the last one of an epoch may have fewer. */
  batchSize: number;
  /** Whether each epoch has an order of its own; false when absent. Not with a sampler, which decides that. */
  shuffle?: boolean;
  /** 0 when absent. */
  seed?: number;
  /** Which samples of the dataset, in which order; all of them when absent. */
  sampler?: Sampler;
  /** Whether a last batch that is not full is left out; false when absent. */
  dropLast?: boolean;
}

/** A mini-batch and which samples of the dataset it holds. */
export interface LoadedBatch extends Batch {
  readonly indices: Int32Array;
}

/**
 * Goes through a dataset in mini-batches.
 *
 * `for (const batch of loader)` visits one epoch, and the next loop the next epoch. The tensors of a batch are freed when
 * the next one is asked for, so an epoch needs the memory of one batch; `keep` does not apply to them, copy what must stay.
 * What an epoch visits depends on the seed and the epoch's number alone, so a run can resume at any step of any epoch.
 *
 * @throws TuttiError "argument" if `batchSize` is not a positive whole number or a sampler comes with shuffle.
 */
export class DataLoader implements Iterable<LoadedBatch> {
  readonly dataset: Dataset;
  /** The epoch that the next loop visits. */
  epoch = 0;
  readonly #sampler: Sampler;
  readonly #batchSize: number;
  readonly #dropLast: boolean;

  constructor(dataset: Dataset, options: DataLoaderOptions) {
    const { batchSize, shuffle = false, seed = 0, sampler, dropLast = false } = options;
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
      throw new TuttiError("argument", `DataLoader: batchSize is ${batchSize}; wanted a whole number ≥ 1`, {
        batchSize,
      });
    }
    if (sampler !== undefined && shuffle) {
      throw new TuttiError(
        "argument",
        "DataLoader: shuffle and sampler exclude each other; give shuffle to the sampler",
      );
    }
    this.dataset = dataset;
    this.#sampler = sampler ?? new DistributedSampler(dataset.length, { rank: 0, size: 1, shuffle, seed });
    this.#batchSize = batchSize;
    this.#dropLast = dropLast;
  }

  /** The number of batches in an epoch. */
  get length(): number {
    const batches = this.#sampler.length / this.#batchSize;
    return this.#dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** Visits the next epoch. */
  [Symbol.iterator](): Generator<LoadedBatch> {
    return this.iterate(this.epoch++);
  }

  /** Visits a given epoch from a given step on. */
  *iterate(epoch: number, firstStep = 0): Generator<LoadedBatch> {
    const order = this.#sampler.indices(epoch);
    for (let step = firstStep; step < this.length; step++) {
      const indices = order.subarray(step * this.#batchSize, (step + 1) * this.#batchSize);
      const batch = this.dataset.batch(indices);
      try {
        yield { ...batch, indices };
      } finally {
        batch.inputs.dispose();
        batch.targets?.dispose();
      }
    }
  }
}
