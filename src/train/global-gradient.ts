import { valueAndGradInto } from "../autodiff/index.js";
import type { Comm } from "../comm/index.js";
import { partition } from "../data/index.js";
import { TuttiError } from "../errors.js";
import type { ParameterVector } from "../nn/index.js";
import { assign, axpy, keep, scal, scope, type Tensor, zerosLike } from "../tensor/index.js";
import { sumNode } from "./summation-tree.js";
import { addTo, type FloatArray, TreeReduction } from "./tree-reduction.js";

/** What a model makes of some samples. */
export interface Evaluated {
  /** Weighted sum of the losses of the samples, a scalar tensor: `loss.sum(…)`. */
  readonly loss: Tensor;
  /** Sum of the weights: `loss.weight(…)`. The number of samples if absent. */
  readonly weight?: number;
  /** Figures that are summed over all samples beside the loss, such as the number of correct ones: as many as the options say. */
  readonly statistics?: readonly number[];
}

/** Options of {@link GlobalGradient}. */
export interface GlobalGradientOptions {
  /**
   * Into how many shards each global batch is divided. The gradient of each is computed by itself and the sum is taken
   * in the order of one binary tree, so the result has the same bits on every number of ranks up to this. If absent,
   * each rank has one shard: the fastest, and exact to rounding.
   */
  readonly shards?: number;
  /** The most samples that are evaluated at once; larger shards accumulate their gradient over several passes. */
  readonly microBatch?: number;
  /** How many statistics `evaluate` gives beside the loss; 0 if absent. */
  readonly statistics?: number;
  /** Bytes of the gradient that one collective takes; 4 MiB if absent. */
  readonly bucketBytes?: number;
  /**
   * `"exact"`, the default: the gradient of the mean over the global batch, whatever ranks hold of it. `"rank-means"`:
   * the mean of the means of those ranks that hold samples, as PyTorch's DistributedDataParallel computes it, which
   * differs when they hold unequal numbers.
   */
  readonly average?: "exact" | "rank-means";
}

/** What a global batch came to, the same on every rank. */
export interface GlobalFigures {
  /** Mean loss. */
  readonly loss: number;
  /** Sums of the statistics. */
  readonly statistics: Float64Array;
}

const BUCKET_BYTES = 4 * 2 ** 20;

/** What is summed over samples: the gradient, with a view of it for each parameter, and [loss, weight, ...statistics]. */
interface Slot {
  readonly flat: Tensor;
  readonly views: readonly Tensor[];
  readonly figures: Float64Array;
}

/**
 * Gradients of the mean loss over global batches, each rank computing its contiguous part.
 *
 * Whatever the number of ranks, the gradient is that of one rank with the whole batch: sums over samples are added up
 * over ranks and divided by the weight of the whole batch. Source: the data-parallel pattern of PyTorch
 * DistributedDataParallel (Li et al., VLDB 2020), with exact instead of per-rank averages.
 */
export class GlobalGradient {
  readonly #comm: Comm;
  readonly #parameters: ParameterVector;
  readonly #shards: number;
  readonly #options: GlobalGradientOptions;
  readonly #reduction: TreeReduction;
  readonly #slots: Slot[];

  /** @throws TuttiError `argument` if there are fewer shards than ranks or a number is not a positive integer. */
  constructor(comm: Comm, parameters: ParameterVector, options: GlobalGradientOptions = {}) {
    const { shards = comm.size, microBatch, bucketBytes = BUCKET_BYTES } = options;
    for (const [name, value] of Object.entries({ shards, microBatch, bucketBytes })) {
      if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
      throw new TuttiError("argument", `GlobalGradient: ${name} is ${value}, expected a positive integer`, {
        [name]: value,
      });
    }
    if (shards < comm.size) {
      const message = `GlobalGradient: ${shards} shards cannot be dealt out to ${comm.size} ranks; use at least one for each`;
      throw new TuttiError("argument", message, { shards, ranks: comm.size });
    }
    if (options.average === "rank-means" && options.shards !== undefined) {
      const message = `GlobalGradient: average "rank-means" depends on the ranks and shards do not; give one of them`;
      throw new TuttiError("argument", message, { shards });
    }
    this.#comm = comm;
    this.#parameters = parameters;
    this.#shards = shards;
    this.#options = options;
    this.#reduction = new TreeReduction(comm, shards, bucketBytes);
    this.#slots = [{ flat: parameters.grad, views: parameters.grads, figures: this.#newFigures() }];
  }

