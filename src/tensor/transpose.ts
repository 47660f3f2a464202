import { TuttiError } from "../errors.js";
import { asTensor, type TensorLike } from "./create.js";
import { normalizeAxis, showShape } from "./shape.js";
import { stridedView } from "./strided.js";
import type { Tensor } from "./tensor.js";
import { recordView } from "./trace.js";

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
  return recordView("transpose", from, { order: axes }, y);
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
  return recordView("transpose", x, SWAPPED, y);
}

const SWAPPED = { order: [1, 0] };
