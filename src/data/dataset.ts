import { TuttiError } from "../errors.js";
import { empty, type Tensor } from "../tensor/index.js";
import type { NdArray } from "./ndarray.js";

/** Samples of one mini-batch as new tensors: axis 0 counts the samples. */
export interface Batch {
  readonly inputs: Tensor;
  /** Null if the dataset has no targets. */
  readonly targets: Tensor | null;
}

/** Numbered samples that can be put together into mini-batches. */
export interface Dataset {
  /** The number of samples. */
  readonly length: number;
  /** The samples at `indices`, in that order, copied into new tensors. */
  batch(indices: Int32Array): Batch;
}

/**
 * A dataset over arrays whose axis 0 counts the samples.
 *
 * Batches keep the dtype of the arrays: conversion and normalisation are tensor operations done on the batch, so that
 * images cost one byte a pixel until then.
 *
 * @throws TuttiError "shape" if the arrays have no axis 0 or a different number of samples.
 */
export class ArrayDataset implements Dataset {
  readonly length: number;
  readonly inputs: NdArray;
  readonly targets: NdArray | null;

  constructor(inputs: NdArray, targets: NdArray | null = null) {
    for (const [name, array] of Object.entries({ inputs, targets })) {
      if (array === null || array.shape.length > 0) continue;
      throw new TuttiError(
        "shape",
        `ArrayDataset: ${name} is a single number; axis 0 must count the samples`,
      );
    }
    if (targets !== null && targets.shape[0] !== inputs.shape[0]) {
      const found = `inputs [${inputs.shape.join(", ")}] has ${inputs.shape[0]} samples`;
      const message = `ArrayDataset: ${found}, targets [${targets.shape.join(", ")}] has ${targets.shape[0]}`;
      throw new TuttiError("shape", message, { inputs: inputs.shape, targets: targets.shape });
    }
    this.length = inputs.shape[0];
    this.inputs = inputs;
    this.targets = targets;
  }

  /** @throws TuttiError "index" if there is no such sample, "memory" if the heap is full. */
  batch(indices: Int32Array): Batch {
    for (let i = 0; i < indices.length; i++) {
      if (indices[i] >= 0 && indices[i] < this.length) continue;
      const message = `ArrayDataset.batch: indices[${i}] is ${indices[i]}; the samples are 0 to ${this.length - 1}`;
      throw new TuttiError("index", message, { index: indices[i], length: this.length });
    }
    return {
      inputs: gatherRows(this.inputs, indices),
      targets: this.targets && gatherRows(this.targets, indices),
    };
  }
}

/** Below this many elements a loop is faster than making a view to copy from. */
const SHORT_ROW = 32;

function gatherRows({ dtype, shape, data }: NdArray, indices: Int32Array): Tensor {
  const result = empty([indices.length, ...shape.slice(1)], { dtype });
  const out = result.data;
  const width = indices.length === 0 ? 0 : out.length / indices.length;
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] * width;
    const to = i * width;
    if (width > SHORT_ROW) out.set(data.subarray(from, from + width), to);
    else for (let j = 0; j < width; j++) out[to + j] = data[from + j];
  }
  return result;
}

/**
 * Some samples of another dataset, by their indices there.
 *
 * @throws TuttiError "index" when a batch is made of samples that the other dataset does not have.
 */
export class Subset implements Dataset {
  readonly dataset: Dataset;
  readonly indices: Int32Array;

  constructor(dataset: Dataset, indices: Int32Array) {
    this.dataset = dataset;
    this.indices = indices;
  }

  get length(): number {
    return this.indices.length;
  }

  batch(indices: Int32Array): Batch {
    return this.dataset.batch(
      indices.map((index) => {
        if (index >= 0 && index < this.length) return this.indices[index];
        const message = `Subset.batch: there is no sample ${index}; the samples are 0 to ${this.length - 1}`;
        throw new TuttiError("index", message, { index, length: this.length });
      }),
    );
  }
}
