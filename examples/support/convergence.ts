// Pictures of how methods of minimisation find their way: over the plane, and over their evaluations.

import { bands, svg } from "./drawing.js";

/** Where a method has been: the points of its iterations, the value there, and the evaluations until then. */
export interface Trace {
  readonly method: string;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly value: number;
    readonly evaluations: number;
  }[];
}

const FONT = `font-family="sans-serif"`;
const WHITE = `<rect width="100%" height="100%" fill="white"/>`;
const [COLUMNS, PANEL, GAP] = [3, 250, 30];

/** The part of the plane that is shown. */
export interface Window {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** A panel for each method: the function in bands of colour, dark where it is large, and the way over it. */
export function pathsPicture(
  traces: readonly Trace[],
  f: (x: number, y: number) => number,
  { x, y }: Window,
): string {
  const n = 125;
  const values = Float64Array.from({ length: n * n }, (_, k) => {
    const at = (range: readonly [number, number], i: number) =>
      range[0] + ((i + 0.5) / n) * (range[1] - range[0]);
    return -Math.log1p(f(at(x, k % n), at(y, Math.floor(k / n))));
  });
  const field = bands({ values, nx: n, ny: n });
  const place = (value: number, [low, high]: readonly [number, number]) =>
    ((value - low) / (high - low)) * PANEL;
  const panels = traces.map(({ method, points }, i) => {
    const [left, top] = [(i % COLUMNS) * (PANEL + GAP), Math.floor(i / COLUMNS) * (PANEL + GAP) + GAP];
    const way = apart(points.map((point) => [place(point.x, x), PANEL - place(point.y, y)]));
    const dots = way.map((at) => `M${at}h0`).join("");
    const last = points[points.length - 1];
    return [
      `<g transform="translate(${left} ${top})">`,
      `<text y="-8" font-size="14" ${FONT}>${method}: ${last.evaluations} evaluations</text>`,
      `<svg width="${PANEL}" height="${PANEL}"><g opacity=".55"><use href="#field"/></g>`,
      `<polyline fill="none" stroke="black" stroke-width="1" points="${way.join(" ")}"/>`,
      `<path stroke="black" stroke-width="4" stroke-linecap="round" d="${dots}"/></svg>`,
      `<rect fill="none" stroke="grey" width="${PANEL}" height="${PANEL}"/></g>`,
    ].join("\n");
  });
  const rows = Math.ceil(traces.length / COLUMNS);
  const definition = `<defs><g id="field" transform="scale(${PANEL / n})">${field}</g></defs>`;
  return svg(
    COLUMNS * (PANEL + GAP),
    rows * (PANEL + GAP) + GAP / 2,
    [WHITE, definition, ...panels].join("\n"),
  );
}

/** Distinguishable to most eyes: Okabe and Ito's, and grey. */
const COLOURS = [
  "#000000",
  "#e69f00",
  "#56b4e9",
  "#009e73",
  "#d55e00",
  "#0072b2",
  "#cc79a7",
  "#999999",
  "#b2a300",
];

/** The value, on a logarithmic scale down to `floor`, over evaluations. */
export function valuesPicture(traces: readonly Trace[], floor: number): string {
  const [width, height, left, bottom, right] = [840, 460, 70, 410, 700];
  const most = Math.max(...traces.flatMap(({ points }) => points.map(({ evaluations }) => evaluations)));
  const highest = Math.max(...traces.map(({ points }) => points[0].value));
  const decade = (value: number) => Math.log10(Math.max(floor, value));
  const across = (evaluations: number) => left + (evaluations / most) * (right - left);
  const down = (value: number) =>
    20 + ((decade(highest) - decade(value)) / (decade(highest) - decade(floor))) * (bottom - 20);
  const lines: string[] = [];
  for (let power = Math.ceil(decade(floor)); power <= decade(highest); power += 2) {
    const y = down(10 ** power).toFixed(1);
    lines.push(`<path stroke="#ddd" d="M${left} ${y}H${right}"/>`);
    lines.push(
      `<text x="${left - 6}" y="${y}" dy="4" text-anchor="end" font-size="12" ${FONT}>1e${power}</text>`,
    );
  }
  const apartBy = 10 ** Math.floor(Math.log10(most)) / 5;
  for (let evaluations = 0; evaluations <= most; evaluations += apartBy) {
    const x = across(evaluations).toFixed(1);
    lines.push(`<path stroke="#ddd" d="M${x} 20V${bottom}"/>`);
    lines.push(
      `<text x="${x}" y="${bottom + 18}" text-anchor="middle" font-size="12" ${FONT}>${evaluations}</text>`,
    );
  }
  const labels = [
    `<text x="${(left + right) / 2}" y="${bottom + 38}" text-anchor="middle" font-size="13" ${FONT}>evaluations of the value, the gradient, or a product with the Hessian</text>`,
    `<text x="6" y="14" font-size="13" ${FONT}>value</text>`,
  ];
  const curves = traces.flatMap(({ method, points }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const at = apart(points.map(({ value, evaluations }) => [across(evaluations), down(value)]));
    const y = 34 + 22 * i;
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${at.join(" ")}"/>`,
      `<path stroke="${colour}" stroke-width="3" d="M${right + 20} ${y - 4}h22"/><text x="${right + 48}" y="${y}" font-size="13" ${FONT}>${method}</text>`,
    ];
  });
  return svg(width, height, [WHITE, ...lines, ...labels, ...curves].join("\n"));
}

/** Places as SVG writes them, without those that nobody could tell from the one before. */
function apart(places: readonly (readonly number[])[]): string[] {
  const kept: (readonly number[])[] = [];
  for (const [i, [x, y]] of places.entries()) {
    const last = kept.at(-1);
    if (last === undefined || i === places.length - 1 || Math.hypot(x - last[0], y - last[1]) > 1.5)
      kept.push([x, y]);
  }
  return kept.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
}
