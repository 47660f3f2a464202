import { TuttiError } from "../errors.js";
import { asTensor, type TensorLike } from "./create.js";
import { BYTES } from "./dtype.js";
import { fillMemory } from "./filled.js";
import { expandDims } from "./reshape.js";
import { normalizeAxis, rowMajor, type Shape, sameShape, showShape, sizeOf } from "./shape.js";
import type { SliceParams } from "./slice.js";
import { copyInto } from "./strided.js";
import { allocate, pointerOf, type Tensor } from "./tensor.js";
import { record, recording } from "./trace.js";

/** Tensors end to end along `axis`. All must have the same dtype, and shapes that differ in that axis only. @throws TuttiError `shape`, `dtype`. */
export function concat(parts: readonly TensorLike[], axis = 0): Tensor {
  const tensors = parts.map((part) => asTensor(part));
  if (tensors.length === 0)
    throw new TuttiError("argument", "concat: no tensors were given, expected at least one");
  const first = tensors[0];
  const at = normalizeAxis("concat", axis, first.ndim);
  for (const t of tensors) {
    if (t.dtype !== first.dtype)
      throw new TuttiError(
        "dtype",
        `concat: tensors are ${first.dtype} and ${t.dtype}; cast them to one dtype`,
        {
          a: first.dtype,
          b: t.dtype,
        },
      );
    if (t.ndim !== first.ndim || !t.shape.every((length, d) => d === at || length === first.shape[d]))
      throw new TuttiError(
        "shape",
        `concat: shapes ${showShape(first.shape)} and ${showShape(t.shape)} differ in more than axis ${axis}`,
        { a: first.shape, b: t.shape, axis },
      );
    pointerOf(t, "concat");
  }
  const shape = first.shape.with(
    at,
    tensors.reduce((n, t) => n + t.shape[at], 0),
  );
  const y = allocate(first.dtype, shape, sizeOf(shape), "concat");
  const strides = rowMajor(shape);
  let begin = 0;
  for (const t of tensors) {
    place(t, y, strides, begin * strides[at]);
    begin += t.shape[at];
  }
  if (recording && tensors.some((t) => t.node !== null)) record("concat", tensors, { axis: at }, y);
  return y;
}

/** Copies `x` into the part of `y` that begins at element `offset` and has the given strides. */
function place(x: Tensor, y: Tensor, strides: Shape, offset: number): void {
  if (x.size > 0) copyInto(x, y.pointer + offset * BYTES[y.dtype], strides);
}

/** Tensors of one shape side by side along a new axis of the result. @throws TuttiError `shape`, `dtype`. */
export function stack(parts: readonly TensorLike[], axis = 0): Tensor {
  const tensors = parts.map((part) => asTensor(part));
  for (const t of tensors)
    if (!sameShape(t.shape, tensors[0].shape))
      throw new TuttiError(
        "shape",
        `stack: shapes ${showShape(tensors[0].shape)} and ${showShape(t.shape)} differ`,
        { a: tensors[0].shape, b: t.shape },
      );
  return concat(
    tensors.map((t) => expandDims(t, axis)),
    axis,
  );
}

/**
 * `x` with `value` around it.
 *
 * @param widths How many elements before and after, for each axis, or one pair for all.
 * @throws TuttiError `argument` if a width is negative or their number wrong.
 */
export function pad(
  x: TensorLike,
  widths: readonly [number, number] | readonly (readonly [number, number])[],
  { value = 0 }: { value?: number } = {},
): Tensor {
  const from = asTensor(x);
  const pairs = (
    typeof widths[0] === "number" ? new Array(from.ndim).fill(widths) : widths
  ) as readonly (readonly [number, number])[];
  if (pairs.length !== from.ndim || !pairs.flat().every((n) => Number.isInteger(n) && n >= 0))
    throw new TuttiError(
      "argument",
      `pad: widths are ${JSON.stringify(widths)}, expected a pair of integers >= 0 for each axis of shape ${showShape(from.shape)}`,
      { widths, shape: from.shape },
    );
  return embed(from, {
    shape: from.shape.map((length, d) => pairs[d][0] + length + pairs[d][1]),
    start: pairs.map(([before]) => before),
    step: pairs.map(() => 1),
    value,
  });
}

/** @internal Where an array is put into a larger one. */
export interface EmbedParams {
  readonly shape: Shape;
  readonly start: SliceParams["start"];
  readonly step: SliceParams["step"];
  readonly value: number;
}

/** @internal The inverse of a slice: `x` at that place in an array of `value`. */
export function embed(x: Tensor, params: EmbedParams): Tensor {
  pointerOf(x, "pad");
  const y = allocate(x.dtype, params.shape, sizeOf(params.shape), "pad");
  if (x.size !== y.size) fillMemory(y, params.value);
  const strides = rowMajor(params.shape);
  const offset = params.start.reduce((sum, start, d) => sum + start * strides[d], 0);
  place(
    x,
    y,
    strides.map((stride, d) => stride * params.step[d]),
    offset,
  );
  if (recording && x.node !== null) record("embed", [x], params, y);
  return y;
}
