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

function colour(share: number): string {
  const pale = Math.round(255 * (1 - Math.abs(share)));
  return share > 0 ? `rgb(255,${pale},${pale})` : `rgb(${pale},${pale},255)`;
}

/** An SVG document of so many units, shown about 800 pixels wide. */
export function svg(width: number, height: number, content: string): string {
  const scale = 800 / width;
  const size = `width="800" height="${Math.round(height * scale)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${size}>\n${content}\n</svg>\n`;
}

/**
 * A curve through points, with axes, their largest values, and names.
 *
 * @param log whether y grows by factors along its axis, with a line at each power of ten; all ys must be above 0
 */
export function plot(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  labels: { readonly x: string; readonly y: string },
  { log = false }: { readonly log?: boolean } = {},
): string {
  const [width, height, margin] = [800, 400, 90];
  const scale = (values: ArrayLike<number>, from: number, to: number, floor: number) => {
    const all = Array.from(values);
    const [low, high] = [Math.min(floor, ...all), Math.max(...all)];
    const place = (value: number) => from + ((value - low) / (high - low || 1)) * (to - from);
    return { low, high, place };
  };
  const heights = log ? Array.from(ys, Math.log10) : ys;
  const x = scale(xs, margin, width - 20, 0);
  const y = scale(heights, height - margin, 20, log ? Number.POSITIVE_INFINITY : 0);
  const points = Array.from(
    xs,
    (value, i) => `${x.place(value).toFixed(1)},${y.place(heights[i]).toFixed(1)}`,
  );
  const text = (at: string, content: string) => `<text ${at} font-family="sans-serif">${content}</text>`;
  const round = (value: number) => Number((log ? 10 ** value : value).toPrecision(4));
  const lines: number[] = log ? [] : [0];
  if (log) for (let power = Math.ceil(y.low); power <= y.high; power++) lines.push(power);
  return svg(
    width,
    height,
    [
      `<path fill="none" stroke="grey" d="M${margin} 20V${height - margin}H${width - 20}"/>`,
      ...lines.map(
        (line) => `<path fill="none" stroke="lightgrey" d="M${margin} ${y.place(line)}H${width - 20}"/>`,
      ),
      `<polyline fill="none" stroke="crimson" stroke-width="2" points="${points.join(" ")}"/>`,
      text(`x="${width / 2}" y="${height - 15}" text-anchor="middle"`, labels.x),
      text(`x="15" y="15"`, labels.y),
      text(`x="${width - 20}" y="${height - 40}" text-anchor="end"`, `${Number(x.high.toPrecision(4))}`),
      text(`x="${margin - 5}" y="32" text-anchor="end"`, `${round(y.high)}`),
      text(`x="${margin - 5}" y="${height - margin}" text-anchor="end"`, `${round(y.low)}`),
    ].join("\n"),
  );
}
