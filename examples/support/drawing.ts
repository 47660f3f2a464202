// Pictures of fields and curves as SVG, written by hand: nothing to install, and a browser shows them.

/** A field on a grid: `values[j * nx + i]` at column i and row j, rows from the bottom to the top. */
export interface Field {
  readonly values: Float64Array;
  readonly nx: number;
  readonly ny: number;
}

const BANDS = 20;

/**
 * Paths of a field in bands of colour, one grid point wide a unit: blue for the most negative, white for 0, red for the
 * most positive value.
 *
 * @param most the absolute value of the strongest colour; the field's own if absent
 */
export function bands({ values, nx, ny }: Field, most = strongest(values)): string {
  const bandOf = (value: number) => Math.max(-BANDS, Math.min(BANDS, Math.round((value / most) * BANDS)));
  const paths = new Map<number, string>();
  for (let j = 0; j < ny; j++) {
    for (let i = 0, start = 0; start < nx; start = i) {
      const band = bandOf(values[j * nx + start]);
      for (i = start + 1; i < nx && bandOf(values[j * nx + i]) === band; ) i++;
      // y grows upwards in the field and downwards in a drawing; white is the paper
      if (band !== 0)
        paths.set(band, `${paths.get(band) ?? ""}M${start} ${ny - 1 - j}h${i - start}v1h${start - i}z`);
    }
  }
  const sorted = Array.from(paths).sort(([a], [b]) => a - b);
  return sorted.map(([band, d]) => `<path fill="${colour(band / BANDS)}" d="${d}"/>`).join("\n");
}

/** The largest absolute value; tiny for a field of zeros. */
export function strongest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
}

/** The colour of a share from -1 to 1 of the strongest. */
export function colour(share: number): string {
  const pale = Math.round(255 * (1 - Math.abs(share)));
  return share > 0 ? `rgb(255,${pale},${pale})` : `rgb(${pale},${pale},255)`;
}

/** An SVG document of so many units, shown about 800 pixels wide. */
export function svg(width: number, height: number, content: string): string {
  const scale = 800 / width;
  const size = `width="800" height="${Math.round(height * scale)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${size}>\n${content}\n</svg>\n`;
}

/** A point of a curve to point at. */
export interface Mark {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

/**
 * A curve through points, with scales, names, and a mark.
 *
 * @param log whether y grows by factors along its axis; all ys must be above 0
 */
export function plot(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  labels: { readonly x: string; readonly y: string },
  { log = false, mark }: { readonly log?: boolean; readonly mark?: Mark } = {},
): string {
  const [width, height, margin] = [800, 400, 90];
  const [left, right, top, bottom] = [margin, width - 20, 30, height - margin];
  const across = axis(xs, left, right);
  const up = log ? logarithmicAxis(ys, bottom, top) : axis(ys, bottom, top);
  const text = (place: string, content: string | number) =>
    `<text ${place} font-family="sans-serif" font-size="14">${content}</text>`;
  const points = Array.from(xs, (x, i) => `${across.place(x).toFixed(1)},${up.place(ys[i]).toFixed(1)}`);
  const parts = [
    ...across.ticks.map(
      (x) => `<path stroke="lightgrey" d="M${across.place(x).toFixed(1)} ${top}V${bottom}"/>`,
    ),
    ...up.ticks.map((y) => `<path stroke="lightgrey" d="M${left} ${up.place(y).toFixed(1)}H${right}"/>`),
    `<path fill="none" stroke="grey" d="M${left} ${top}V${bottom}H${right}"/>`,
    `<polyline fill="none" stroke="crimson" stroke-width="2" points="${points.join(" ")}"/>`,
    ...across.ticks.map((x) =>
      text(`x="${across.place(x).toFixed(1)}" y="${bottom + 20}" text-anchor="middle"`, x),
    ),
    ...up.ticks.map((y) => text(`x="${left - 8}" y="${(up.place(y) + 5).toFixed(1)}" text-anchor="end"`, y)),
    text(`x="${(left + right) / 2}" y="${bottom + 50}" text-anchor="middle"`, labels.x),
    text(`x="15" y="18"`, labels.y),
  ];
  if (mark !== undefined) {
    const [x, y] = [across.place(mark.x), up.place(mark.y)];
    parts.push(`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="5" fill="black"/>`);
    parts.push(text(`x="${(x - 12).toFixed(1)}" y="${y.toFixed(1)}" text-anchor="end"`, mark.label));
  }
  return svg(width, height, parts.join("\n"));
}

/** Where numbers are along an axis of a drawing, and which of them are written beside it. */
interface Axis {
  place(value: number): number;
  readonly ticks: readonly number[];
}

/** An axis that begins at 0 or below. */
function axis(values: ArrayLike<number>, from: number, to: number): Axis {
  const all = Array.from(values);
  const [low, high] = [Math.min(0, ...all), Math.max(...all)];
  return {
    place: (value) => from + ((value - low) / (high - low || 1)) * (to - from),
    ticks: roundNumbers(low, high),
  };
}

/** An axis along which numbers grow by factors, with the powers of ten where there are some. */
function logarithmicAxis(values: ArrayLike<number>, from: number, to: number): Axis {
  const all = Array.from(values);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const range = Math.log(high / low) || 1;
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => Number(`1e${first + k}`));
  return {
    place: (value) => from + (Math.log(value / low) / range) * (to - from),
    ticks: powers.length > 1 ? powers : roundNumbers(low, high),
  };
}

/** About five round numbers from `low` to `high`. */
function roundNumbers(low: number, high: number): number[] {
  const rough = (high - low || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough)!;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}
