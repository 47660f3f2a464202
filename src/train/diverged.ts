import type { Comm } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import type { Module, ParameterVector } from "../nn/index.js";
import { walk } from "../nn/module.js";
import { firstNonFinite, scope, type Tensor } from "../tensor/index.js";

/** When training stopped being numbers. */
export interface Moment {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
}

/**
 * The error of a loss that is not finite, the same on every rank: which parameter, input or layer was the first that
 * held no number. Collective.
 *
 * @param run computes the model's outputs for this rank's part of the batch, calling the function for the inputs first
 */
export function divergence(
  comm: Comm,
  model: Module,
  parameters: ParameterVector,
  moment: Moment,
  run: (checkInputs: (inputs: Tensor) => void) => void,
): TuttiError {
  const own = parameterFound(parameters) ?? outputFound(model, run);
  const reports = comm.allgatherObject(own);
  const rank = Math.max(
    0,
    reports.findIndex((report) => report !== undefined),
  );
  const report = reports[rank] ?? { what: "every output is finite, so the loss itself overflows" };
  const where = comm.size > 1 && reports[rank] ? ` on rank ${rank}` : "";
  return new TuttiError(
    "diverged",
    `fit: the loss is ${moment.loss} at step ${moment.step} (epoch ${moment.epoch}): ${report.what}${where}. ` +
      "A smaller learning rate or clipNorm may help; check the data for extreme values",
    { ...moment, ...report, rank },
  );
}

interface Found {
  readonly what: string;
  readonly layer?: string;
}

function parameterFound(parameters: ParameterVector): Found | undefined {
  const found = parameters.firstNonFinite();
  if (found === undefined) return undefined;
  const { name } = found.parameter;
  return { what: `the parameter "${name}" is not finite after the step before`, layer: name };
}

/** Runs the model with every module watched, and names the first whose output is not finite. */
function outputFound(model: Module, run: (checkInputs: (inputs: Tensor) => void) => void): Found | undefined {
  let found: Found | undefined;
  const watch = (output: Tensor, what: string, layer?: string) => {
    if (found === undefined && firstNonFinite(output) >= 0) found = { what: `${what} is not finite`, layer };
  };
  const modules = [...walk(model).modules.values()];
  for (const module of modules) {
    const { forward } = module;
    module.forward = (...inputs) => {
      const output = forward.apply(module, inputs);
      watch(output, `the output of ${module.label}`, module.path);
      return output;
    };
  }
  try {
    scope(() => run((inputs) => watch(inputs, "an input")));
  } finally {
    for (const module of modules) Reflect.deleteProperty(module, "forward");
  }
  return found;
}
