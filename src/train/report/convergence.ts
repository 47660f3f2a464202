import { extent } from "d3-array";
import type { ChartSpec } from "./chart.js";
import { figure } from "./format.js";
import type { MetricsRecord } from "./metrics.js";

type History = readonly MetricsRecord[];
type Quantity = "loss" | "gradientNorm" | "stepLength";

const LABELS: Readonly<Record<Quantity, string>> = {
  loss: "value",
  gradientNorm: "gradient norm",
  stepLength: "step",
};

/** The value of the objective over the iterations of a minimisation; logarithmic where it spans more than a decade. */
export const valueChart = (history: History, title?: string): ChartSpec | undefined =>
  quantityChart(history, "loss", 1, title);

/** The norm of the gradient over iterations. */
export const gradientChart = (history: History): ChartSpec | undefined =>
  quantityChart(history, "gradientNorm", 2);

/** The length of steps, or the radius of the trust region, over iterations. */
export const stepChart = (history: History): ChartSpec | undefined =>
  quantityChart(history.slice(1), "stepLength", 3); // the first guess has had no step

function quantityChart(
  history: History,
  quantity: Quantity,
  colour: 1 | 2 | 3,
  title?: string,
): ChartSpec | undefined {
  const points = history
    .filter((record) => record[quantity] !== undefined)
    .map((record) => ({ x: record.step, y: record[quantity] as number }));
  const [low, high] = extent(points.map(({ y }) => y).filter(Number.isFinite));
  if (low === undefined || high === undefined) return undefined;
  const log = low > 0 && high / low > 10;
  const label = LABELS[quantity];
  const room = 0.05 * (high - low) || 1;
  const last = points.findLast(({ y }) => Number.isFinite(y))!;
  return {
    title,
    description: `The ${label} goes from ${figure(points[0].y)} to ${figure(last.y)}.`,
    x: { label: "iteration", kind: "linear", domain: [0, Math.max(1, points[points.length - 1].x)] },
    y: {
      label: log ? `${label} (log scale)` : label,
      kind: log ? "log" : "linear",
      domain: log ? [low / 1.15, high * 1.15] : [low >= 0 && low < high / 2 ? 0 : low - room, high + room],
    },
    series: [
      {
        name: log ? `${label} (log scale)` : label,
        colour,
        style: points.length <= 40 ? "marks" : "line",
        points,
      },
    ],
    tooltips: title === undefined,
  };
}
