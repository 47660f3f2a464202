import { TuttiError } from "../errors.js";
import { cast } from "./cast.js";
import { core, floatKernels } from "./core.js";
import { asTensor, floatDTypeOf, type TensorLike } from "./create.js";
import { BYTES, type FloatDType, isFloat } from "./dtype.js";
import { fillMemory } from "./filled.js";
import { reshape } from "./reshape.js";
import { normalizeAxis, type Shape, showShape, sizeOf } from "./shape.js";
import { dense } from "./strided.js";
import { allocate, Tensor } from "./tensor.js";
import { record, recording } from "./trace.js";

/** Positions along an axis: an integer tensor, an array of numbers (nested too) or an Int32Array. */
export type Index = TensorLike;

/** @internal */
export interface TakeParams {
  readonly axis: number;
  /** int32 vector, row-major. */
  readonly index: Tensor;
  /** Length of the axis that is indexed. */
  readonly length: number;
}

function indexTensor(caller: string, index: Index): Tensor {
  const given = asTensor(index, index instanceof Tensor || ArrayBuffer.isView(index) ? undefined : "int32");
  if (given.dtype !== "int32" && given.dtype !== "uint8")
    throw new TuttiError("dtype", `${caller}: index is ${given.dtype}, expected int32 or uint8`, {
      dtype: given.dtype,
    });
  return dense(cast(given, "int32"), caller);
}

/**
 * Elements of `x` at the positions `index` along `axis`: that axis is replaced by the axes of `index`.
 *
 * @throws TuttiError `index` naming the first position outside 0 … length − 1, `dtype`.
 */
export function take(x: TensorLike, index: Index, axis = 0): Tensor {
  const from = asTensor(x);
  const at = normalizeAxis("take", axis, from.ndim);
  const where = indexTensor("take", index);
  const flat = takeVector(from, { axis: at, index: flattened(where), length: from.shape[at] });
  if (where.ndim === 1) return flat;
  return reshape(flat, [...from.shape.slice(0, at), ...where.shape, ...from.shape.slice(at + 1)]);
}

const flattened = (index: Tensor): Tensor => (index.ndim === 1 ? index : reshape(index, [index.size]));

