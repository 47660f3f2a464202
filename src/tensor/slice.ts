import { TuttiError } from "../errors.js";
import { asTensor, type TensorLike } from "./create.js";
import { squeeze } from "./reshape.js";
import { type Axes, normalizeAxes, normalizeAxis, type Shape, showShape } from "./shape.js";
import { stridedView } from "./strided.js";
import type { Tensor } from "./tensor.js";
import { recordView } from "./trace.js";

/** Part of an axis: all (`null`), one index (the axis goes), or from start up to but not including stop in steps. */
export type Range = null | number | readonly [start: number | null, stop?: number | null, step?: number];

/** @internal What a slice takes of each axis: `count` elements from `start` on, `step` apart. */
export interface SliceParams {
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly count: Shape;
}

/**
 * A view of part of a tensor, one range for each axis from the first on, as in NumPy: negative positions count from the end,
 * ranges past an end are cut there, a negative step goes backwards.
 *
 * @example slice(x, [1, 3], null, 0) // x[1:3, :, 0]
 * @throws TuttiError `index` if a single index is out of range, `argument` for more ranges than axes or a step of 0.
 */
export function slice(x: TensorLike, ...ranges: Range[]): Tensor {
  const from = asTensor(x);
  if (ranges.length > from.ndim)
    throw new TuttiError(
      "argument",
      `slice: ${ranges.length} ranges for shape ${showShape(from.shape)}, expected at most ${from.ndim}`,
      { ranges, shape: from.shape },
    );
  const start: number[] = [];
  const step: number[] = [];
  const count: number[] = [];
  for (let d = 0; d < from.ndim; d++) {
    const [first, by, length] = resolve(ranges[d] ?? null, from.shape, d);
    start.push(first);
    step.push(by);
    count.push(length);
  }
  const part = strideSlice(from, { start, step, count });
  const indexed = ranges.flatMap((range, d) => (typeof range === "number" ? [d] : []));
  return indexed.length === 0 ? part : squeeze(part, indexed);
}

function resolve(range: Range, shape: Shape, axis: number): [start: number, step: number, count: number] {
  const length = shape[axis];
  if (range === null) return [0, 1, length];
  if (typeof range === "number") {
    const i = range < 0 ? range + length : range;
    if (!Number.isInteger(i) || i < 0 || i >= length)
      throw new TuttiError(
        "index",
        `slice: index ${range} is not within axis ${axis} of shape ${showShape(shape)}`,
        { index: range, axis, shape },
      );
    return [i, 1, 1];
  }
  const [first = null, last = null, step = 1] = range;
  if (!Number.isInteger(step) || step === 0)
    throw new TuttiError(
      "argument",
      `slice: step ${step} of axis ${axis}, expected an integer other than 0`,
      {
        step,
        axis,
      },
    );
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const place = (i: number) => Math.min(high, Math.max(low, i < 0 ? i + length : i));
  const from = first === null ? (step > 0 ? low : high) : place(first);
  const to = last === null ? (step > 0 ? high : low) : place(last);
  if (!Number.isInteger(from) || !Number.isInteger(to))
    throw new TuttiError(
      "argument",
      `slice: range [${range.join(", ")}] of axis ${axis}, expected integers`,
      {
        range,
        axis,
      },
    );
  return [from, step, Math.max(0, Math.ceil((to - from) / step))];
}

/** @internal The slice primitive; `params` must be within the shape. */
export function strideSlice(x: Tensor, params: SliceParams): Tensor {
  const { strides } = x;
  let offset = 0;
  if (!params.count.includes(0))
    for (let d = 0; d < strides.length; d++) offset += params.start[d] * strides[d];
  const y = stridedView(
    x,
    params.count,
    strides.map((stride, d) => stride * params.step[d]),
    offset,
    "slice",
  );
  return recordView("slice", x, params, y);
}

/** A view with the order of the elements along `axes` (all when absent) reversed. */
export function flip(x: TensorLike, axes?: Axes): Tensor {
  const from = asTensor(x);
  const reversed = normalizeAxes("flip", axes, from.ndim);
  return slice(from, ...from.shape.map((_, d): Range => (reversed.includes(d) ? [null, null, -1] : null)));
}

/**
 * Views of consecutive parts along `axis`: that many equal ones, or parts of the given lengths.
 *
 * @throws TuttiError `shape` if the parts do not add up to the axis.
 */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  const from = asTensor(x);
  const at = normalizeAxis("split", axis, from.ndim);
  const length = from.shape[at];
  const lengths = typeof parts === "number" ? new Array<number>(parts).fill(length / parts) : parts;
  if (
    !lengths.every((n) => Number.isInteger(n) && n >= 0) ||
    lengths.reduce((sum, n) => sum + n, 0) !== length
  )
    throw new TuttiError(
      "shape",
      `split: axis ${axis} of shape ${showShape(from.shape)} cannot be split into ` +
        (typeof parts === "number" ? `${parts} equal parts` : `parts of lengths ${showShape(parts)}`),
      { parts, axis, shape: from.shape },
    );
  let end = 0;
  return lengths.map((n) => {
    const ranges: Range[] = new Array(at).fill(null);
    end += n;
    return slice(from, ...ranges, [end - n, end]);
  });
}
