import type { Comm } from "../comm/index.js";
import { kernels } from "../kernels/index.js";
import { Activation, Linear, type Sequential } from "../nn/index.js";
import type { Problem } from "./problem.js";
import { type ModelSummary, type RunSummary, thisMachine } from "./report/index.js";
import type { Run } from "./run.js";
import { describeTarget } from "./run-lines.js";

/** What is only known when training is over. */
export type Outcome = Pick<
  RunSummary,
  "started" | "seconds" | "samplesPerSecond" | "stopped" | "history" | "evaluation"
>;

/** All that the report shows of a run. */
export function summarize(run: Run, model: Sequential, outcome: Outcome, comm: Comm): RunSummary {
  const { problem, options, command } = run;
  const { history, stopped } = outcome;
  const left = stopped === undefined ? FILES : history.length > 0 ? LEFT_WHEN_STOPPED : [];
  return {
    ...outcome,
    name: problem.name,
    command,
    options: { ...options, hidden: options.hidden.length > 0 ? options.hidden : null, ranks: comm.size },
    data: dataSummary(problem),
    model: {
      ...modelSummary(model),
      dtype: options.dtype,
      loss: options.loss,
      optimizer: options.optimizer,
    },
    machine: {
      ...thisMachine(),
      ranks: comm.size,
      engine: comm.engine,
      kernels: kernels().target,
      blas: kernels().blas,
    },
    files: left,
  };
}

const LEFT_WHEN_STOPPED = [
  { path: "metrics.jsonl", description: "loss, accuracy and speed over time" },
  { path: "loss.png", description: "the loss as a picture" },
];
const FILES = [
  { path: "model.safetensors", description: "the trained network, for tutti predict" },
  ...LEFT_WHEN_STOPPED,
  { path: "checkpoints", description: "where training can go on, for --resume" },
];

function dataSummary({ source, train, validation, test, target }: Problem): RunSummary["data"] {
  return {
    source,
    trainingSamples: train.inputs.shape[0],
    validationSamples: validation?.inputs.shape[0],
    testSamples: test?.inputs.shape[0],
    inputShape: train.inputs.shape.slice(1),
    target: describeTarget(target),
  };
}

/** The layers of a model and what they hold. */
export function modelSummary({
  layers,
}: Pick<Sequential, "layers">): Pick<ModelSummary, "layers" | "parameters"> {
  let width = 0;
  const summaries = layers.map((layer, i) => {
    if (layer instanceof Linear) {
      width = layer.outFeatures;
      const parameters = layer.weight.size + (layer.bias?.size ?? 0);
      const kind = `Linear ${layer.inFeatures} → ${width}`;
      return { name: `layers.${i}`, kind, outputShape: [width], parameters };
    }
    const kind = layer instanceof Activation ? layer.name : "function";
    return { name: `layers.${i}`, kind, outputShape: [width], parameters: 0 };
  });
  return { layers: summaries, parameters: summaries.reduce((sum, layer) => sum + layer.parameters, 0) };
}
