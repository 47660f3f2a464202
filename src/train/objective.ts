import { hvpInto, valueAndGradInto } from "../autodiff/index.js";
import { type Comm, world } from "../comm/index.js";
import { type Dataset, partition } from "../data/index.js";
import { TuttiError } from "../errors.js";
import { flatten, type Loss, type Module, type ParameterVector } from "../nn/index.js";
import type { HessianProduct, Objective } from "../optim/index.js";
import { type FloatDType, keep, type Tensor, zeros, zerosLike } from "../tensor/index.js";
import { blockSizeFor } from "./block-size.js";
import { firstNotFinite } from "./diverged.js";
import { type Prepare, unprepared } from "./evaluate.js";
import { type Block, blockOf, SampleBlocks } from "./sample-blocks.js";
import { sumNode } from "./summation-tree.js";
import { addTo, TreeReduction } from "./tree-reduction.js";

/** Options of {@link objective}. */
export interface ObjectiveOptions {
  /** The ranks that evaluate it together, each its part of the samples; `world()` if absent. */
  readonly comm?: Comm;
  /** The model's parameters, if it has memory already; made with `dtype` and `seed` if absent. */
  readonly parameters?: ParameterVector;
  /** What the model computes in; default `float64`. The objective itself is always in double precision. */
  readonly dtype?: FloatDType;
  /** Seed of the first parameters; default 0. */
  readonly seed?: number;
  /** Conversion and normalisation of samples, done once where they stay in the heap. */
  readonly prepare?: Prepare;
  /** Samples evaluated at once; if absent, as many as a core's share of the caches holds with all that lies between. */
  readonly microBatch?: number;
  /** Factor λ of the penalty ½ λ ‖x‖² on all parameters; default 0. */
  readonly l2?: number;
  /**
   * Into how many shards the samples are divided. Results have the same bits on every number of ranks up to this. If
   * absent, each rank has one: the fastest, and exact to rounding.
   */
  readonly shards?: number;
  /** Whether converted samples stay in the heap; if absent, where they take at most 2 GiB of it. */
  readonly resident?: boolean;
}

/**
 * The mean loss of a model over a dataset as an objective on the flat vector of the model's parameters, for
 * `minimize`: value, gradient, and products with the Hessian. Collective, and so is every evaluation.
 *
 * Each rank evaluates its contiguous part of the samples, block by block in memory that does not grow with their number,
 * and sums are reduced once: the result is that of one rank with all samples, the same bits on every rank.
 *
 * @example
 * using f = objective(mlp([16, 32, 1], { activation: "tanh" }), new BinaryCrossEntropy(), dataset);
 * const { x } = minimize(f, f.start, { method: "lmvm" });
 * f.assign(x); // the model is trained
 * @throws TuttiError `argument` for bad options, a dataset without samples or targets, or fewer shards than ranks
 */
export function objective(
  model: Module,
  loss: Loss,
  dataset: Dataset,
  options: ObjectiveOptions = {},
): ModelObjective {
  return new ModelObjective(model, loss, dataset, options);
}

/** What {@link objective} makes. Free it when it is no longer needed. */
export class ModelObjective implements Objective {
  readonly comm: Comm;
  readonly size: number;
  readonly model: Module;
  readonly loss: Loss;
  readonly parameters: ParameterVector;
  /** Samples evaluated at once. */
  readonly microBatch: number;
  readonly #l2: number;
  readonly #ownsParameters: boolean;
  readonly #blocks: SampleBlocks;
  readonly #reduction: TreeReduction;
  /** Sums over samples of the loss, their weights, and a vector: one for each node that this rank has summed. */
  readonly #slots: Tensor[] = [];
  #direction: { flat: Tensor; views: readonly Tensor[] } | undefined;

