import { extent, max, median, min, quantile } from "d3-array";
import type { AxisSpec } from "./axis.js";
import type { ChartSpec, Series } from "./chart.js";
import { count, figure, percent } from "./format.js";
import type { MetricsRecord } from "./metrics.js";
import { type Point, smooth } from "./series.js";
import type { RunSummary } from "./summary.js";

/** The data on which the model was evaluated after each epoch. */
export type WatchedSet = "validation" | "test";

type Figure = "loss" | "accuracy" | "validationLoss" | "validationAccuracy" | "lr" | "samplesPerSecond";

type History = readonly MetricsRecord[];

/** The records that hold a figure, as points over steps or seconds. */
function pointsOf(history: History, name: Figure, over: "step" | "time" = "step"): Point[] {
  return history
    .filter((record) => record[name] !== undefined)
    .map((record) => ({ x: record[over], y: record[name] as number }));
}

/**
 * A measured curve: as it is when it has few points, else faint behind its smoothed self.
 * The span of smoothing is a fortieth of the curve.
 */
function measured(name: string, colour: Series["colour"], points: readonly Point[]): Series[] {
  const span = 2 * Math.floor(points.length / 80) + 1;
  if (span === 1) return [{ name, colour, style: points.length <= 40 ? "marks" : "line", points }];
  const smoothed = smooth(
    points.map(({ y }) => y),
    span,
  ).map((y, i) => ({ x: points[i].x, y }));
  return [
    { name: `${name}, raw`, colour, style: "faint", points },
    { name: `${name}, mean of ${span}`, colour, style: "line", points: smoothed },
  ];
}

const finite = (series: readonly Series[]) =>
  series.flatMap(({ points }) => points.map(({ y }) => y)).filter(Number.isFinite);

const lastOf = (points: readonly Point[]) => points.findLast(({ y }) => Number.isFinite(y))?.y;

function stepAxis(history: History): AxisSpec {
  const last = history[history.length - 1].step;
  return {
    label: "step",
    kind: "linear",
    domain: [Math.min(0, history[0].step), Math.max(last, 1)],
    format: count,
  };
}

function epochMarks(history: History): ChartSpec["above"] {
  const last = history[history.length - 1];
  const epochs = Math.floor(last.epoch + 1e-6);
  if (epochs < 1) return undefined;
  const stepsPerEpoch = last.step / last.epoch;
  const every = [1, 2, 5, 10, 20, 50].find((size) => epochs / size <= 12) ?? Math.ceil(epochs / 12);
  return Array.from({ length: Math.floor(epochs / every) }, (_, i) => {
    const epoch = (i + 1) * every;
    return {
      x: Math.min(epoch * stepsPerEpoch, last.step),
      text: i === 0 ? `epoch ${epoch}` : String(epoch),
    };
  });
}

/** Training curves of one figure, and those of the data that were watched meanwhile, as far as they were measured. */
function bothCurves(training: readonly Point[], validation: readonly Point[], watched: WatchedSet): Series[] {
  const series = training.length > 0 ? measured("training", 1, training) : [];
  if (validation.length > 0) series.push({ name: watched, colour: 2, style: "marks", points: validation });
  return series;
}

/** Curves of training and validation loss over steps; logarithmic when they span more than a decade. */
export function lossChart(
  history: History,
  title?: string,
  watched: WatchedSet = "validation",
): ChartSpec | undefined {
  const [training, validation] = [pointsOf(history, "loss"), pointsOf(history, "validationLoss")];
  const series = bothCurves(training, validation, watched);
  const [lowest, highest] = extent(finite(series));
  const [low, high] = extent(finite(series.filter(({ style }) => style !== "faint")));
  if (lowest === undefined || highest === undefined || low === undefined || high === undefined)
    return undefined;
  const log = lowest >= 0 && low > 0 && high / low > 10;
  // Single lucky batches near zero would stretch a logarithmic axis; spikes upwards are always shown.
  const floor = log ? Math.min(low, Math.max(quantile(finite(series), 0.01) ?? 0, low / 10)) : lowest;
  return {
    title,
    description: describe("loss", figure, training, validation, watched),
    x: stepAxis(history),
    y: {
      label: log ? "loss (log scale)" : "loss",
      kind: log ? "log" : "linear",
      domain: log ? [floor / 1.15, highest * 1.15] : aroundWithZero(floor, highest),
    },
    series,
    above: epochMarks(history),
    tooltips: title === undefined,
  };
}

