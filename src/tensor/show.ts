import { type Shape, showShape } from "./shape.js";
import type { Tensor } from "./tensor.js";

/** More elements than this are abbreviated to the first and last few of each axis. */
const MANY = 200;
const EDGE = 3;

/** How Node prints a tensor: dtype, shape and the elements, aligned in columns. */
export function show(x: Tensor, element: (offset: number) => number): string {
  const head = `Tensor ${x.dtype} ${showShape(x.shape)}`;
  if (x.isFreed) return `${head} (freed)`;
  const { strides } = x;
  const text = (offset: number) => {
    const value = element(offset);
    if (x.dtype === "bool") return value === 0 ? "false" : "true";
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  };
  const picks = x.shape.map((length) => pick(length, x.size > MANY));
  const widest = widestOf(x.shape, strides, picks, 0, 0, text);
  return `${head} ${nest(x.shape, strides, picks, 0, 0, (offset) => text(offset).padStart(widest))}`;
}

/** Indices of one axis to print; -1 stands for the ones left out. */
function pick(length: number, abbreviate: boolean): number[] {
  const all = Array.from({ length }, (_, i) => i);
  return abbreviate && length > 2 * EDGE ? [...all.slice(0, EDGE), -1, ...all.slice(-EDGE)] : all;
}

function widestOf(
  shape: Shape,
  strides: Shape,
  picks: number[][],
  axis: number,
  offset: number,
  text: (offset: number) => string,
): number {
  if (axis === shape.length) return text(offset).length;
  let widest = 0;
  for (const i of picks[axis])
    if (i >= 0)
      widest = Math.max(widest, widestOf(shape, strides, picks, axis + 1, offset + i * strides[axis], text));
  return widest;
}

function nest(
  shape: Shape,
  strides: Shape,
  picks: number[][],
  axis: number,
  offset: number,
  text: (offset: number) => string,
): string {
  if (axis === shape.length) return text(offset);
  const inner = axis === shape.length - 1;
  const parts = picks[axis].map((i) =>
    i < 0 ? "…" : nest(shape, strides, picks, axis + 1, offset + i * strides[axis], text),
  );
  return `[${parts.join(inner ? ", " : `,\n${" ".repeat(axis + 1)}`)}]`;
}
