import { valueAndGradInto } from "../autodiff/index.js";
import type { Comm } from "../comm/index.js";
import { partition } from "../data/index.js";
import { TuttiError } from "../errors.js";
import type { ParameterVector } from "../nn/index.js";
import { assign, axpy, keep, scal, scope, type Tensor, zerosLike } from "../tensor/index.js";
import { divide, type LeafRange, sumNode, wholeNodes } from "./summation-tree.js";

/** What a model makes of some samples. */
export interface Evaluated {
  /** Weighted sum of the losses of the samples, a scalar tensor: `loss.sum(…)`. */
  readonly loss: Tensor;
  /** Sum of the weights: `loss.weight(…)`. The number of samples if absent. */
  readonly weight?: number;
  /** Figures that are summed over all samples beside the loss, such as the number of correct ones. */
  readonly statistics?: readonly number[];
}

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
  /** Bytes of the gradient that one allreduce takes. */
  readonly bucketBytes?: number;
  /**
   * `"exact"`: the gradient of the mean over the global batch, whatever ranks hold of it. `"rank-means"`: the mean of
   * the ranks' means, as PyTorch's DistributedDataParallel computes it, which differs when ranks hold unequal numbers.
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
  /** Of every rank, the nodes of the summation tree that it sums alone. */
  readonly #nodes: readonly (readonly LeafRange[])[];
  readonly #slots: Slot[];

  /** @throws TuttiError `argument` if there are fewer shards than ranks or a number is not a positive integer. */
  constructor(comm: Comm, parameters: ParameterVector, options: GlobalGradientOptions = {}) {
    const { shards = comm.size, microBatch } = options;
    for (const [name, value] of Object.entries({ shards, microBatch })) {
      if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
      throw new TuttiError("argument", `GlobalGradient: ${name} is ${value}, expected a positive integer`);
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
    this.#nodes = Array.from({ length: comm.size }, (_, rank) => {
      const [start, end] = partition(shards, comm.size, rank);
      return wholeNodes(shards, { start, end });
    });
    this.#slots = [{ flat: parameters.grad, views: parameters.grads, figures: this.#newFigures() }];
  }

  /**
   * Computes the gradient of the mean loss over the samples `batch`, into the parameters' gradient on every rank.
   *
   * @param batch indices of the global batch: the same on every rank
   * @param evaluate what the model makes of some of these samples, in differentiable operations
   */
  compute(batch: Int32Array, evaluate: (samples: Int32Array) => Evaluated): GlobalFigures {
    const perRank = this.#options.average === "rank-means";
    const samples = perRank ? Math.max(1, this.#ownSamples(batch.length)) * this.#comm.size : batch.length;
    this.#nodes[this.#comm.rank].forEach((node, slot) => {
      sumNode(
        node,
        slot,
        (shard, to) => this.#evaluateShard(batch, shard, this.#slot(to), evaluate, 1 / samples),
        (from, to) => {
          axpy(1, this.#slots[from].flat, this.#slots[to].flat);
          add(this.#slots[to].figures, this.#slots[from].figures);
        },
      );
    });
    const [{ flat, figures: own }] = this.#slots;
    if (perRank && own[1] > 0) this.#rescale(flat, own, samples / this.#comm.size / own[1]);
    const figures = this.#nodes.every((nodes) => nodes.length === 1) ? this.#allreduce() : this.#joinNodes();
    if (!perRank) this.#rescale(flat, figures, batch.length / figures[1]);
    return { loss: figures[0], statistics: figures.subarray(2) };
  }

  /** Sums were divided by the number of samples; weights may be known only now. */
  #rescale(gradient: Tensor, figures: Float64Array, factor: number): void {
    if (factor === 1) return;
    scal(factor, gradient);
    figures[0] *= factor;
  }

  /** How many of `samples` this rank evaluates. */
  #ownSamples(samples: number): number {
    const [first, end] = partition(this.#shards, this.#comm.size, this.#comm.rank);
    return partition(samples, this.#shards, end - 1)[1] - partition(samples, this.#shards, first)[0];
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
      assign(slot.flat, 0);
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
            return [loss, [weight, ...statistics]];
          },
          this.#parameters.values,
          slot.views,
          { accumulate: pass > 0, scale },
        );
        add(slot.figures, [value.item() * scale, ...aux]);
      });
    }
  }

  /** Every rank has summed one node: the engine's reduction goes on in the order of the same tree. */
  #allreduce(): Float64Array {
    const { flat, figures } = this.#slots[0];
    if (this.#comm.size === 1) return figures.slice();
    const data = flat.data as FloatArray;
    const step = Math.max(
      1,
      Math.floor((this.#options.bucketBytes ?? BUCKET_BYTES) / data.BYTES_PER_ELEMENT),
    );
    for (let start = 0; start < data.length; start += step) {
      const bucket = data.subarray(start, start + step);
      this.#comm.allreduce(bucket, { out: bucket });
    }
    return this.#comm.allreduce(figures);
  }

  /** Ranks have summed several nodes each: everybody gets all of them and joins them in the order of the tree. */
  #joinNodes(): Float64Array {
    const own = this.#nodes[this.#comm.rank].map((_, slot) => this.#slots[slot]);
    const flats = this.#gather(own.map(({ flat }) => flat.data as FloatArray));
    const figures = this.#gather(own.map((slot) => slot.figures));
    const starts = new Map(this.#nodes.flat().map(({ start, end }, index) => [`${start}-${end}`, index]));
    const join = (node: LeafRange): number => {
      const found = starts.get(`${node.start}-${node.end}`);
      if (found !== undefined) return found;
      const middle = divide(node);
      const left = join({ start: node.start, end: middle });
      const right = join({ start: middle, end: node.end });
      add(flats[left], flats[right]);
      add(figures[left], figures[right]);
      return left;
    };
    const sum = join({ start: 0, end: this.#shards });
    (this.#slots[0].flat.data as FloatArray).set(flats[sum]);
    return figures[sum];
  }

  /** The vectors of all ranks, in the order of ranks and nodes. */
  #gather<A extends FloatArray>(vectors: readonly A[]): A[] {
    const { length } = vectors[0];
    const Vector = vectors[0].constructor as new (length: number) => A;
    const packed = new Vector(vectors.length * length);
    vectors.forEach((vector, index) => {
      packed.set(vector, index * length);
    });
    const all = this.#comm.allgather(packed, { counts: this.#nodes.map((nodes) => nodes.length * length) });
    return Array.from(
      { length: all.length / length },
      (_, i) => all.subarray(i * length, (i + 1) * length) as A,
    );
  }
}

type FloatArray = Float32Array | Float64Array;

/** Adds elementwise in the precision of `to`. */
function add(to: FloatArray, from: ArrayLike<number>): void {
  for (let i = 0; i < to.length; i++) to[i] += from[i];
}
