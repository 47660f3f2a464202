import type { Comm } from "../../../src/comm/index.js";
import { fit } from "../../../src/train/index.js";
import { prepared, type Setup, type Trained, trained } from "./problem.js";

export interface Resumable {
  readonly setup: Setup;
  readonly folder: string;
  /** Steps between checkpoints. */
  readonly every: number;
  /** Throws after this step, once the checkpoint of the step before it is written. */
  readonly stopAt?: number;
}

/** A training that goes on from what `folder` holds. */
export function resume(comm: Comm, { setup, folder, every, stopAt }: Resumable): Trained {
  const { model, data, options } = prepared(setup, comm);
  const checkpoints = { folder, every, resume: true, recipe: { data: "noise" } };
  const result = fit(model, data, {
    ...options,
    checkpoints,
    onRecord: ({ step }) => {
      if (step === stopAt) throw new Error(`stopped at step ${step}`);
    },
  });
  return trained(result);
}