  /**
   * Computes the gradient of the mean loss over the samples `batch`, into the parameters' gradient on every rank.
   * Collective.
   *
   * @param batch indices of the global batch: the same on every rank
   * @param evaluate what the model makes of some of these samples, in differentiable operations
   * @throws TuttiError `argument` if the weights of all samples together are not greater than 0, or if `evaluate` gives
   *   another number of statistics than the options say; whatever `evaluate` throws.
   */
  compute(batch: Int32Array, evaluate: (samples: Int32Array) => Evaluated): GlobalFigures {
    const ofRanks = this.#options.average === "rank-means";
    const [first, end] = this.ownRange(batch.length);
    // Of ranks' means, each counts as much as every other that has samples.
    const share = ofRanks ? Math.min(this.#comm.size, batch.length) * (end - first) : batch.length;
    const { nodes } = this.#reduction;
    nodes.forEach((node, slot) => {
      sumNode(
        node,
        slot,
        (shard, to) => this.#evaluateShard(batch, shard, this.#slot(to), evaluate, 1 / share),
        (from, to) => {
          axpy(1, this.#slots[from].flat, this.#slots[to].flat);
          addTo(this.#slots[to].figures, this.#slots[from].figures);
        },
      );
    });
    const own = this.#slots.slice(0, nodes.length);
    const [{ flat, figures }] = own;
    if (ofRanks && figures[1] > 0) rescale(flat, figures, (end - first) / figures[1]);
    this.#reduction.reduce(own.map((slot) => slot.flat.data as FloatArray));
    this.#reduction.reduce(own.map((slot) => slot.figures));
    if (!(figures[1] > 0)) {
      const message = `GlobalGradient: the weights of the ${batch.length} samples of the batch add up to ${figures[1]}, so there is no mean`;
      throw new TuttiError("argument", message, { samples: batch.length, weight: figures[1] });
    }
    if (!ofRanks) rescale(flat, figures, batch.length / figures[1]);
    return { loss: figures[0], statistics: figures.slice(2) };
  }

  /** The part of a global batch of `samples` samples that this rank evaluates: from the first up to, not including, the second. */
  ownRange(samples: number): [start: number, end: number] {
    const [first, end] = partition(this.#shards, this.#comm.size, this.#comm.rank);
    return [partition(samples, this.#shards, first)[0], partition(samples, this.#shards, end - 1)[1]];
  }

  /** Frees what it holds beside the parameters' gradient. */
  dispose(): void {
    for (const { flat, views } of this.#slots.splice(1))
      for (const tensor of [...views, flat]) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #newFigures(): Float64Array {
    return new Float64Array(2 + (this.#options.statistics ?? 0));
  }

  #slot(index: number): Slot {
    for (let i = this.#slots.length; i <= index; i++) {
      const flat = keep(zerosLike(this.#parameters.grad));
      const views = this.#parameters.viewsOf(flat).map(keep);
      this.#slots.push({ flat, views, figures: this.#newFigures() });
    }
    return this.#slots[index];
  }

  #evaluateShard(
    batch: Int32Array,
    shard: number,
    slot: Slot,
    evaluate: (samples: Int32Array) => Evaluated,
    scale: number,
  ): void {
    const [start, end] = partition(batch.length, this.#shards, shard);
    slot.figures.fill(0);
    if (start === end) {
      scope(() => assign(slot.flat, 0));
      return;
    }
    const passes = Math.ceil((end - start) / (this.#options.microBatch ?? end - start));
    for (let pass = 0; pass < passes; pass++) {
      const [first, last] = partition(end - start, passes, pass);
      const samples = batch.subarray(start + first, start + last);
      scope(() => {
        const { value, aux } = valueAndGradInto(
          () => {
            const { loss, weight = samples.length, statistics = [] } = evaluate(samples);
            this.#checkStatistics(statistics);
            return [loss, [weight, ...statistics]];
          },
          this.#parameters.values,
          slot.views,
          { accumulate: pass > 0, scale },
        );
        addTo(slot.figures, [value.item() * scale, ...aux]);
      });
    }
  }

  #checkStatistics({ length }: readonly number[]): void {
    const { statistics: wanted = 0 } = this.#options;
    if (length === wanted) return;
    const message = `GlobalGradient: evaluate gave ${length} statistics, expected ${wanted} as the options say`;
    throw new TuttiError("argument", message, { found: length, wanted });
  }
}

/** Sums were divided by a number of samples, because their weights are known only afterwards. */
function rescale(gradient: Tensor, figures: Float64Array, factor: number): void {
  if (factor === 1) return;
  scal(factor, gradient);
  figures[0] *= factor;
}
