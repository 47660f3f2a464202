import { COMPARE } from "../kernels/index.js";
import { broadcastTo } from "./broadcast.js";
import { cast } from "./cast.js";
import { core, floatKernels, scalarPointer } from "./core.js";
import { asTensor, scalar, type TensorLike } from "./create.js";
import { type FloatDType, isFloat } from "./dtype.js";
import { combine } from "./elementwise.js";
import { input, jointDType } from "./operands.js";
import { broadcastShapes, type Shape, sameShape, sizeOf } from "./shape.js";
import { dense, writeShape, writeStrides } from "./strided.js";
import { allocate, pointerOf, Tensor } from "./tensor.js";
import { record, recording } from "./trace.js";

function compare(name: string, code: number, a: TensorLike, b: TensorLike): Tensor {
  const dtype = jointDType(name, a, b);
  let x = input(a, dtype);
  const y = input(b, dtype);
  if (typeof x === "number" && typeof y === "number") x = scalar(x, dtype);
  const { compare: flat, compare_strided: strided } = floatKernels(dtype);
  return combine(name, flat, strided, code, x, y, dtype, "bool");
}

/** a = b elementwise, broadcast: a `bool` tensor. @throws TuttiError `shape`, `dtype`. */
export const equal = (a: TensorLike, b: TensorLike): Tensor => compare("equal", COMPARE.eq, a, b);
/** a ≠ b elementwise. @throws TuttiError `shape`, `dtype`. */
export const notEqual = (a: TensorLike, b: TensorLike): Tensor => compare("notEqual", COMPARE.ne, a, b);
/** a < b elementwise. @throws TuttiError `shape`, `dtype`. */
export const less = (a: TensorLike, b: TensorLike): Tensor => compare("less", COMPARE.lt, a, b);
/** a ≤ b elementwise. @throws TuttiError `shape`, `dtype`. */
export const lessEqual = (a: TensorLike, b: TensorLike): Tensor => compare("lessEqual", COMPARE.le, a, b);
/** a > b elementwise. @throws TuttiError `shape`, `dtype`. */
export const greater = (a: TensorLike, b: TensorLike): Tensor => compare("greater", COMPARE.gt, a, b);
/** a ≥ b elementwise. @throws TuttiError `shape`, `dtype`. */
export const greaterEqual = (a: TensorLike, b: TensorLike): Tensor =>
  compare("greaterEqual", COMPARE.ge, a, b);

/** Elements of a mask in row-major order, one byte each. */
function bits(x: TensorLike): { bytes: Uint8Array; shape: Shape } {
  const mask = dense(cast(x, "bool"), "mask");
  return { bytes: mask.data as Uint8Array, shape: mask.shape };
}

function logical(
  name: string,
  a: TensorLike,
  b: TensorLike,
  op: (p: number, q: number) => number | boolean,
): Tensor {
  const x = cast(a, "bool");
  const y = cast(b, "bool");
  const shape = broadcastShapes(name, x.shape, y.shape);
  const p = bits(broadcastTo(x, shape)).bytes;
  const q = bits(broadcastTo(y, shape)).bytes;
  const z = allocate("bool", shape, sizeOf(shape), name);
  const { data } = z;
  for (let i = 0; i < data.length; i++) data[i] = op(p[i], q[i]) ? 1 : 0;
  return z;
}

/** Both; other dtypes count as `x != 0`. @throws TuttiError `shape`. */
export const logicalAnd = (a: TensorLike, b: TensorLike): Tensor =>
  logical("logicalAnd", a, b, (p, q) => p & q);
/** Either; other dtypes count as `x != 0`. @throws TuttiError `shape`. */
export const logicalOr = (a: TensorLike, b: TensorLike): Tensor =>
  logical("logicalOr", a, b, (p, q) => p | q);
/** Exactly one; other dtypes count as `x != 0`. @throws TuttiError `shape`. */
export const logicalXor = (a: TensorLike, b: TensorLike): Tensor =>
  logical("logicalXor", a, b, (p, q) => p ^ q);

