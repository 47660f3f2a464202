import { type Dataset, partition } from "../data/index.js";
import { TuttiError } from "../errors.js";
import { keep, scope, type Tensor } from "../tensor/index.js";
import type { Prepare } from "./evaluate.js";

/** Samples that are evaluated at once, ready for the model. */
export interface Block {
  readonly inputs: Tensor;
  readonly targets: Tensor;
  /** Their numbers in the dataset. */
  readonly samples: Int32Array;
}

/**
 * Some samples of a dataset, converted.
 *
 * @throws TuttiError `argument` if there are no targets
 */
export function blockOf(dataset: Dataset, prepare: Prepare, samples: Int32Array): Block {
  const { inputs, targets } = prepare(dataset.batch(samples));
  if (targets === null) throw new TuttiError("argument", "objective: the dataset has no targets to learn");
  return { inputs, targets, samples };
}

/** Data of a rank that take more than this are made anew for each evaluation: the heap has 4 GiB. */
const MOST_KEPT_BYTES = 2 ** 31;

/**
 * The samples of one rank in blocks, shard after shard. They are converted once and stay in the heap, where models work on
 * them without a copy, or are made anew each time where they would take too much of it.
 */
export class SampleBlocks {
  readonly #dataset: Dataset;
  readonly #prepare: Prepare;
  readonly #kept: (readonly Block[])[] | undefined;
  readonly #ranges: readonly (readonly [number, number])[];
  readonly #blockSize: number;
  readonly #firstShard: number;

  /**
   * @param shards into how many the whole dataset is divided
   * @param own which of them are this rank's: from the first up to, not including, the second
   * @param kept whether they stay in the heap; if absent, decided by their size
   */
  constructor(
    dataset: Dataset,
    prepare: Prepare,
    shards: number,
    [first, end]: readonly [number, number],
    blockSize: number,
    kept?: boolean,
  ) {
    this.#dataset = dataset;
    this.#prepare = prepare;
    this.#blockSize = blockSize;
    this.#firstShard = first;
    this.#ranges = Array.from({ length: end - first }, (_, i) =>
      partition(dataset.length, shards, first + i),
    );
    if (kept ?? this.#bytes() <= MOST_KEPT_BYTES)
      this.#kept = this.#ranges.map((_, i) => [...this.#made(i)].map(stay));
  }

  /** Calls `body` for each block of a shard of this rank, in order; what is made for it is freed after it. */
  forEach(shard: number, body: (block: Block) => void): void {
    const index = shard - this.#firstShard;
    if (this.#kept !== undefined) for (const block of this.#kept[index]) scope(() => body(block));
    else for (const part of this.#parts(index)) scope(() => body(this.#block(part)));
  }

  /** Frees what is kept. */
  dispose(): void {
    for (const { inputs, targets } of this.#kept?.flat() ?? []) {
      inputs.dispose();
      targets.dispose();
    }
  }

  *#made(index: number): Generator<Block> {
    for (const part of this.#parts(index)) yield scope(() => this.#block(part));
  }

  *#parts(index: number): Generator<Int32Array> {
    const [start, end] = this.#ranges[index];
    const parts = Math.ceil((end - start) / this.#blockSize);
    for (let part = 0; part < parts; part++) {
      const [from, to] = partition(end - start, parts, part);
      yield Int32Array.from({ length: to - from }, (_, i) => start + from + i);
    }
  }

  #block(samples: Int32Array): Block {
    return blockOf(this.#dataset, this.#prepare, samples);
  }

  /** Of all samples of this rank, by the first, were every number of eight bytes. */
  #bytes(): number {
    const range = this.#ranges.find(([start, end]) => start < end);
    if (range === undefined) return 0;
    return scope(() => {
      const { inputs, targets } = this.#block(Int32Array.of(range[0]));
      const samples = this.#ranges.reduce((sum, [start, end]) => sum + end - start, 0);
      return samples * 8 * (inputs.size + targets.size);
    });
  }
}

function stay(block: Block): Block {
  keep(block.inputs);
  keep(block.targets);
  return block;
}