  /** Use {@link objective}. */
  constructor(model: Module, loss: Loss, dataset: Dataset, options: ObjectiveOptions) {
    const comm = options.comm ?? world();
    const { shards = comm.size, prepare = unprepared, dtype = "float64", seed, l2 = 0, resident } = options;
    checkOptions(options, dataset, shards, comm);
    this.comm = comm;
    this.model = model;
    this.loss = loss;
    this.#l2 = l2;
    this.#ownsParameters = options.parameters === undefined;
    this.parameters = options.parameters ?? flatten(model, { dtype, seed });
    this.size = this.parameters.count;
    this.#reduction = new TreeReduction(comm, shards, Number.POSITIVE_INFINITY);
    const own = partition(shards, comm.size, comm.rank);
    try {
      this.microBatch =
        options.microBatch ??
        blockSizeFor(dataset.length, (samples) =>
          this.#lossOf(
            blockOf(
              dataset,
              prepare,
              Int32Array.from({ length: samples }, (_, i) => i),
            ),
          ),
        );
      this.#blocks = new SampleBlocks(dataset, prepare, shards, own, this.microBatch, resident);
    } catch (error) {
      if (this.#ownsParameters) this.parameters.dispose();
      throw error;
    }
  }

  /** The parameters as they are: the first guess, before anything was evaluated. */
  get start(): Float64Array {
    return Float64Array.from(this.parameters.value.data);
  }

  /** Gives the model the parameters x. */
  assign(x: Float64Array): void {
    this.parameters.value.data.set(x);
  }