/** Not; other dtypes count as `x != 0`. */
export function logicalNot(x: TensorLike): Tensor {
  const { bytes, shape } = bits(x);
  const z = allocate("bool", shape, bytes.length, "logicalNot");
  (z.data as Uint8Array).set(bytes.map((bit) => 1 - bit));
  return z;
}

/** Whether every element is not 0. */
export const all = (x: TensorLike): boolean => bits(x).bytes.every((bit) => bit !== 0);

/** Whether some element is not 0. */
export const any = (x: TensorLike): boolean => bits(x).bytes.some((bit) => bit !== 0);

/**
 * `a` where `condition` holds and `b` elsewhere, all broadcast to one shape.
 *
 * Integers and booleans on both sides keep their dtype if it is the same; else the dtype rule of arithmetic applies.
 *
 * @throws TuttiError `shape`, `dtype`.
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const c = cast(asTensor(condition), "bool");
  if (a instanceof Tensor && b instanceof Tensor && a.dtype === b.dtype && !isFloat(a.dtype))
    return cast(select(c, a, b), a.dtype); // exact: float64 holds all of them
  return select(c, a, b);
}

function select(c: Tensor, a: TensorLike, b: TensorLike): Tensor {
  const dtype: FloatDType = jointDType("where", a, b);
  const x = input(a, dtype);
  const y = input(b, dtype);
  let shape = c.shape;
  if (x instanceof Tensor && !sameShape(shape, x.shape)) shape = broadcastShapes("where", shape, x.shape);
  if (y instanceof Tensor && !sameShape(shape, y.shape)) shape = broadcastShapes("where", shape, y.shape);
  const test = pointerOf(c, "where");
  const from = x instanceof Tensor ? pointerOf(x, "where") : scalarPointer(dtype, x, 0);
  const to = y instanceof Tensor ? pointerOf(y, "where") : scalarPointer(dtype, y, 1);
  const z = allocate(dtype, shape, sizeOf(shape), "where");
  const dims = writeShape(shape);
  writeStrides(0, c, shape);
  writeStrides(1, x instanceof Tensor ? x : null, shape);
  writeStrides(2, y instanceof Tensor ? y : null, shape);
  floatKernels(dtype).where(shape.length, dims, test, from, to, z.pointer);
  if (recording) record("where", [c, x, y], null, z);
  return z;
}

/** Whether `a` and `b` have the same dtype, shape and elements; NaN equals nothing. */
export function arrayEqual(a: Tensor, b: Tensor): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape) && all(equal(a, b));
}

/**
 * Whether |a − b| ≤ absolute + relative · |b| for every element, after broadcasting; NaN is close to nothing.
 *
 * @param options.relative Default 1e-5. @param options.absolute Default 1e-8 (both as in NumPy).
 * @throws TuttiError `shape`.
 */
export function allClose(
  a: TensorLike,
  b: TensorLike,
  { relative = 1e-5, absolute = 1e-8 }: { relative?: number; absolute?: number } = {},
): boolean {
  const x = asTensor(a);
  const y = asTensor(b);
  const shape = broadcastShapes("allClose", x.shape, y.shape);
  const p = dense(broadcastTo(x, shape), "allClose").data;
  const q = dense(broadcastTo(y, shape), "allClose").data;
  for (let i = 0; i < p.length; i++) {
    const u = p[i];
    const v = q[i];
    if (u !== v && !(Number.isFinite(v) && Math.abs(u - v) <= absolute + relative * Math.abs(v)))
      return false;
  }
  return true;
}

/** Index in row-major order of the first element of a float tensor that is infinite or NaN, or −1. */
export function firstNonFinite(x: Tensor): number {
  if (!isFloat(x.dtype)) return -1;
  const source = dense(x, "firstNonFinite");
  const index = core()[x.dtype].first_nonfinite(source.size, source.pointer);
  if (source !== x) source.dispose();
  return index;
}
