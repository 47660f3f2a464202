import { line } from "d3-shape";
import { type Axis, type AxisSpec, makeAxis } from "./axis.js";
import { html, type Markup } from "./html.js";
import { decimate, type Point } from "./series.js";

/** One curve of a chart. Points are in order of x; those that are not finite interrupt the line. */
export interface Series {
  readonly name: string;
  /** Number of its colour in the palette. */
  readonly colour: 1 | 2 | 3;
  /** "faint" is for raw values behind a smoothed line, "marks" draws every point. */
  readonly style: "line" | "faint" | "marks";
  readonly points: readonly Point[];
}

export interface ChartSpec {
  /** Heading inside the picture, for pictures that stand alone. */
  readonly title?: string;
  /** The chart in a sentence, for people who do not see it. */
  readonly description: string;
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  readonly series: readonly Series[];
  /** Marks above the plot, such as ends of epochs. */
  readonly above?: readonly { readonly x: number; readonly text: string }[];
  /** Whether parts of the plot answer the pointer with their values. */
  readonly tooltips: boolean;
}

/** Mean width of a character at the size of chart text; legends and margins are laid out with it. */
const CHARACTER = 6.3;

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * A line chart as an SVG element of `width` × `height` units, styled by the classes of `assets/chart.css`.
 * Text is 12 units high, so draw at the size at which it will be shown. `padding` units are added on every side.
 */
