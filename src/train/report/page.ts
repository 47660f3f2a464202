import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ChartSpec, lineChart } from "./chart.js";
import { classSections } from "./classes.js";
import { gradientChart, stepChart, valueChart } from "./convergence.js";
import { accuracyChart, learningRateChart, lossChart, throughputChart, watchedSet } from "./curves.js";
import { detailSections } from "./details.js";
import { headline } from "./headline.js";
import { type Content, html, Markup } from "./html.js";
import { numberSections } from "./numbers.js";
import { PALETTE_CSS } from "./palette.js";
import type { RunSummary } from "./summary.js";

const asset = (name: string) => readFileSync(new URL(`./assets/${name}`, import.meta.url), "utf8");

/**
 * The report of a run as one HTML document that needs nothing else: no network, no script.
 *
 * Its content security policy allows only its own style sheet and images that it carries itself.
 */
export function reportPage(summary: RunSummary): string {
  const style = PALETTE_CSS + asset("chart.css") + asset("report.css");
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const { evaluation } = summary;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${policy}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta name="generator" content="Tutti ${summary.machine.tutti}"/>
<title>${summary.name} · Tutti run report</title>
<link rel="icon" href="data:,"/>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
${headline(summary)}
${curves(summary)}
${evaluation?.kind === "classes" && classSections(evaluation)}
${evaluation?.kind === "numbers" && numberSections(evaluation)}
${detailSections(summary)}
</main>
</body>
</html>
`;
  return page.text;
}

function curves(summary: RunSummary): Content {
  const { history, minimum } = summary;
  const watched = watchedSet(summary);
  if (history.length === 0) return undefined;
  const panel = (title: string, spec: ChartSpec | undefined) => spec && { title, spec };
  const all = minimum
    ? [
        panel("Value", valueChart(history)),
        panel("Gradient norm", gradientChart(history)),
        panel("Step", stepChart(history)),
      ]
    : [
        panel("Loss", lossChart(history, undefined, watched)),
        panel("Accuracy", accuracyChart(history, watched)),
        panel("Throughput", throughputChart(history)),
        panel("Learning rate", learningRateChart(history)),
      ];
  const panels = all.filter((item) => item !== undefined);
  const odd = panels.length % 2 === 1;
  return html`<section id="curves"><h2>${minimum ? "Minimisation" : "Training"}</h2><div class="charts">${panels.map(
    ({ title, spec }, i) => {
      const wide = odd && i === 0;
      // One drawing for wide screens and one for phones: scaled text would be too small or too large to read.
      return html`<figure class="${wide ? "wide" : "half"}"><figcaption>${title}</figcaption><div class="on-wide">${lineChart(spec, wide ? 1040 : 505, wide ? 340 : 300)}</div><div class="on-narrow">${lineChart({ ...spec, tooltips: false }, 360, 280)}</div></figure>`;
    },
  )}</div></section>`;
}
