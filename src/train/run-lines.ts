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
import type { TrainOptions } from "./run.js";

// What a run prints.

/** Ranks, kernels and BLAS in use. */
export function foundLine(comm: Comm): string {
  const { target, blas } = kernels();
  const ranks = `${comm.size} rank${comm.size === 1 ? "" : "s"} (${comm.engine})`;
  return `Tutti ${thisMachine().tutti}: ${ranks}, ${target} kernels, ${blas ?? "no BLAS found"}`;
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
  return `${name}: ${counts.join(", ")}; inputs [${train.inputs.shape.slice(1).join(", ")}], target: ${describeTarget(target)}`;
}

/** The network and how it is trained. */
export function modelLine(widths: readonly number[], parameters: number, options: TrainOptions): string {
  const network = `${widths.join("-")} ${options.activation}, ${parameters} parameters, ${options.dtype}`;
  return `${network}; ${options.loss}, ${options.optimizer} lr ${options.lr} ${options.schedule}, batch ${options.batch}`;
}

/** What is predicted, in words. */
export function describeTarget(target: TargetColumn): string {
  return target.kind === "number"
    ? `${target.name}, a number`
    : `${target.name}, ${target.classes.length} classes`;
}

/** How far training has come. */
export function epochLine(record: MetricsRecord, epochs: number, { validation }: Problem): string {
  const percent = (share: number | undefined) =>
    share === undefined ? [] : [`accuracy ${share.toFixed(4)}`];
  const monitored = validation ? "validation" : "test";
  const parts = [`epoch ${String(record.epoch).padStart(String(epochs).length)}/${epochs}`];
  parts.push([`loss ${record.loss?.toPrecision(4)}`, ...percent(record.accuracy)].join(" "));
  if (record.validationLoss !== undefined)
    parts.push(
      [
        `${monitored} loss ${record.validationLoss.toPrecision(4)}`,
        ...percent(record.validationAccuracy),
      ].join(" "),
    );
  parts.push(`${record.time.toFixed(1)} s`, `${Math.round(record.samplesPerSecond ?? 0)} samples/s`);
  return parts.join("  ");
}

/** The figure that a run is judged by. */
export function headline(evaluation: ClassEvaluation | NumberEvaluation): string {
  if (evaluation.kind === "classes") {
    const { confusion, classes, set } = evaluation;
    const counts = Array.from(confusion);
    const correct = counts
      .filter((_, i) => i % (classes.length + 1) === 0)
      .reduce((sum, count) => sum + count, 0);
    return `${set} accuracy ${(correct / counts.reduce((sum, count) => sum + count, 0)).toFixed(4)}`;
  }
  const rmse = evaluation.targets.map(({ truths, predictions }) =>
    numberFigures(truths, predictions).rmse.toPrecision(4),
  );
  return `${evaluation.set} root mean squared error ${rmse.join(", ")}`;
}
