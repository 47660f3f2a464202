// Fields at several times: beside each other, or one after the other as an animation, all in the same colours.

import { bands, colour, type Field, strongest, svg } from "./drawing.js";

/** A field at a time. */
export interface Frame extends Field {
  /** In seconds. */
  readonly time: number;
}

const COLUMNS = 2;
/** Shares of a frame's width. */
const GAP = 0.04;
const LETTERS = 0.06;

/** The frames in two columns, each with its time, above a bar of the colours. */
export function sideBySide(frames: readonly Frame[]): string {
  const [{ nx, ny }] = frames;
  const [gap, letters, most] = [GAP * nx, LETTERS * nx, colourScale(frames)];
  const rows = Math.ceil(frames.length / COLUMNS);
  const [across, down] = [nx + gap, ny + letters + gap];
  const parts = frames.map((frame, k) => {
    const [column, row] = [k % COLUMNS, Math.floor(k / COLUMNS)];
    return `<g transform="translate(${column * across} ${row * down + letters})">${titled(frame, most, letters)}</g>`;
  });
  const bar = colourBar(COLUMNS * across - gap, letters, most);
  parts.push(`<g transform="translate(0 ${rows * down})">${bar}</g>`);
  return svg(COLUMNS * across - gap, rows * down + 2.5 * letters, parts.join("\n"));
}

/** The frames one after the other, each shown for half a second, again and again (SMIL). */
export function animation(frames: readonly Frame[]): string {
  const [{ nx, ny }] = frames;
  const [letters, most, n] = [LETTERS * nx, colourScale(frames), frames.length];
  const parts = frames.map((frame, k) => {
    const shown = frames.map((_, at) => (at === k ? "inline" : "none")).join(";");
    const timing = `values="${shown}" dur="${0.5 * n}s" calcMode="discrete" repeatCount="indefinite"`;
    const drawing = `<g transform="translate(0 ${letters})">${titled(frame, most, letters)}</g>`;
    return `<g display="none"><animate attributeName="display" ${timing}/>\n${drawing}</g>`;
  });
  return svg(nx, ny + letters, parts.join("\n"));
}

/** What has the strongest colour: the median of the frames' strongest values. What is stronger has it too. */
function colourScale(frames: readonly Frame[]): number {
  const sorted = Float64Array.from(frames, ({ values }) => strongest(values)).sort();
  return sorted[sorted.length >> 1];
}

function titled(frame: Frame, most: number, letters: number): string {
  const { nx, ny, time } = frame;
  const edge = `<path fill="none" stroke="grey" stroke-width="${nx / 400}" d="M0 0h${nx}v${ny}h${-nx}z"/>`;
  return `${text(0, -0.25 * letters, letters, "start", `${time.toFixed(1)} s`)}\n${bands(frame, most)}\n${edge}`;
}

/** A bar from the most negative to the most positive colour with their values. */
function colourBar(width: number, letters: number, most: number): string {
  const [parts, length] = [20, width / 2];
  const part = length / (2 * parts + 1);
  const boxes = Array.from({ length: 2 * parts + 1 }, (_, k) => {
    const x = ((width - length) / 2 + k * part).toFixed(2);
    return `<rect x="${x}" y="0" width="${(1.02 * part).toFixed(2)}" height="${letters}" fill="${colour((k - parts) / parts)}"/>`;
  });
  const value = most.toExponential(1);
  const [left, right, below] = [(width - length) / 2, (width + length) / 2, 0.8 * letters];
  boxes.push(text(left - letters / 2, below, letters, "end", `−${value}`));
  boxes.push(text(right + letters / 2, below, letters, "start", value));
  return boxes.join("\n");
}

function text(x: number, y: number, size: number, anchor: "start" | "end", content: string): string {
  return `<text x="${x}" y="${y}" font-family="sans-serif" font-size="${0.8 * size}" text-anchor="${anchor}">${content}</text>`;
}
