import { TuttiError } from "../errors.js";
import { asTensor, type TensorLike } from "./create.js";
import { type Axes, checkShape, normalizeAxes, type Shape, showShape, sizeOf } from "./shape.js";
import { clone, stridedView } from "./strided.js";
import { pointerOf, type Tensor, viewOf } from "./tensor.js";
import { recordView } from "./trace.js";

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
    return recordView(
      "reshape",
      from,
      null,
      viewOf(from, to, from.size, null, pointerOf(from, "reshape"), "reshape"),
    );
  const strides = stridesAfterReshape(from.shape, from.layout, to);
  if (strides !== null)
    return recordView("reshape", from, null, stridedView(from, to, strides, 0, "reshape"));
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
