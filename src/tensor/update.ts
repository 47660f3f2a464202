import { TuttiError } from "../errors.js";
import { BINARY } from "../kernels/index.js";
import { broadcastView } from "./broadcast.js";
import { cast } from "./cast.js";
import { floatKernels, scalarPointer } from "./core.js";
import { asTensor, floatDTypeOf, type TensorLike } from "./create.js";
import { BYTES } from "./dtype.js";
import { sameShape, showShape } from "./shape.js";
import { copyInto, copyTo, dense } from "./strided.js";
import { describe, pointerOf, type Tensor } from "./tensor.js";
import { isTraced } from "./trace.js";

// Writing to tensors in place, and level-1 BLAS on flat vectors. Nothing here is recorded: what is written to
// must not be part of a function that is being differentiated.

function writable(caller: string, x: Tensor): number {
  if (isTraced(x))
    throw new TuttiError(
      "argument",
      `${caller}: the ${describe(x)} "${x.name}" is part of a derivative being traced and must not change; write to a clone`,
      { name: x.name },
    );
  return pointerOf(x, caller);
}

/**
 * Writes the elements of `source` to `target`, broadcast to its shape and cast to its dtype; `target` may be a view.
 *
 * @throws TuttiError `shape` naming both shapes, `argument` if `target` is being traced.
 */
export function assign(target: Tensor, source: TensorLike): void {
  const pointer = writable("assign", target);
  const from = broadcastView("assign", cast(asTensor(source), target.dtype), target.shape);
  pointerOf(from, "assign");
  if (target.layout === null) copyTo(from, pointer, "assign");
  else copyInto(from, pointer, target.layout);
}

/** y += alpha · x for float tensors of one shape, row-major. @throws TuttiError `shape`, `dtype`, `argument`. */
export function axpy(alpha: number, x: Tensor, y: Tensor): void {
  const pointer = writable("axpy", y);
  const source = pair("axpy", x, y);
  floatKernels(floatDTypeOf("axpy", x)).axpy(x.size, alpha, source.pointer, pointer);
  if (source !== x) source.dispose();
}

/** x *= alpha for a float tensor, row-major. @throws TuttiError `dtype`, `argument`. */
export function scal(alpha: number, x: Tensor): void {
  const pointer = writable("scal", x);
  const dtype = floatDTypeOf("scal", x);
  flat("scal", x);
  floatKernels(dtype).binary(BINARY.mul, x.size, pointer, 1, scalarPointer(dtype, alpha, 0), 0, pointer);
}

/** Σ x · y as a number, summed in double precision for float64 and float32. @throws TuttiError `shape`, `dtype`. */
export function innerProduct(x: Tensor, y: Tensor): number {
  const dtype = floatDTypeOf("innerProduct", x);
  flat("innerProduct", y);
  const source = pair("innerProduct", x, y);
  const value = floatKernels(dtype).dot(x.size, source.pointer, pointerOf(y, "innerProduct"));
  if (source !== x) source.dispose();
  return value;
}

/** √Σx² as a number. @throws TuttiError `dtype`. */
export const nrm2 = (x: Tensor): number => Math.sqrt(innerProduct(x, x));

function pair(caller: string, x: Tensor, y: Tensor): Tensor {
  flat(caller, y);
  if (x.dtype !== y.dtype || !sameShape(x.shape, y.shape))
    throw new TuttiError(
      "shape",
      `${caller}: x is ${x.dtype} ${showShape(x.shape)} and y is ${y.dtype} ${showShape(y.shape)}, expected the same`,
      { x: x.shape, y: y.shape },
    );
  return dense(x, caller);
}

function flat(caller: string, x: Tensor): void {
  if (x.layout !== null)
    throw new TuttiError(
      "argument",
      `${caller}: the ${describe(x)} "${x.name}" is a view with strides ${showShape(x.layout)}, expected row-major without gaps`,
      { strides: x.layout, bytes: BYTES[x.dtype] },
    );
}
