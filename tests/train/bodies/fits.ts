import type { Comm } from "../../../src/comm/index.js";
import type { Dataset } from "../../../src/data/index.js";
import { fit } from "../../../src/train/index.js";
import { prepared, type Setup, type Trained, trained } from "./problem.js";

/** A whole training. */
export function train(comm: Comm, setup: Setup): Trained {
  const { model, data, options } = prepared(setup, comm);
  return trained(fit(model, data, options));
}

/** How often each sample was asked for, over all ranks and epochs; and by this rank. */
export function visits(comm: Comm, setup: Setup): { all: Int32Array; own: Int32Array } {
  const { model, data, options } = prepared(setup, comm);
  const own = new Int32Array(data.length);
  const counting: Dataset = {
    length: data.length,
    batch(indices) {
      for (const index of indices) own[index]++;
      return data.batch(indices);
    },
  };
  trained(fit(model, counting, options));
  return { all: comm.allreduce(own), own };
}
