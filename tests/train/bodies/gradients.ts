import { valueAndGradInto } from "../../../src/autodiff/index.js";
import type { Comm } from "../../../src/comm/index.js";
import { kernels } from "../../../src/kernels/index.js";
import { flatten } from "../../../src/nn/index.js";
import { scope } from "../../../src/tensor/index.js";
import { GlobalGradient, type GlobalGradientOptions } from "../../../src/train/index.js";
import { type Failed, failure, prepared, type Setup } from "./problem.js";

export interface Gradients {
  readonly found: readonly number[];
  readonly loss: number;
  readonly statistics: readonly number[];
  /** By one derivation of the mean loss of the batch, without ranks. */
  readonly expected: readonly number[];
  readonly expectedLoss: number;
  /** What each rank's part would give by itself; of ranks that have one. */
  readonly means: readonly (readonly number[])[];
  /** How many samples were evaluated at once on this rank. */
  readonly passes: readonly number[];
  /** Bytes that are still in use once the gradient is disposed of. */
  readonly left: number;
}

/** The gradient of the first `batchSize` samples of a setup. */
export function gradient(
  comm: Comm,
  { setup, options }: { setup: Setup; options: GlobalGradientOptions },
): Gradients {
  const { model, data, options: fitting } = prepared(setup, comm);
  const { loss } = fitting;
  using parameters = flatten(model, { dtype: setup.dtype });
  const { heap } = kernels();
  const before = heap.bytesInUse;
  const batch = Int32Array.from({ length: setup.batchSize }, (_, i) => (7 * i) % setup.samples);

  const meanOf = (samples: Int32Array) =>
    scope(() => {
      const { inputs, targets } = data.batch(samples);
      const mean = () => loss.mean(model.forward(inputs), targets!);
      const { value } = valueAndGradInto(mean, parameters.values, parameters.grads);
      return { loss: value.item(), grad: [...parameters.grad.data] };
    });
  const expected = meanOf(batch);

  const passes: number[] = [];
  const global = new GlobalGradient(comm, parameters, { ...options, statistics: 2 });
  const [start, end] = global.ownRange(batch.length);
  const own = start < end ? [meanOf(batch.subarray(start, end)).grad] : [];
  const figures = global.compute(batch, (samples) => {
    passes.push(samples.length);
    const { inputs, targets } = data.batch(samples);
    const output = model.forward(inputs);
    return {
      loss: loss.sum(output, targets!),
      weight: loss.weight(output, targets!),
      statistics: [samples.length, samples.reduce((sum, sample) => sum + sample, 0)],
    };
  });
  const found = [...parameters.grad.data];
  global.dispose();
  return {
    found,
    loss: figures.loss,
    statistics: [...figures.statistics],
    expected: expected.grad,
    expectedLoss: expected.loss,
    means: comm.allgatherObject(own).flat(),
    passes,
    left: heap.bytesInUse - before,
  };
}

/** Evaluations that are wrong in one way or another. */
export function wrong(
  comm: Comm,
  { statistics, weight }: { statistics: number[]; weight: number },
): Failed | undefined {
  const { model, data, options } = prepared(
    { loss: "mse", dtype: "float64", optimizer: "sgd", samples: 20, batchSize: 20, epochs: 1 },
    comm,
  );
  using parameters = flatten(model, { dtype: "float64" });
  using global = new GlobalGradient(comm, parameters, { statistics: 1 });
  const all = Int32Array.from({ length: 20 }, (_, i) => i);
  return failure(() =>
    global.compute(all, (samples) => {
      const { inputs, targets } = data.batch(samples);
      return { loss: options.loss.sum(model.forward(inputs), targets!), weight, statistics };
    }),
  );
}

/** Options that are refused; the message on each rank. */
export function construct(comm: Comm, options: GlobalGradientOptions): Failed | undefined {
  const { model } = prepared(
    { loss: "mse", dtype: "float64", optimizer: "sgd", samples: 20, batchSize: 20, epochs: 1 },
    comm,
  );
  using parameters = flatten(model, { dtype: "float64" });
  return failure(() => new GlobalGradient(comm, parameters, options).dispose());
}
