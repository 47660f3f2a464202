// Nets with sigmoids after every layer, with given weights, and the few samples that they learn.

import { ArrayDataset, ndarray } from "tutti/data";
import { initializers, Linear, Sequential } from "tutti/nn";
import { sigmoid } from "tutti/tensor";

/** A layer: its weights, one row for each input and one column for each neuron, and the neurons' biases. */
export type Layer = readonly [weights: readonly (readonly number[])[], biases: readonly number[]];

/** A net that does σ(x W + b) in each layer. */
export function sigmoidNet(...layers: readonly Layer[]): Sequential {
  const { given } = initializers;
  return new Sequential(
    ...layers.flatMap(([weights, biases]) => [
      new Linear(weights.length, biases.length, {
        init: given(weights.flat()),
        biasInit: given([...biases]),
      }),
      sigmoid,
    ]),
  );
}

/** Samples in memory, on every rank. */
export function samples(
  inputs: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
): ArrayDataset {
  const array = (rows: readonly (readonly number[])[]) =>
    ndarray("float64", [rows.length, rows[0].length], Float64Array.from(rows.flat()));
  return new ArrayDataset(array(inputs), array(targets));
}