/** @internal The take primitive. */
export function takeVector(x: Tensor, params: TakeParams): Tensor {
  const { axis, index, length } = params;
  const shape = x.shape.with(axis, index.size);
  const source = dense(x, "take");
  const y = allocate(x.dtype, shape, sizeOf(shape), "take");
  const outer = sizeOf(x.shape.slice(0, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const bytes = BYTES[x.dtype];
  const { pointer } = dense(index, "take");
  const bad = core().f.take(bytes, outer, length, inner, index.size, pointer, source.pointer, y.pointer);
  if (source !== x) source.dispose();
  if (bad >= 0) throw outOfRange("take", index, bad, length);
  if (recording && x.node !== null) record("take", [x], params, y);
  return y;
}

/**
 * Zeros with `length` places along `axis`, to which each element of `x` is added at its position `index[j]`: the adjoint of
 * {@link take}. `index` is a vector as long as that axis of `x`; positions may repeat.
 *
 * @throws TuttiError `index` naming the first position outside 0 … length − 1, `shape`, `dtype`.
 */
export function scatterAdd(x: TensorLike, index: Index, length: number, axis = 0): Tensor {
  const from = asTensor(x);
  const at = normalizeAxis("scatterAdd", axis, from.ndim);
  const where = indexTensor("scatterAdd", index);
  if (where.ndim !== 1 || where.size !== from.shape[at])
    throw new TuttiError(
      "shape",
      `scatterAdd: index has shape ${showShape(where.shape)}, expected one position for each of the ` +
        `${from.shape[at]} elements along axis ${axis} of shape ${showShape(from.shape)}`,
      { index: where.shape, x: from.shape },
    );
  return scatterVector(from, { axis: at, index: where, length });
}

/** @internal The scatterAdd primitive. */
export function scatterVector(x: Tensor, params: TakeParams): Tensor {
  const { axis, index, length } = params;
  const dtype = floatDTypeOf("scatterAdd", x);
  const shape = x.shape.with(axis, length);
  const source = dense(x, "scatterAdd");
  const y = allocate(dtype, shape, sizeOf(shape), "scatterAdd");
  fillMemory(y, 0);
  const outer = sizeOf(x.shape.slice(0, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const { pointer } = dense(index, "scatterAdd");
  const kernel = floatKernels(dtype).scatter_add;
  const bad = kernel(outer, length, inner, index.size, pointer, source.pointer, y.pointer);
  if (source !== x) source.dispose();
  if (bad >= 0) throw outOfRange("scatterAdd", index, bad, length);
  if (recording && x.node !== null) record("scatterAdd", [x], params, y);
  return y;
}

/**
 * For each place of `index` the element of `x` at that position along `axis`, the other coordinates being the place's own:
 * picks one value a row. `index` has the shape of `x` except for the length of `axis`.
 *
 * @throws TuttiError `index`, `shape`, `dtype`.
 */
export function takeAlongAxis(x: TensorLike, index: Index, axis: number): Tensor {
  const from = asTensor(x);
  const at = normalizeAxis("takeAlongAxis", axis, from.ndim);
  const where = indexTensor("takeAlongAxis", index);
  if (where.ndim !== from.ndim || !where.shape.every((n, d) => d === at || n === from.shape[d]))
    throw new TuttiError(
      "shape",
      `takeAlongAxis: index has shape ${showShape(where.shape)}, expected that of x, ${showShape(from.shape)}, except along axis ${axis}`,
      { index: where.shape, x: from.shape, axis },
    );
  const flat = flatPositions(where, from.shape, at);
  return reshape(
    takeVector(reshape(from, [from.size]), { axis: 0, index: flat, length: from.size }),
    where.shape,
  );
}

/** Row-major positions in an array of `shape` of what `index` picks along `axis`. */
function flatPositions(index: Tensor, shape: Shape, axis: number): Tensor {
  const length = shape[axis];
  const count = index.shape[axis];
  const inner = sizeOf(shape.slice(axis + 1));
  const positions = allocate("int32", [index.size], index.size, "index");
  const from = index.data;
  const to = positions.data;
  for (let i = 0; i < from.length; i++) {
    if (from[i] < 0 || from[i] >= length) throw outOfRange("takeAlongAxis", flattened(index), i, length);
    const block = Math.floor(i / (count * inner));
    to[i] = (block * length + from[i]) * inner + (i % inner);
  }
  return positions;
}

/**
 * One row of `classes` zeros for each element of `index` (int32 or uint8), with a one at that position: shape [...index.shape, classes].
 *
 * @param options.dtype float64 (default) or float32.
 * @throws TuttiError `index` naming the first one outside 0 … classes − 1, `dtype`.
 */
export function oneHot(
  index: Index,
  classes: number,
  { dtype = "float64" }: { dtype?: FloatDType } = {},
): Tensor {
  if (!isFloat(dtype))
    throw new TuttiError("dtype", `oneHot: dtype is ${dtype}, expected float64 or float32`, { dtype });
  const where = indexTensor("oneHot", index);
  const y = allocate(dtype, [...where.shape, classes], where.size * classes, "oneHot");
  const bad = floatKernels(dtype).one_hot(where.size, classes, where.pointer, y.pointer);
  if (bad >= 0) throw outOfRange("oneHot", flattened(where), bad, classes);
  return y;
}

const outOfRange = (caller: string, index: Tensor, position: number, length: number) =>
  new TuttiError(
    "index",
    `${caller}: index[${position}] is ${index.item(position)}, expected 0 to ${length - 1}`,
    { position, index: index.item(position), length },
  );