export function lineChart(spec: ChartSpec, width: number, height: number, padding = 0): Markup {
  // Ticks of logarithmic axes carry more: their steps are not equal.
  const tickCount = Math.max(3, Math.round(height / (spec.y.kind === "linear" ? 60 : 40)));
  const texts = makeAxis(spec.y, 0, height).ticks(tickCount);
  // The label of the axis may say already what a curve is.
  const legend = layOutLegend(
    spec.series.filter(({ name }) => name !== spec.y.label),
    width,
  );
  const frame: Frame = {
    left: 12 + CHARACTER * Math.max(...texts.map(({ text }) => text.length), 3),
    right: width - 14,
    top: (spec.title ? 30 : 0) + 20 * legend.rows + 26 + (spec.above ? 16 : 0),
    bottom: height - 38,
  };
  const x = makeAxis(spec.x, frame.left, frame.right);
  const y = makeAxis(spec.y, frame.bottom, frame.top);
  const legendTop = spec.title ? 30 : 0;
  const [outerWidth, outerHeight] = [width + 2 * padding, height + 2 * padding];
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="${-padding} ${-padding} ${outerWidth} ${outerHeight}" width="${outerWidth}" height="${outerHeight}" role="img" aria-label="${spec.description}">
${spec.title && html`<text class="title" x="0" y="16">${spec.title}</text>`}
${legend.items.map((item) => html`<g transform="translate(${item.x} ${legendTop + item.y})">${swatch(item.series)}<text x="24" y="11">${item.series.name}</text></g>`)}
<text class="label" x="0" y="${frame.top - (spec.above ? 28 : 12)}">${spec.y.label}</text>
${y
  .ticks(tickCount)
  .map(
    ({ at, text }) =>
      html`<path class="grid" d="M${frame.left} ${round(at)}H${frame.right}"/><text class="tick end" x="${frame.left - 7}" y="${round(at + 4)}">${text}</text>`,
  )}
${horizontalAxis(spec, x, frame)}
${spec.above && marksAbove(spec.above, x, frame)}
${spec.series.map((series) => drawSeries(series, x, y, frame))}
${spec.tooltips && tooltips(spec, x, frame)}
</svg>`;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function layOutLegend(series: readonly Series[], width: number) {
  const items: { series: Series; x: number; y: number }[] = [];
  let [x, row] = [0, 0];
  for (const one of series) {
    const needed = 24 + CHARACTER * one.name.length;
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    items.push({ series: one, x, y: 20 * row });
    x += needed + 18;
  }
  return { items, rows: items.length > 0 ? row + 1 : 0 };
}

function swatch({ style, colour }: Series): Markup {
  return html`<path class="swatch ${style} c${colour}" d="M1 7H16"/>${style === "marks" && html`<circle class="dot c${colour}" cx="8.5" cy="7" r="3.2"/>`}`;
}

function horizontalAxis(spec: ChartSpec, x: Axis, { left, right, bottom }: Frame): Markup {
  const ticks = x.ticks(Math.max(3, Math.floor((right - left) / 85)));
  return html`<path class="base" d="M${left} ${bottom}H${right}"/>${ticks.map(({ at, text }) => {
    const end = at + (CHARACTER * text.length) / 2 > right + 12;
    return html`<path class="base" d="M${round(at)} ${bottom}v4"/><text class="tick ${end ? "end" : "middle"}" x="${end ? right + 12 : round(at)}" y="${bottom + 17}">${text}</text>`;
  })}<text class="label middle" x="${round((left + right) / 2)}" y="${bottom + 34}">${spec.x.label}</text>`;
}

function marksAbove(marks: NonNullable<ChartSpec["above"]>, x: Axis, { top, bottom }: Frame): Markup {
  return html`${marks.map((mark) => {
    const at = round(x.at(mark.x));
    return html`<path class="epoch" d="M${at} ${top}V${bottom}"/><text class="tick middle" x="${at}" y="${top - 5}">${mark.text}</text>`;
  })}`;
}

function drawSeries({ points, style, colour }: Series, x: Axis, y: Axis, { left, right }: Frame): Markup {
  const drawn = decimate(points, Math.round((right - left) / 2));
  const path = line<Point>(
    (point) => x.at(point.x),
    (point) => y.at(point.y),
  )
    .defined((point) => Number.isFinite(point.y))
    .digits(1);
  const dots = style === "marks" && drawn.length <= 60 ? drawn : [];
  return html`<path class="${style} c${colour}" d="${path(drawn as Point[])}"/>${dots
    .filter((point) => Number.isFinite(point.y))
    .map(
      (point) =>
        html`<circle class="dot c${colour}" cx="${round(x.at(point.x))}" cy="${round(y.at(point.y))}" r="3.2"/>`,
    )}`;
}

/** Upright strips over the plot, each with the mean values of its stretch of x as the browser's own tooltip. */
function tooltips(spec: ChartSpec, x: Axis, { left, right, top, bottom }: Frame): Markup {
  const named = spec.series.filter(({ style }) => style !== "faint");
  const most = Math.max(...named.map(({ points }) => points.length));
  const strips = Math.max(1, Math.min(most, Math.floor((right - left) / 10)));
  const width = (right - left) / strips;
  const format = (axis: AxisSpec, value: number) =>
    axis.format?.(value) ?? String(Number(value.toPrecision(4)));
  const stripOf = (point: Point) => Math.min(strips - 1, Math.floor((x.at(point.x) - left) / width));
  const texts = Array.from({ length: strips }, () => [] as string[]);
  for (const series of named) {
    const groups = Array.from({ length: strips }, () => [] as Point[]);
    for (const point of series.points) if (Number.isFinite(point.y)) groups[stripOf(point)].push(point);
    groups.forEach((group, strip) => {
      if (group.length === 0) return;
      const mean = group.reduce((sum, point) => sum + point.y, 0) / group.length;
      const middle = group[group.length >> 1];
      if (texts[strip].length === 0) texts[strip].push(`${spec.x.label} ${format(spec.x, middle.x)}`);
      texts[strip].push(`${series.name}: ${format(spec.y, mean)}`);
    });
  }
  return html`${texts.map(
    (lines, strip) =>
      lines.length > 0 &&
      html`<g class="strip"><title>${lines.join("\n")}</title><rect x="${round(left + strip * width)}" y="${top}" width="${round(width)}" height="${bottom - top}"/></g>`,
  )}`;
}
