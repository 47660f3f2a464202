import type { Comm } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import type { Module, ParameterVector } from "../nn/index.js";
import { walk } from "../nn/module.js";
import { firstNonFinite, type Tensor } from "../tensor/index.js";

/** When training stopped being numbers. */
export interface Moment {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
}

/** Looks at samples before the model does. */
export type CheckSamples = (values: Tensor, kind: "an input" | "a target", samples: Int32Array) => void;

/** What was the first to hold something that is not finite. */
export interface Found {
  /** In words. */
  readonly what: string;
  /** The module, or the parameter. */
  readonly layer?: string;
  /** The number in the dataset of the sample. */
  readonly sample?: number;
}

/**
 * The error of a step whose loss or gradient is not finite, the same on every rank: which parameter, sample or layer was
 * the first that held no number. Collective.
 *
 * @param run computes the model's outputs for this rank's part of the batch, showing the samples first
 */
export function divergence(
  comm: Comm,
  model: Module,
  parameters: ParameterVector,
  moment: Moment,
  run: (check: CheckSamples) => void,
): TuttiError {
  const { step, epoch, loss } = moment;
  const start = Number.isFinite(loss)
    ? `the gradient is not finite at step ${step} (epoch ${epoch}), whose loss is ${loss}`
    : `the loss is ${loss} at step ${step} (epoch ${epoch})`;
  const parameter = parameters.firstNonFinite()?.parameter.name;
  const what = `the parameter "${parameter}" was not finite before the step`;
  const found =
    parameter === undefined ? firstNotFinite(comm, model, parameters, loss, run) : { what, layer: parameter };
  return diverged(`${start}: ${found.what}`, moment, found);
}

/**
 * The first sample or layer that holds something that is not finite, or what else it must be, at parameters that are
 * finite; the same on every rank. Collective.
 *
 * @param loss of all samples; the gradient that belongs to it is the parameters'
 * @param run as in {@link divergence}
 */
export function firstNotFinite(
  comm: Comm,
  model: Module,
  parameters: ParameterVector,
  loss: number,
  run: (check: CheckSamples) => void,
): Found {
  const reports = comm.allgatherObject(sampleOrOutputFound(model, run));
  const rank = reports.findIndex((report) => report !== undefined);
  if (rank >= 0) {
    const found = reports[rank]!;
    return comm.size > 1 ? { ...found, what: `${found.what} on rank ${rank}` } : found;
  }
  const gradient = parameters.firstNonFinite("grad")?.parameter.name;
  return Number.isFinite(loss)
    ? { what: `every output is finite, but not the gradient of "${gradient}"`, layer: gradient }
    : { what: "every output is finite, so the loss itself overflows" };
}

/** The error of an update that left a parameter that is not finite, the same on every rank; undefined if it left none. */
export function overflow(parameters: ParameterVector, moment: Moment): TuttiError | undefined {
  const found = parameters.firstNonFinite();
  if (found === undefined) return undefined;
  const { name } = found.parameter;
  const { step, epoch, loss } = moment;
  const what = `the update of step ${step} (epoch ${epoch}), whose loss is ${loss}, makes the parameter "${name}" not finite`;
  return diverged(what, moment, { what, layer: name });
}

function diverged(text: string, moment: Moment, found: Found): TuttiError {
  const advice =
    found.sample === undefined
      ? "A smaller learning rate or clipNorm may help; check the data for extreme values"
      : "Repair the sample or leave it out";
  return new TuttiError("diverged", `fit: ${text}. ${advice}`, { ...moment, ...found });
}

/** Runs the model with every module watched, and names the first sample or module with something that is not finite. */
function sampleOrOutputFound(model: Module, run: (check: CheckSamples) => void): Found | undefined {
  let found: Found | undefined;
  const look = (values: Tensor, describe: (index: number) => Found) => {
    const index = found === undefined ? firstNonFinite(values) : -1;
    if (index >= 0) found = describe(index);
  };
  const unwatch = [...walk(model).modules.values()].map((module) =>
    watch(module, (output) =>
      look(output, () => ({ what: `the output of ${module.label} is not finite`, layer: module.path })),
    ),
  );
  try {
    run((values, kind, samples) =>
      look(values, (index) => {
        const sample = samples[Math.floor((index * samples.length) / values.size)];
        return { what: `sample ${sample} of the dataset has ${kind} that is not finite`, sample };
      }),
    );
  } finally {
    for (const undo of unwatch) undo();
  }
  return found;
}

/** Shows every output of a module to `look` until the function returned is called. */
function watch(module: Module, look: (output: Tensor) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(module, "forward");
  const { forward } = module;
  module.forward = (...inputs) => {
    const output = forward.apply(module, inputs);
    look(output);
    return output;
  };
  return () => {
    if (own === undefined) Reflect.deleteProperty(module, "forward");
    else Object.defineProperty(module, "forward", own);
  };
}
