import type { Comm } from "../comm/index.js";
import type { TargetColumn } from "../data/index.js";
import { kernels } from "../kernels/index.js";
import type { Problem, Samples } from "./problem.js";
import {
  type ClassEvaluation,
  type MetricsRecord,
  type NumberEvaluation,
  numberFigures,
  thisMachine,
} from "./report/index.js";
import { matrixProduct } from "./report/machine.js";
import type { TrainOptions } from "./run.js";

// What a run prints.

/** Ranks, kernels and matrix product in use. */
export function foundLine(comm: Comm): string {
  const { target, blas } = kernels();
  const ranks = `${comm.size} rank${comm.size === 1 ? "" : "s"} (${comm.engine})`;
  return `Tutti ${thisMachine().tutti}: ${ranks}, ${target} kernels, ${matrixProduct(blas)}`;
}

/** What there is to learn from. */
export function dataLine({ name, train, validation, test, target }: Problem): string {
  const count = (samples: Samples | undefined, what: string) =>
    samples ? [`${samples.inputs.shape[0]} to ${what}`] : [];
  const counts = [
    ...count(train, "train on"),
    ...count(validation, "validate with"),
    ...count(test, "test with"),
  ];
  const inputs = train.inputs.shape.slice(1).join(" × ");
  return `${name}: ${counts.join(", ")}; ${inputs} inputs, target ${describeTarget(target)}`;
}

/** The network and how it is trained. */
export function modelLine(widths: readonly number[], parameters: number, options: TrainOptions): string {
  const network = `${widths.join("-")} ${options.activation}, ${parameters} parameters, ${options.dtype}`;
  return `${network}; ${options.loss}, ${options.optimizer} lr ${options.lr} ${options.schedule}, batch ${options.batch}`;
}

/** What is predicted, in words. */
export function describeTarget(target: TargetColumn): string {
  const what = target.kind === "number" ? "a number" : `${target.classes.length} classes`;
  return `${target.name}: ${what}`;
}

/** Mean figures of a stretch of training. */
export type Means = Required<Pick<MetricsRecord, "loss" | "samplesPerSecond">> &
  Pick<MetricsRecord, "accuracy">;

/**
 * Means over the epoch that the last record ends: each record stands for the samples since the one before.
 *
 * @param samples of one epoch, the last of whose batches may be smaller than the others
 */
export function epochMeans(records: readonly MetricsRecord[], batch: number, samples: number): Means {
  const stepsPerEpoch = Math.ceil(samples / batch);
  const last = records.at(-1)!;
  const begin = (Math.ceil(last.step / stepsPerEpoch) - 1) * stepsPerEpoch;
  let [done, loss, seconds, correct] = [0, 0, 0, 0];
  for (const record of records.filter(({ step }) => step > begin)) {
    const count = Math.min((record.step - begin) * batch, samples) - done;
    done += count;
    loss += record.loss! * count;
    seconds += count / record.samplesPerSecond!;
    correct += (record.accuracy ?? Number.NaN) * count;
  }
  const accuracy = last.accuracy === undefined ? {} : { accuracy: correct / done };
  return { loss: loss / done, samplesPerSecond: done / seconds, ...accuracy };
}

/** How far training has come at the end of an epoch. */
export function epochLine(
  record: MetricsRecord,
  means: Means,
  epochs: number,
  { validation }: Problem,
): string {
  const figures = (loss: number, accuracy: number | undefined) =>
    `loss ${loss.toPrecision(4)}${accuracy === undefined ? "" : ` accuracy ${accuracy.toFixed(4)}`}`;
  const parts = [`epoch ${String(record.epoch).padStart(String(epochs).length)}/${epochs}`];
  parts.push(figures(means.loss, means.accuracy));
  const { validationLoss, validationAccuracy } = record;
  if (validationLoss !== undefined)
    parts.push(`${validation ? "validation" : "test"} ${figures(validationLoss, validationAccuracy)}`);
  parts.push(`${record.time.toFixed(1)} s`, `${Math.round(means.samplesPerSecond)} samples/s`);
  return parts.join("  ");
}

/** The figure that a run is judged by. */
export function headline(evaluation: ClassEvaluation | NumberEvaluation): string {
  if (evaluation.kind === "classes") {
    const { confusion, classes, set } = evaluation;
    const counts = Array.from(confusion);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const correct = sum(counts.filter((_, i) => i % (classes.length + 1) === 0));
    return `${set} accuracy ${(correct / sum(counts)).toFixed(4)}`;
  }
  const rmse = evaluation.targets.map(({ truths, predictions }) =>
    numberFigures(truths, predictions).rmse.toPrecision(4),
  );
  return `${evaluation.set} root mean squared error ${rmse.join(", ")}`;
}
