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

interface Found {
  readonly what: string;
  /** The module, or the parameter, that was the first to hold no number. */
  readonly layer?: string;
  /** The number in the dataset of the sample that did. */
  readonly sample?: number;
}

/**
 * The error of a loss that is not finite, the same on every rank: which parameter, sample or layer was the first that
 * held no number. Collective.
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
  const start = `the loss is ${loss} at step ${step} (epoch ${epoch}):`;
  const parameter = parameterFound(parameters, "after the step before");
  if (parameter !== undefined) return diverged(`${start} ${parameter.what}`, moment, parameter);
  const reports = comm.allgatherObject(sampleOrOutputFound(model, run));
  const rank = reports.findIndex((report) => report !== undefined);
  if (rank < 0) return diverged(`${start} every output is finite, so the loss itself overflows`, moment);
  const where = comm.size > 1 ? ` on rank ${rank}` : "";
  return diverged(`${start} ${reports[rank]!.what}${where}`, moment, reports[rank]);
}

/** The error of a step whose loss was finite but that left a parameter that is not; undefined if all are. */
export function parameterDivergence(parameters: ParameterVector, moment: Moment): TuttiError | undefined {
  const { step, epoch, loss } = moment;
  const found = parameterFound(parameters, `after step ${step} (epoch ${epoch}), whose loss was ${loss}`);
  return found && diverged(found.what, moment, found);
}

function diverged(text: string, moment: Moment, found?: Found): TuttiError {
  const advice =
    found?.sample === undefined
      ? "A smaller learning rate or clipNorm may help; check the data for extreme values"
      : "Repair the sample or leave it out";
  return new TuttiError("diverged", `fit: ${text}. ${advice}`, { ...moment, ...found });
}

function parameterFound(parameters: ParameterVector, when: string): Found | undefined {
  const found = parameters.firstNonFinite();
  if (found === undefined) return undefined;
  const { name } = found.parameter;
  return { what: `the parameter "${name}" is not finite ${when}`, layer: name };
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