/** Curves of training and validation accuracy over steps; high accuracies are spread out. */
export function accuracyChart(history: History, watched: WatchedSet = "validation"): ChartSpec | undefined {
  const [training, validation] = [pointsOf(history, "accuracy"), pointsOf(history, "validationAccuracy")];
  const series = bothCurves(training, validation, watched);
  const [low, high] = extent(finite(series.filter(({ style }) => style !== "faint")));
  if (low === undefined || high === undefined) return undefined;
  const best = Math.min(high, 0.9999);
  const nines = best > 0.95 && (1 - low) / (1 - best) > 5;
  return {
    description: describe("accuracy", percent, training, validation, watched),
    x: stepAxis(history),
    y: {
      label: nines ? "accuracy (log scale of the error)" : "accuracy",
      kind: nines ? "nines" : "linear",
      domain: nines
        ? [Math.min(low, 0.9), Math.min(1 - (1 - best) / 1.3, 0.9999)]
        : [Math.max(0, Math.floor(10 * low - 0.5) / 10), 1],
      format: percent,
      tickFormat: "%",
    },
    series,
    above: epochMarks(history),
    tooltips: true,
  };
}

/** Training samples per second over time, from zero. */
export function throughputChart(history: History): ChartSpec | undefined {
  const last = history[history.length - 1].time;
  const [unit, seconds] = last < 600 ? ["seconds", 1] : last < 36_000 ? ["minutes", 60] : ["hours", 3600];
  const points = pointsOf(history, "samplesPerSecond", "time")
    .filter(({ y }) => Number.isFinite(y))
    .map(({ x, y }) => ({ x: x / seconds, y }));
  if (points.length === 0) return undefined;
  const rates = points.map(({ y }) => y);
  return {
    description: `Throughput over time: median ${count(median(rates) ?? 0)} samples per second.`,
    x: { label: unit, kind: "linear", domain: [0, Math.max(last / seconds, 1e-3)] },
    y: {
      label: "samples per second",
      kind: "linear",
      domain: [0, 1.05 * (max(rates) ?? 0) || 1],
      format: count,
    },
    series: measured("all ranks", 3, points),
    tooltips: true,
  };
}

/** The learning rate over steps; absent when it is the same throughout. */
export function learningRateChart(history: History): ChartSpec | undefined {
  const points = pointsOf(history, "lr");
  const values = points.map(({ y }) => y).filter(Number.isFinite);
  const high = max(values) ?? 0;
  if (!(high > (min(values) ?? 0))) return undefined;
  return {
    description: `Learning rate: ${figure(values[0])} at first, ${figure(values[values.length - 1])} at last.`,
    x: stepAxis(history),
    y: { label: "learning rate", kind: "linear", domain: [0, 1.05 * high], format: figure },
    series: [{ name: "learning rate", colour: 1, style: "line", points }],
    tooltips: true,
  };
}

/** A linear domain that holds zero and all values, with a little room at the ends. */
function aroundWithZero(lowest: number, highest: number): [number, number] {
  const [low, high] = [Math.min(0, lowest), Math.max(0, highest)];
  const room = 0.05 * (high - low) || 1;
  return [low < 0 ? low - room : 0, high > 0 || low === 0 ? high + room : 0];
}

function describe(
  what: string,
  format: (value: number) => string,
  training: readonly Point[],
  validation: readonly Point[],
  watched: WatchedSet,
): string {
  const sentence = (name: string, points: readonly Point[]) => {
    const last = lastOf(points);
    if (last === undefined) return "";
    return ` ${name} ${what} goes from ${format(points[0].y)} to ${format(last)}.`;
  };
  return `Curves of ${what}.${sentence("Training", training)}${sentence(watched === "test" ? "Test" : "Validation", validation)}`;
}

/** Test data are watched where none were set aside for validation. */
export const watchedSet = ({ data }: RunSummary): WatchedSet =>
  data?.validationSamples === undefined && data?.testSamples !== undefined ? "test" : "validation";
