import { TuttiError } from "../errors.js";

/** Lengths of the axes, outermost first; `[]` for a scalar. */
export type Shape = readonly number[];

/** One axis, several, or all when absent; negative ones count from the end. */
export type Axes = number | readonly number[];

/** Most axes a tensor may have: what the kernels walk over. */
export const MAX_DIMS = 32;

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let d = 0; d < shape.length; d++) size *= shape[d];
  return size;
}

/** Steps in elements between neighbours along each axis of a row-major array without gaps. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d];
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let d = 0; d < a.length; d++) if (a[d] !== b[d]) return false;
  return true;
}

export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/**
 * The shape that `a` and `b` broadcast to: axes are matched from the last one, and a length of 1 is repeated (the rule of NumPy).
 *
 * @throws TuttiError `shape` naming `caller` and both shapes.
 */
export function broadcastShapes(caller: string, a: Shape, b: Shape): Shape {
  const ndim = Math.max(a.length, b.length);
  const result = new Array<number>(ndim);
  for (let d = 1; d <= ndim; d++) {
    const m = d <= a.length ? a[a.length - d] : 1;
    const n = d <= b.length ? b[b.length - d] : 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new TuttiError(
        "shape",
        `${caller}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast: ` +
          `axis ${-d} has lengths ${m} and ${n}, which must be equal or one of them 1`,
        { a, b },
      );
    }
    result[ndim - d] = m === 1 ? n : m;
  }
  return sameShape(result, a) ? a : result;
}

/** Checks that `shape` is a list of lengths, and returns a copy of its own. */
export function checkShape(caller: string, shape: Shape): number[] {
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0))
    throw new TuttiError(
      "shape",
      `${caller}: shape is ${JSON.stringify(shape)}, expected an array of integers >= 0`,
      { shape },
    );
  if (shape.length > MAX_DIMS)
    throw new TuttiError(
      "shape",
      `${caller}: shape has ${shape.length} axes, at most ${MAX_DIMS} are possible`,
      {
        shape,
      },
    );
  return [...shape];
}

/** An axis of a tensor with `ndim` axes as a number from 0 to ndim - 1. */
export function normalizeAxis(caller: string, axis: number, ndim: number): number {
  if (!Number.isInteger(axis) || axis < -ndim || axis >= ndim)
    throw new TuttiError(
      "argument",
      `${caller}: axis is ${axis}, expected an integer from ${-ndim} to ${ndim - 1} for a tensor with ${ndim} axes`,
      { axis, ndim },
    );
  return axis < 0 ? axis + ndim : axis;
}

/** Axes in ascending order, each named once; all axes when `axes` is absent. */
export function normalizeAxes(caller: string, axes: Axes | undefined, ndim: number): number[] {
  if (axes === undefined) return Array.from({ length: ndim }, (_, d) => d);
  if (typeof axes === "number") return [normalizeAxis(caller, axes, ndim)];
  const sorted = axes.map((axis) => normalizeAxis(caller, axis, ndim)).sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++)
    if (sorted[i] === sorted[i - 1])
      throw new TuttiError(
        "argument",
        `${caller}: axes ${JSON.stringify(axes)} name axis ${sorted[i]} twice`,
        {
          axes,
        },
      );
  return sorted;
}
