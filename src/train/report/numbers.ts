import { bin, extent, thresholdScott, ticks } from "d3-array";
import { makeAxis } from "./axis.js";
import { numberFigures } from "./evaluation.js";
import { count, figure } from "./format.js";
import { html, type Markup } from "./html.js";
import type { NumberEvaluation, NumberTarget } from "./summary.js";

/** Points drawn in all scatter plots together; each is some eighty bytes of the report. */
const MOST_POINTS = 2000;

/** Targets that get pictures; the others have their figures in the table. */
const MOST_PICTURES = 6;

/** What a model of numbers gets right and wrong: its errors in figures, predicted against true values, residuals. */
export function numberSections({ targets, set }: NumberEvaluation): Markup {
  const shown = targets.slice(0, MOST_PICTURES);
  return html`<section id="predictions"><h2>Predicted and true values</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Errors of each target"><table class="list"><thead><tr><th scope="col">target</th><th scope="col" class="number">samples</th><th scope="col" class="number">root mean square error</th><th scope="col" class="number">mean absolute error</th><th scope="col" class="number">R²</th></tr></thead>
<tbody>${targets.map((target) => {
    const { rmse, mae, r2 } = numberFigures(target.truths, target.predictions);
    return html`<tr><th scope="row"><bdi>${target.name}</bdi></th><td class="number">${count(target.truths.length)}</td><td class="number">${figure(rmse)}</td><td class="number">${figure(mae)}</td><td class="number">${r2.toFixed(4)}</td></tr>`;
  })}</tbody></table></div>
${targets.length > shown.length && html`<p class="note">Pictures show the first ${shown.length} of ${targets.length} targets.</p>`}
${shown.map((target) => {
  const every = Math.ceil((target.truths.length * shown.length) / MOST_POINTS);
  return html`<h3><bdi>${target.name}</bdi></h3>
${every > 1 && html`<p class="note">The scatter plot shows every ${ordinal(every)} ${set} sample; the histogram counts all.</p>`}
<div class="pair">${scatter(target, every)}${residuals(target)}</div>`;
})}
</section>`;
}

function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return n + ending;
}

const WIDTH = 480;
const HEIGHT = 400;
const FRAME = { left: 62, right: WIDTH - 14, top: 26, bottom: HEIGHT - 42 };

const round = (value: number) => Math.round(10 * value) / 10;

function frameOf(
  xLabel: string,
  yLabel: string,
  x: ReturnType<typeof makeAxis>,
  y: ReturnType<typeof makeAxis>,
) {
  const { left, right, top, bottom } = FRAME;
  return html`<text class="label" x="0" y="12">${yLabel}</text><text class="label middle" x="${(left + right) / 2}" y="${bottom + 36}">${xLabel}</text>
${y.ticks(6).map(({ at, text }) => html`<path class="grid" d="M${left} ${round(at)}H${right}"/><text class="tick end" x="${left - 7}" y="${round(at + 4)}">${text}</text>`)}
${x.ticks(6).map(({ at, text }) => html`<path class="grid" d="M${round(at)} ${top}V${bottom}"/><text class="tick middle" x="${round(at)}" y="${bottom + 18}">${text}</text>`)}
<path class="base" d="M${left} ${bottom}H${right}"/>`;
}

function scatter({ name, truths, predictions }: NumberTarget, every: number): Markup {
  const values = [...Array.from(truths), ...Array.from(predictions)].filter(Number.isFinite);
  const [low = 0, high = 1] = extent(values);
  const margin = 0.03 * (high - low) || 0.5;
  const spec = { label: name, kind: "linear", domain: [low - margin, high + margin] } as const;
  const x = makeAxis(spec, FRAME.left, FRAME.right);
  const y = makeAxis(spec, FRAME.bottom, FRAME.top);
  const indices = Array.from({ length: Math.ceil(truths.length / every) }, (_, i) => i * every);
  const drawn = indices.filter((i) => Number.isFinite(truths[i]) && Number.isFinite(predictions[i]));
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`Predicted against true ${name}`}">
${frameOf("true", "predicted", x, y)}
${drawn.map((i) => html`<circle class="point" cx="${round(x.at(truths[i]))}" cy="${round(y.at(predictions[i]))}" r="2.5"><title>#${i}: true ${figure(truths[i])}, predicted ${figure(predictions[i])}</title></circle>`)}
<path class="truth" d="M${FRAME.left} ${FRAME.bottom}L${FRAME.right} ${FRAME.top}"/>
</svg>`;
}

function residuals({ name, truths, predictions }: NumberTarget): Markup {
  const errors = Array.from(truths, (truth, i) => predictions[i] - truth).filter(Number.isFinite);
  const [low = 0, high = 0] = extent(errors);
  const span = low < high ? ([low, high] as const) : ([low - 0.5, high + 0.5] as const);
  const bars = Math.min(60, Math.max(1, thresholdScott(errors, low, high) || 1));
  const bins = bin()
    .domain([span[0], span[1]])
    .thresholds(ticks(span[0], span[1], bars))(errors);
  const x = makeAxis({ label: "", kind: "linear", domain: span }, FRAME.left, FRAME.right);
  const tallest = Math.max(1, ...bins.map(({ length }) => length));
  const y = makeAxis({ label: "", kind: "linear", domain: [0, 1.05 * tallest] }, FRAME.bottom, FRAME.top);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`Histogram of the residuals of ${name}`}">
${frameOf("residual (predicted − true)", "samples", x, y)}
${bins.map((items) => {
  const [from, to, top] = [x.at(items.x0 ?? 0), x.at(items.x1 ?? 0), y.at(items.length)];
  return html`<rect class="bar" x="${round(from + 0.5)}" y="${round(top)}" width="${round(Math.max(0.5, to - from - 1))}" height="${round(FRAME.bottom - top)}"><title>${figure(items.x0 ?? 0)} to ${figure(items.x1 ?? 0)}: ${count(items.length)}</title></rect>`;
})}
<path class="truth" d="M${round(x.at(0))} ${FRAME.top}V${FRAME.bottom}"/>
</svg>`;
}
