import { readFileSync } from "node:fs";
import { atomicWriteFile } from "../../data/index.js";
import type { AxisSpec } from "../../train/report/axis.js";
import { type ChartSpec, lineChart } from "../../train/report/chart.js";
import type { Markup } from "../../train/report/html.js";
import { withLightColours } from "../../train/report/palette.js";
import { chartToPng } from "../../train/report/raster.js";
import type { Row } from "./benchmark.js";
import { describe, type Setting, UNITS } from "./communication-table.js";

const STYLE = new URL("../../train/report/assets/chart.css", import.meta.url);

/** Draws the benchmark's figure over the size of messages into `file`, an .svg or .png. Throws TuttiError "file". */
export async function writePlot(file: string, setting: Setting, rows: readonly Row[]): Promise<void> {
  const chart = lineChart(chartOf(setting, rows), 752, 402, 24);
  atomicWriteFile(file, [file.endsWith(".png") ? await chartToPng(chart, 2) : standalone(chart)]);
}

function chartOf(setting: Setting, rows: readonly Row[]): ChartSpec {
  const { name, ranks, engine, memory, benchmark } = setting;
  const points = rows.map((row) => ({ x: row.bytes, y: row[benchmark.plotted]! }));
  return {
    title: `tutti bench ${name}: ${ranks} ranks, engine ${engine}, ${memory} memory`,
    description: describe(setting),
    x: logarithmic(
      "bytes",
      points.map(({ x }) => x),
    ),
    y: logarithmic(
      UNITS[benchmark.plotted],
      points.map(({ y }) => y),
    ),
    series: [{ name: UNITS[benchmark.plotted], colour: 1, style: "marks", points }],
    tooltips: false,
  };
}

/** An axis with a little room on both sides, so that even a single value has one. */
function logarithmic(label: string, values: readonly number[]): AxisSpec {
  return { label, kind: "log", domain: [Math.min(...values) / 1.3, Math.max(...values) * 1.3] };
}

/** The chart as a file of its own, which brings its style along. */
function standalone(chart: Markup): string {
  return chart.text.replace(">", `><style>${withLightColours(readFileSync(STYLE, "utf8"))}</style>`);
}
