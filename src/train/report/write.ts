import { join } from "node:path";
import { atomicWriteFile } from "../../data/files.js";
import type { RunSummary } from "./summary.js";

/**
 * Writes `report.html` and `loss.png` into the folder of a run; the old files, if any, stay whole until the new ones
 * are. Without any record of a loss there is no picture of it. Throws "file", and "shape" when a confusion matrix and
 * its class names differ in size.
 */
export async function writeReport(folder: string, summary: RunSummary): Promise<void> {
  // Loaded here so that programs which train without a report, and start-up, do not pay for drawing.
  const [{ lineChart }, { valueChart }, { lossChart, watchedSet }, { reportPage }, { chartToPng }] =
    await Promise.all([
      import("./chart.js"),
      import("./convergence.js"),
      import("./curves.js"),
      import("./page.js"),
      import("./raster.js"),
    ]);
  atomicWriteFile(join(folder, "report.html"), [reportPage(summary)]);
  const { history, name, minimum } = summary;
  const title = pictureTitle(name, minimum ? "value" : "loss");
  const chart = minimum
    ? valueChart(history, title)
    : history.length > 0 && lossChart(history, title, watchedSet(summary));
  if (chart) atomicWriteFile(join(folder, "loss.png"), [await chartToPng(lineChart(chart, 752, 402, 24), 2)]);
}

/** The font of pictures has Latin letters only; a name in another script is left out rather than drawn as boxes. */
function pictureTitle(name: string, what: string): string {
  const known = /^[ -~\u00a0-\u00ff]{1,80}$/.test(name);
  return known ? `${name}: ${what}` : `${what[0].toUpperCase()}${what.slice(1)}`;
}
