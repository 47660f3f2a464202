import { TuttiError } from "../errors.js";
import { asTensor, type TensorLike } from "./create.js";
import { broadcastShapes, type Shape, sameShape, showShape } from "./shape.js";
import { stridedView } from "./strided.js";
import type { Tensor } from "./tensor.js";
import { recordView } from "./trace.js";

/**
 * A view repeated along new axes and axes of length 1 up to `shape`, by NumPy's rule.
 *
 * @throws TuttiError `shape` if `x` does not broadcast to it.
 */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  return broadcastView("broadcastTo", asTensor(x), shape);
}

/** {@link broadcastTo} on behalf of `caller`. */
export function broadcastView(caller: string, from: Tensor, shape: Shape): Tensor {
  if (sameShape(from.shape, shape)) return from;
  const missing = shape.length - from.ndim;
  if (missing < 0 || !sameShape(broadcastShapes(caller, from.shape, shape), shape))
    throw new TuttiError(
      "shape",
      `${caller}: shape ${showShape(from.shape)} does not broadcast to ${showShape(shape)}`,
      { from: from.shape, to: shape },
    );
  const own = from.strides;
  const strides = shape.map((_, d) => (d < missing || from.shape[d - missing] === 1 ? 0 : own[d - missing]));
  return recordView("broadcastTo", from, null, stridedView(from, shape, strides, 0, "broadcastTo"));
}
