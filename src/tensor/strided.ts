import { core } from "./core.js";
import { BYTES } from "./dtype.js";
import type { Shape } from "./shape.js";
import { allocate, pointerOf, type Tensor, viewOf } from "./tensor.js";
import { record, recording } from "./trace.js";

/** Writes a shape where strided kernels read it, and returns its place: the `dims` argument. */
export function writeShape(shape: Shape): number {
  const { heap } = core();
  const at = heap.scratch >>> 2;
  for (let d = 0; d < shape.length; d++) heap.i32[at + d] = shape[d];
  return heap.scratch;
}

/** Writes the strides of the `slot`th operand after the shape: 0 along axes that `x` is repeated on; all 0 for a number. */
export function writeStrides(slot: number, x: Tensor | null, shape: Shape): void {
  const { heap } = core();
  const ndim = shape.length;
  const at = (heap.scratch >>> 2) + ndim * (slot + 1);
  const missing = x === null ? ndim : ndim - x.shape.length;
  heap.i32.fill(0, at, at + missing);
  if (x === null) return;
  const { strides } = x;
  for (let d = missing; d < ndim; d++)
    heap.i32[at + d] = x.shape[d - missing] === 1 ? 0 : strides[d - missing];
}

/** Copies the elements of `x`, whatever its layout, row by row to `pointer`. */
export function copyTo(x: Tensor, pointer: number, caller: string): void {
  const from = pointerOf(x, caller);
  const { heap, f } = core();
  if (x.layout === null) {
    heap.u8.copyWithin(pointer, from, from + x.size * BYTES[x.dtype]);
    return;
  }
  const dims = writeShape(x.shape);
  writeStrides(0, x, x.shape);
  writeRowMajor(1, x.shape);
  f.copy_strided(BYTES[x.dtype], x.shape.length, dims, from, pointer);
}

/** Copies the elements of `x`, whatever its layout, to `pointer` with the given strides in elements. */
export function copyInto(x: Tensor, pointer: number, strides: Shape): void {
  const { heap, f } = core();
  const dims = writeShape(x.shape);
  writeStrides(0, x, x.shape);
  const at = (heap.scratch >>> 2) + 2 * strides.length;
  for (let d = 0; d < strides.length; d++) heap.i32[at + d] = strides[d];
  f.copy_strided(BYTES[x.dtype], strides.length, dims, x.pointer, pointer);
}

function writeRowMajor(slot: number, shape: Shape): void {
  const { heap } = core();
  const at = (heap.scratch >>> 2) + shape.length * (slot + 1);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    heap.i32[at + d] = step;
    step *= shape[d];
  }
}

/** `x` itself if its elements are row-major without gaps, else an unrecorded copy that is: what most kernels need. */
export function dense(x: Tensor, caller: string): Tensor {
  pointerOf(x, caller);
  if (x.layout === null) return x;
  const y = allocate(x.dtype, x.shape, x.size, x.name);
  copyTo(x, y.pointer, caller);
  return y;
}

/** A row-major copy in memory of its own. */
export function clone(x: Tensor): Tensor {
  pointerOf(x, "clone");
  const y = allocate(x.dtype, x.shape, x.size, x.name);
  copyTo(x, y.pointer, "clone");
  if (recording && x.node !== null) record("identity", [x], null, y);
  return y;
}

/** `x` itself if its elements are row-major without gaps, else a copy that is. */
export function contiguous(x: Tensor): Tensor {
  pointerOf(x, "contiguous");
  return x.layout === null ? x : clone(x);
}

/** A view of `x` with the given shape and strides, `offset` elements after its first. */
export function stridedView(x: Tensor, shape: Shape, strides: Shape, offset: number, name: string): Tensor {
  const pointer = pointerOf(x, name) + offset * BYTES[x.dtype];
  let size = 1;
  let gapless = true;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== size) gapless = false;
    size *= shape[d];
  }
  return viewOf(x, shape, size, gapless || size === 0 ? null : strides, pointer, name);
}

/** Another tensor object over the same elements, outside every trace. */
export function alias(x: Tensor): Tensor {
  return viewOf(x, x.shape, x.size, x.layout, pointerOf(x, "alias"), x.name);
}
