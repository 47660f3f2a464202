import { TuttiError } from "../errors.js";
import { asTensor, type TensorLike } from "./create.js";
import {
  type Axes,
  broadcastShapes,
  checkShape,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
} from "./shape.js";
import { clone, stridedView } from "./strided.js";
import { pointerOf, type Tensor, viewOf } from "./tensor.js";
import { record, recording } from "./trace.js";

function traced(name: string, x: Tensor, params: unknown, y: Tensor): Tensor {
  if (recording && x.node !== null) record(name, [x], params, y);
  return y;
}

/**
 * The same elements in row-major order with another shape; one length may be −1 and follows from the others.
 * A view where the layout allows it, else a copy.
 *
 * @throws TuttiError `shape` if the numbers of elements differ.
 */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const from = asTensor(x);
  const to = inferLength(from, shape);
  if (from.layout === null)
    return traced(
      "reshape",
      from,
      null,
      viewOf(from, to, from.size, null, pointerOf(from, "reshape"), "reshape"),
    );
  const strides = stridesAfterReshape(from.shape, from.layout, to);
  if (strides !== null) return traced("reshape", from, null, stridedView(from, to, strides, 0, "reshape"));
  return reshape(clone(from), to);
}

function inferLength(x: Tensor, shape: Shape): Shape {
  const hole = shape.indexOf(-1);
  const to = checkShape("reshape", hole < 0 ? shape : shape.with(hole, 1));
  const known = sizeOf(to);
  if (hole >= 0 && known > 0) to[hole] = x.size / known;
  if (!to.every(Number.isInteger) || sizeOf(to) !== x.size)
    throw new TuttiError(
      "shape",
      `reshape: shape ${showShape(x.shape)} has ${x.size} elements and cannot become ${showShape(shape)}`,
      { from: x.shape, to: shape },
    );
  return to;
}

/**
 * Strides that show a strided array in another shape without a copy, or null if there are none: axes are matched in groups
 * of equal size, and a group can be divided anew if its axes follow each other in memory.
 */
function stridesAfterReshape(shape: Shape, strides: Shape, to: Shape): number[] | null {
  const axes = shape
    .map((length, d) => ({ length, stride: strides[d] }))
    .filter(({ length }) => length !== 1);
  const result = new Array<number>(to.length).fill(0);
  let next = 0;
  for (let d = 0; d < to.length; ) {
    let wanted = to[d];
    let end = d + 1;
    if (wanted === 1) {
      d = end;
      continue;
    }
    const first = next;
    let size = axes[next++].length;
    while (size !== wanted) {
      if (size < wanted) size *= axes[next++].length;
      else wanted *= to[end++];
    }
    for (let i = first; i < next - 1; i++)
      if (axes[i].stride !== axes[i + 1].stride * axes[i + 1].length) return null;
    let stride = axes[next - 1].stride;
    for (let e = end - 1; e >= d; e--) {
      result[e] = stride;
      stride *= to[e];
    }
    d = end;
  }
  return result;
}

/**
 * A view with the axes in another order: `order[d]` is the axis of `x` that becomes axis d. Without `order` they are reversed.
 *
 * @throws TuttiError `argument` if `order` does not name every axis once.
 */
export function transpose(x: TensorLike, order?: readonly number[]): Tensor {
  const from = asTensor(x);
  const { ndim } = from;
  const axes =
    order === undefined
      ? Array.from({ length: ndim }, (_, d) => ndim - 1 - d)
      : order.map((axis) => normalizeAxis("transpose", axis, ndim));
  if (axes.length !== ndim || new Set(axes).size !== ndim)
    throw new TuttiError(
      "argument",
      `transpose: order is ${showShape(order ?? [])}, expected each axis of shape ${showShape(from.shape)} once`,
      { order, shape: from.shape },
    );
  const { strides } = from;
  const y = stridedView(
    from,
    axes.map((axis) => from.shape[axis]),
    axes.map((axis) => strides[axis]),
    0,
    "transpose",
  );
  return traced("transpose", from, { order: axes }, y);
}

/** A view with the last two axes exchanged: the transposes of a stack of matrices. */
export function matrixTranspose(x: Tensor): Tensor {
  const { shape, ndim } = x;
  if (ndim < 2)
    throw new TuttiError("shape", `matrixTranspose: shape ${showShape(shape)} has fewer than 2 axes`, {
      shape,
    });
  if (ndim > 2) {
    const order = Array.from({ length: ndim }, (_, d) => d);
    order[ndim - 2] = ndim - 1;
    order[ndim - 1] = ndim - 2;
    return transpose(x, order);
  }
  const { strides } = x;
  const y = stridedView(x, [shape[1], shape[0]], [strides[1], strides[0]], 0, "transpose");
  return traced("transpose", x, SWAPPED, y);
}

const SWAPPED = { order: [1, 0] };

/**
 * A view repeated along new axes and axes of length 1 up to `shape`, by NumPy's rule.
 *
 * @throws TuttiError `shape` if `x` does not broadcast to it.
 */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const from = asTensor(x);
  if (sameShape(from.shape, shape)) return from;
  const missing = shape.length - from.ndim;
  if (missing < 0 || !sameShape(broadcastShapes("broadcastTo", from.shape, shape), shape))
    throw new TuttiError(
      "shape",
      `broadcastTo: shape ${showShape(from.shape)} does not broadcast to ${showShape(shape)}`,
      { from: from.shape, to: shape },
    );
  const own = from.strides;
  const strides = shape.map((_, d) => (d < missing || from.shape[d - missing] === 1 ? 0 : own[d - missing]));
  return traced("broadcastTo", from, null, stridedView(from, shape, strides, 0, "broadcastTo"));
}

/** A view without the axes of length 1, or without those named. @throws TuttiError `shape` if one named is longer. */
export function squeeze(x: TensorLike, axes?: Axes): Tensor {
  const from = asTensor(x);
  const named = axes === undefined ? null : normalizeAxes("squeeze", axes, from.ndim);
  for (const axis of named ?? [])
    if (from.shape[axis] !== 1)
      throw new TuttiError(
        "shape",
        `squeeze: axis ${axis} of shape ${showShape(from.shape)} has length ${from.shape[axis]}, expected 1`,
        { axis, shape: from.shape },
      );
  const gone = (d: number) => (named === null ? from.shape[d] === 1 : named.includes(d));
  return reshape(
    from,
    from.shape.filter((_, d) => !gone(d)),
  );
}

/** A view with axes of length 1 put in, so that they are at the places `axes` of the result. */
export function expandDims(x: TensorLike, axes: Axes): Tensor {
  const from = asTensor(x);
  const added = typeof axes === "number" ? 1 : axes.length;
  const places = normalizeAxes("expandDims", axes, from.ndim + added);
  const shape = [...from.shape];
  for (const place of places) shape.splice(place, 0, 1);
  return reshape(from, shape);
}

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
  return traced("slice", x, params, y);
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
