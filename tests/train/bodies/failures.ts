import type { Comm } from "../../../src/comm/index.js";
import { kernels } from "../../../src/kernels/index.js";
import { flatten } from "../../../src/nn/index.js";
import { fit } from "../../../src/train/index.js";
import { type Failed, failure, prepared, type Setup, trained } from "./problem.js";

export interface Poison {
  readonly sample: number;
  readonly kind: "inputs" | "targets";
  readonly value: number;
}

/** Trains on data with one number, or all, replaced; how it failed, and bytes in use afterwards that were not before. */
export function diverging(
  comm: Comm,
  { setup, poison, scale = 1 }: { setup: Setup; poison?: Poison; scale?: number },
): { failed: Failed | undefined; left: number } {
  const { model, data, options } = prepared(setup, comm);
  const inputs = data.inputs.data;
  for (let i = 0; i < inputs.length; i++) inputs[i] *= scale;
  if (poison !== undefined) {
    const { data: values, shape } = data[poison.kind]!;
    values[poison.sample * (values.length / shape[0]) + 1] = poison.value;
  }
  const { heap } = kernels();
  const before = heap.bytesInUse;
  const failed = failure(() => fit(model, data, options));
  return { failed, left: heap.bytesInUse - before };
}

/** One rank, the last, is given something else than the others. */
export function differing(
  comm: Comm,
  { setup, what }: { setup: Setup; what: "seed" | "samples" | "options" | "weights" | "dtype" },
): Failed | undefined {
  const isOdd = comm.rank === comm.size - 1;
  const samples = what === "samples" && isOdd ? setup.samples - 1 : setup.samples;
  const dtype = what === "dtype" && isOdd ? "float32" : setup.dtype;
  const { model, data, options } = prepared({ ...setup, samples, dtype }, comm);
  using parameters = flatten(model, { dtype, seed: what === "weights" && isOdd ? 8 : 7 });
  const seed = what === "seed" && isOdd ? 8 : 7;
  const clipNorm = what === "options" && isOdd ? 1 : undefined;
  return failure(() => fit(model, data, { ...options, parameters, seed, clipNorm }));
}

/** Bytes in use at every step, and those that are left afterwards. */
export function memory(comm: Comm, setup: Setup): { inUse: number[]; left: number } {
  const { model, data, options } = prepared(setup, comm);
  const { heap } = kernels();
  const before = heap.bytesInUse;
  const inUse: number[] = [];
  const schedule = (step: number) => {
    inUse[step] = heap.bytesInUse;
    return 0.001;
  };
  trained(fit(model, data, { ...options, schedule }));
  return { inUse, left: heap.bytesInUse - before };
}
