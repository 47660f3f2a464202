import { TuttiError } from "../errors.js";
import { permutation } from "../tensor/index.js";

/** Which order samples are visited in. It is a function of these values alone: the same on every rank. */
export interface OrderOptions {
  /** Whether each epoch has a permutation of its own; false when absent. */
  shuffle?: boolean;
  /** 0 when absent. */
  seed?: number;
  /** 0 when absent. */
  epoch?: number;
}

/** The samples 0 to length - 1 in the order in which an epoch visits them. */
export function epochOrder(length: number, options: OrderOptions = {}): Int32Array {
  const { shuffle = false, seed = 0, epoch = 0 } = options;
  requireCount("epochOrder", "length", length, 0);
  requireCount("epochOrder", "epoch", epoch, 0);
  if (!shuffle) return Int32Array.from({ length }, (_, index) => index);
  return permutation(length, { seed, stream: SHUFFLE_STREAM + epoch });
}

/** Keeps the random numbers of shuffles apart from those of other uses of the same seed. */
const SHUFFLE_STREAM = 2 ** 40;

/**
 * The samples of one epoch as global batches of `batchSize`, the last one smaller if it must be: the same ones for
 * every number of ranks. A rank or shard works on its {@link partition} of each, and the weighted sum over all is what
 * one rank would compute.
 *
 * @returns views of one array, in order.
 * @throws TuttiError "argument" if a number is not a count.
 */
export function globalBatches(length: number, batchSize: number, options: OrderOptions = {}): Int32Array[] {
  requireCount("globalBatches", "batchSize", batchSize, 1);
  const order = epochOrder(length, options);
  const steps = Math.ceil(length / batchSize);
  return Array.from({ length: steps }, (_, step) => order.subarray(step * batchSize, (step + 1) * batchSize));
}

/**
 * Where part `index` of `parts` of `count` things begins and ends. The parts are contiguous, in order, and their
 * lengths differ by one at most, the longer ones first; with more parts than things the last ones are empty.
 *
 * @throws TuttiError "argument" if a number is not a count, "index" if there is no such part.
 */
export function partition(count: number, parts: number, index: number): [start: number, end: number] {
  requireCount("partition", "count", count, 0);
  requireCount("partition", "parts", parts, 1);
  if (!Number.isInteger(index) || index < 0 || index >= parts) {
    throw new TuttiError(
      "index",
      `partition: index is ${index}; ${parts} parts have the indices 0 to ${parts - 1}`,
    );
  }
  const base = Math.floor(count / parts);
  const longer = count % parts;
  const start = index * base + Math.min(index, longer);
  return [start, start + base + (index < longer ? 1 : 0)];
}

/** Chooses the samples that one rank visits in an epoch, and their order. */
export interface Sampler {
  /** How many samples an epoch has. */
  readonly length: number;
  /** Their indices, in order. */
  indices(epoch: number): Int32Array;
}

/** Options of {@link DistributedSampler}. */
export interface DistributedSamplerOptions extends Omit<OrderOptions, "epoch"> {
  rank: number;
  size: number;
  /**
   * What happens when the samples do not divide evenly. "exact" (when absent): every sample is visited exactly once,
   * lower ranks may have one more. "pad": the first samples are repeated. "drop": the last ones are left out.
   */
  mode?: "exact" | "pad" | "drop";
}

/**
 * Deals the samples of each epoch out to ranks like cards: rank r of P has numbers r, r + P, r + 2P, … of an order
 * that all ranks share. "pad" and "drop" do what PyTorch's DistributedSampler does.
 *
 * @throws TuttiError "argument" if a number is not a count, there is nothing to pad with, or "drop" leaves nothing.
 */
export class DistributedSampler implements Sampler {
  readonly length: number;
  readonly #samples: number;
  readonly #options: DistributedSamplerOptions;

  constructor(samples: number, options: DistributedSamplerOptions) {
    const { rank, size, mode = "exact" } = options;
    requireCount("DistributedSampler", "samples", samples, 0);
    requireCount("DistributedSampler", "size", size, 1);
    if (!Number.isInteger(rank) || rank < 0 || rank >= size) {
      const message = `DistributedSampler: rank is ${rank}; ${size} ranks are numbered 0 to ${size - 1}`;
      throw new TuttiError("argument", message, { rank, size });
    }
    if ((mode === "pad" && samples === 0) || (mode === "drop" && samples < size)) {
      const found = `mode "${mode}" with ${samples} samples for ${size} ranks`;
      const advice = 'use fewer ranks, or "exact", where some ranks may have no samples';
      throw new TuttiError(
        "argument",
        `DistributedSampler: ${found} leaves ranks without samples; ${advice}`,
        {
          samples,
          size,
        },
      );
    }
    const share = samples / size;
    this.length =
      mode === "pad"
        ? Math.ceil(share)
        : mode === "drop"
          ? Math.floor(share)
          : Math.max(0, Math.ceil((samples - rank) / size));
    this.#samples = samples;
    this.#options = options;
  }

  indices(epoch: number): Int32Array {
    const { rank, size, shuffle, seed } = this.#options;
    const order = epochOrder(this.#samples, { shuffle, seed, epoch });
    return Int32Array.from({ length: this.length }, (_, i) => order[(rank + i * size) % this.#samples]);
  }
}

function requireCount(where: string, name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  const message = `${where}: ${name} is ${value}; wanted a whole number ≥ ${least}`;
  throw new TuttiError("argument", message, { [name]: value });
}
