import { join } from "node:path";
import { atomicWriteFile } from "../../data/files.js";
import { lineChart } from "./chart.js";
import { lossChart } from "./curves.js";
import { reportPage } from "./page.js";
import { chartToPng } from "./raster.js";
import type { RunSummary } from "./summary.js";

/**
 * Writes `report.html` and `loss.png` into the folder of a run; the old files, if any, stay whole until the new ones
 * are. Without any record of a loss there is no picture of it. Throws "file".
 */
export async function writeReport(folder: string, summary: RunSummary): Promise<void> {
  atomicWriteFile(join(folder, "report.html"), [reportPage(summary)]);
  const chart = summary.history.length > 0 && lossChart(summary.history, pictureTitle(summary.name));
  if (chart) atomicWriteFile(join(folder, "loss.png"), [await chartToPng(lineChart(chart, 752, 402, 24), 2)]);
}

/** The font of pictures has Latin letters only; a name in another script is left out rather than drawn as boxes. */
function pictureTitle(name: string): string {
  return /^[ -~\u00a0-\u00ff]{1,80}$/.test(name) ? `${name}: loss` : "Loss";
}
