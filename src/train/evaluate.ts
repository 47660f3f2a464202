import type { Comm } from "../comm/index.js";
import { type Batch, type Dataset, partition } from "../data/index.js";
import { TuttiError } from "../errors.js";
import type { Loss, Module } from "../nn/index.js";
import { contiguous, scope, type Tensor } from "../tensor/index.js";
import { countCorrect, saysClasses } from "./correct.js";

/** Turns a batch as the dataset stores it into what the model and the loss take: conversion, normalisation. */
export type Prepare = (batch: Batch) => { inputs: Tensor; targets: Tensor | null };

/** The batch as it is. */
export const unprepared: Prepare = (batch) => batch;

/** What a model does on a dataset. */
export interface Evaluation {
  /** Mean loss of a sample. */
  readonly loss: number;
  /** Share of the samples whose class is right; absent if the model does not say classes. */
  readonly accuracy?: number;
}

/** Samples that are evaluated at once. Ranks take whole blocks, so a sample's figures have the same bits on any number of ranks. */
const BLOCK = 500;

/**
 * What a model does on a dataset, every rank evaluating its part; the same figures on every rank, bit for bit, for any
 * number of ranks. Collective.
 *
 * @throws TuttiError `argument` for a dataset without samples or targets, or whose samples all weigh nothing.
 */
export function evaluate(
  model: Module,
  dataset: Dataset,
  loss: Loss,
  comm: Comm,
  prepare = unprepared,
): Evaluation {
  if (dataset.length === 0) throw new TuttiError("argument", "evaluate: the dataset has no samples");
  const figures = overBlocks(dataset, comm, prepare, model, 3, (output, targets, out) => {
    if (targets === null) throw new TuttiError("argument", "evaluate: the dataset has no targets");
    out[0] = loss.sum(output, targets).item();
    out[1] = loss.weight(output, targets);
    out[2] = saysClasses(loss) ? countCorrect(loss, output, targets) : 0;
  });
  let [sum, weight, correct] = [0, 0, 0];
  for (let i = 0; i < figures.length; i += 3) {
    sum += figures[i];
    weight += figures[i + 1];
    correct += figures[i + 2];
  }
  if (weight === 0)
    throw new TuttiError("argument", "evaluate: the weights of all samples are 0, so there is no mean loss");
  const accuracy = saysClasses(loss) ? { accuracy: correct / dataset.length } : {};
  return { loss: sum / weight, ...accuracy };
}

/**
 * The outputs of a model for all samples of a dataset, every rank computing its part: row-major, one row a sample, the
 * same on every rank. Collective.
 *
 * @param finish what is done to the outputs of a block, such as softmax
 */
export function predict(
  model: Module,
  dataset: Dataset,
  comm: Comm,
  prepare = unprepared,
  finish: (output: Tensor) => Tensor = (output) => output,
): Float64Array {
  if (dataset.length === 0) return new Float64Array();
  const width = scope(() => finish(model.forward(prepare(dataset.batch(Int32Array.of(0))).inputs)).size);
  const rows = overBlocks(dataset, comm, prepare, model, BLOCK * width, (output, _, out) => {
    out.set(contiguous(finish(output)).data as Float32Array | Float64Array);
  });
  return rows.subarray(0, dataset.length * width); // only the last block is not full
}

/** Runs the model on blocks of the dataset and collects `size` figures for each, in order, on every rank. */
function overBlocks(
  dataset: Dataset,
  comm: Comm,
  prepare: Prepare,
  model: Module,
  size: number,
  body: (output: Tensor, targets: Tensor | null, out: Float64Array) => void,
): Float64Array {
  const blocks = Math.ceil(dataset.length / BLOCK);
  const [first, end] = partition(blocks, comm.size, comm.rank);
  const own = new Float64Array((end - first) * size);
  for (let block = first; block < end; block++) {
    const start = block * BLOCK;
    const samples = Int32Array.from({ length: Math.min(BLOCK, dataset.length - start) }, (_, i) => start + i);
    scope(() => {
      const { inputs, targets } = prepare(dataset.batch(samples));
      body(model.forward(inputs), targets, own.subarray((block - first) * size, (block - first + 1) * size));
    });
  }
  const counts = Array.from({ length: comm.size }, (_, rank) => {
    const [start, stop] = partition(blocks, comm.size, rank);
    return (stop - start) * size;
  });
  return comm.allgather(own, { counts });
}