  /** The mean loss at x, with the penalty. Collective. */
  value(x: Float64Array): number {
    this.assign(x);
    const [loss, weight] = this.#sum(2, (block) => {
      const { sum, weight } = this.#lossOf(block);
      return [sum.item(), weight];
    });
    return loss / weight + this.#penalty(x);
  }

  /** The same, with its gradient written to `gradient`. Collective. */
  valueAndGradient(x: Float64Array, gradient: Float64Array): number {
    const { values, grads } = this.parameters;
    this.assign(x);
    const sums = this.#sum(2 + this.size, (block, accumulate) => {
      const { value, aux } = valueAndGradInto(
        () => {
          const { sum, weight } = this.#lossOf(block);
          return [sum, weight];
        },
        values,
        grads,
        { accumulate },
      );
      return [value.item(), aux];
    });
    this.#mean(sums, x, gradient);
    return sums[0] / sums[1] + this.#penalty(x);
  }

  /** The Hessian of the mean loss and the penalty at x. Each product is collective. */
  hessian(x: Float64Array): HessianProduct {
    const { values, grads } = this.parameters;
    return (direction, product) => {
      const { flat, views } = this.#directionVector();
      this.assign(x);
      flat.data.set(direction);
      const sums = this.#sum(2 + this.size, (block, accumulate) => {
        let weight = 0;
        const lossOfBlock = () => {
          const of = this.#lossOf(block);
          weight = of.weight;
          return of.sum;
        };
        hvpInto(lossOfBlock, values, views, grads, { accumulate });
        return [0, weight];
      });
      this.#mean(sums, direction, product);
    };
  }

  /** What was the first to be infinite or NaN at x, in words: a sample, the output of a layer, a gradient. Collective. */
  explain(x: Float64Array): string {
    const value = this.valueAndGradient(x, new Float64Array(this.size));
    const [first, end] = partition(this.#reduction.leaves, this.comm.size, this.comm.rank);
    return firstNotFinite(this.comm, this.model, this.parameters, value, (check) => {
      for (let shard = first; shard < end; shard++)
        this.#blocks.forEach(shard, ({ inputs, targets, samples }) => {
          check(inputs, "an input", samples);
          check(targets, "a target", samples);
          this.model.forward(inputs);
        });
    }).what;
  }

  /** Frees the samples, and the parameters if they were made here. */
  dispose(): void {
    this.#blocks.dispose();
    if (this.#ownsParameters) this.parameters.dispose();
    for (const slot of this.#slots.splice(0)) slot.dispose();
    for (const tensor of [...(this.#direction?.views ?? []), this.#direction?.flat]) tensor?.dispose();
    this.#direction = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #lossOf({ inputs, targets }: Block): { sum: Tensor; weight: number } {
    const output = this.model.forward(inputs);
    return { sum: this.loss.sum(output, targets), weight: this.loss.weight(output, targets) };
  }

  #penalty(x: Float64Array): number {
    if (this.#l2 === 0) return 0;
    let squares = 0;
    for (let i = 0; i < x.length; i++) squares += x[i] * x[i];
    return (this.#l2 / 2) * squares;
  }

  /** out ← the mean of what was summed, and λ y: the penalty's share. */
  #mean(sums: Float64Array, y: Float64Array, out: Float64Array): void {
    const weight = sums[1];
    for (let i = 0; i < out.length; i++) out[i] = sums[2 + i] / weight + this.#l2 * y[i];
  }

  /**
   * Sums over all samples of all ranks, in the order of the tree over shards: [loss, weight, ...vector].
   *
   * @param length 2, or with a vector, which `evaluate` leaves in the parameters' gradient
   * @param evaluate gives loss and weight of a block; the first block of a shard replaces the vector, others add to it
   */
  #sum(length: number, evaluate: (block: Block, accumulate: boolean) => [number, number]): Float64Array {
    const { nodes } = this.#reduction;
    const vectors = nodes.map((_, i) => this.#slot(i, length));
    for (const [i, node] of nodes.entries()) {
      sumNode(
        node,
        i,
        (shard, slot) => this.#sumShard(shard, this.#slot(slot, length), evaluate),
        (from, to) => addTo(this.#slot(to, length), this.#slot(from, length)),
      );
    }
    this.#reduction.reduce(vectors);
    const [sums] = vectors;
    if (sums[1] > 0) return sums;
    const message = `objective: the weights of all samples add up to ${sums[1]}, so there is no mean`;
    throw new TuttiError("argument", message, { weight: sums[1] });
  }

  #sumShard(
    shard: number,
    out: Float64Array,
    evaluate: (block: Block, accumulate: boolean) => [number, number],
  ): void {
    out.fill(0);
    let blocks = 0;
    this.#blocks.forEach(shard, (block) => {
      const [loss, weight] = evaluate(block, blocks++ > 0);
      out[0] += loss;
      out[1] += weight;
    });
    if (blocks > 0 && out.length > 2) out.set(this.parameters.grad.data, 2);
  }

  /** Slots lie in the heap, which ranks that are threads share. */
  #slot(index: number, length: number): Float64Array {
    for (let i = this.#slots.length; i <= index; i++) this.#slots.push(keep(zeros([2 + this.size])));
    return (this.#slots[index].data as Float64Array).subarray(0, length);
  }

  #directionVector(): { flat: Tensor; views: readonly Tensor[] } {
    if (this.#direction === undefined) {
      const flat = keep(zerosLike(this.parameters.value));
      this.#direction = { flat, views: this.parameters.viewsOf(flat).map(keep) };
    }
    return this.#direction;
  }
}

function checkOptions(options: ObjectiveOptions, { length }: Dataset, shards: number, comm: Comm): void {
  const { microBatch, l2 = 0 } = options;
  for (const [name, value] of Object.entries({ shards, microBatch })) {
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
    throw new TuttiError("argument", `objective: ${name} is ${value}, expected a positive integer`, {
      [name]: value,
    });
  }
  if (!(l2 >= 0 && Number.isFinite(l2)))
    throw new TuttiError("argument", `objective: l2 is ${l2}, expected a number of at least 0`, { l2 });
  if (length === 0) throw new TuttiError("argument", "objective: the dataset has no samples", { length });
  if (shards < comm.size) {
    const message = `objective: ${shards} shards cannot be dealt out to ${comm.size} ranks; use at least one for each`;
    throw new TuttiError("argument", message, { shards, ranks: comm.size });
  }
}
