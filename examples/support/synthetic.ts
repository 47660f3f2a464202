// Samples of a known law, made where they are needed: sample i is a function of the seed and i alone, so it is the same for
// every number of ranks, and no rank makes more than its own.

import type { Batch, Dataset } from "tutti/data";
import { cast, concat, less, normal, scope, sigmoid, type Tensor, uniform } from "tutti/tensor";

/** Streams of random numbers of one seed: the law has its own, too. */
const STREAMS = { inputs: 1, targets: 2 };
export const LAW = 3;

/** Normally distributed inputs, with targets that are 1 with the probability σ(score). */
export class SyntheticClasses implements Dataset {
  readonly length: number;
  readonly features: number;
  readonly #seed: number;
  readonly #score: (inputs: Tensor) => Tensor;

  /** @param score of samples [n, features]: a column [n, 1] */
  constructor(length: number, features: number, seed: number, score: (inputs: Tensor) => Tensor) {
    this.length = length;
    this.features = features;
    this.#seed = seed;
    this.#score = score;
  }

  batch(indices: Int32Array): Batch {
    return scope(() => {
      const runs = runsOf(indices).map(([first, count]) => this.#range(first, count));
      if (runs.length === 1) return runs[0];
      return {
        inputs: concat(runs.map((run) => run.inputs)),
        targets: concat(runs.map((run) => run.targets)),
      };
    });
  }

  /** Consecutive samples. */
  #range(first: number, count: number): { inputs: Tensor; targets: Tensor } {
    const { features } = this;
    const seed = this.#seed;
    const inputs = normal([count, features], { seed, stream: STREAMS.inputs, first: first * features });
    const chance = uniform([count, 1], { seed, stream: STREAMS.targets, first });
    return { inputs, targets: cast(less(chance, sigmoid(this.#score(inputs))), "float64") };
  }
}

/** Indices as runs of consecutive ones: [first, count]; no indices are one run of none. */
function runsOf(indices: Int32Array): [first: number, count: number][] {
  const runs: [number, number][] = [];
  if (indices.length === 0) return [[0, 0]];
  for (const index of indices) {
    const last = runs.at(-1);
    if (last !== undefined && index === last[0] + last[1]) last[1]++;
    else runs.push([index, 1]);
  }
  return runs;
}
