import { BINARY, UNARY } from "../kernels/index.js";
import { floatKernels, scalarPointer } from "./core.js";
import { scalar, type TensorLike } from "./create.js";
import type { DType, FloatDType } from "./dtype.js";
import { floatTensor, input, jointDType } from "./operands.js";
import { broadcastShapes, type Shape, sameShape, sizeOf } from "./shape.js";
import { copyTo, writeShape, writeStrides } from "./strided.js";
import { allocate, pointerOf, Tensor } from "./tensor.js";
import { type Input, record, recording } from "./trace.js";

function unary(name: keyof typeof UNARY, code: number, operand: TensorLike): Tensor {
  const x = floatTensor(operand);
  const from = pointerOf(x, name);
  const y = allocate(x.dtype, x.shape, x.size, name);
  if (x.layout !== null) copyTo(x, y.pointer, name);
  floatKernels(x.dtype as FloatDType).unary(code, x.size, x.layout === null ? from : y.pointer, y.pointer);
  if (recording && x.node !== null) record(name, [x], null, y);
  return y;
}

/** −x */
export const neg = (x: TensorLike): Tensor => unary("neg", UNARY.neg, x);
/** |x| */
export const abs = (x: TensorLike): Tensor => unary("abs", UNARY.abs, x);
/** −1, 0 or 1; its derivative is 0. */
export const sign = (x: TensorLike): Tensor => unary("sign", UNARY.sign, x);
/** √x */
export const sqrt = (x: TensorLike): Tensor => unary("sqrt", UNARY.sqrt, x);
/** x² */
export const square = (x: TensorLike): Tensor => unary("square", UNARY.square, x);
/** 1/x */
export const reciprocal = (x: TensorLike): Tensor => unary("reciprocal", UNARY.reciprocal, x);
/** eˣ */
export const exp = (x: TensorLike): Tensor => unary("exp", UNARY.exp, x);
/** eˣ − 1, accurate near 0. */
export const expm1 = (x: TensorLike): Tensor => unary("expm1", UNARY.expm1, x);
/** Natural logarithm. */
export const log = (x: TensorLike): Tensor => unary("log", UNARY.log, x);
/** log(1 + x), accurate near 0. */
export const log1p = (x: TensorLike): Tensor => unary("log1p", UNARY.log1p, x);
/** Sine of radians. */
export const sin = (x: TensorLike): Tensor => unary("sin", UNARY.sin, x);
/** Cosine of radians. */
export const cos = (x: TensorLike): Tensor => unary("cos", UNARY.cos, x);
/** Hyperbolic tangent. */
export const tanh = (x: TensorLike): Tensor => unary("tanh", UNARY.tanh, x);
/** 1/(1 + e⁻ˣ) */
export const sigmoid = (x: TensorLike): Tensor => unary("sigmoid", UNARY.sigmoid, x);
/** log(1 + eˣ) */
export const softplus = (x: TensorLike): Tensor => unary("softplus", UNARY.softplus, x);
/** The error function. */
export const erf = (x: TensorLike): Tensor => unary("erf", UNARY.erf, x);
/** max(x, 0); its derivative at 0 is 0. */
export const relu = (x: TensorLike): Tensor => unary("relu", UNARY.relu, x);
/** The largest integer not above x; its derivative is 0. */
export const floor = (x: TensorLike): Tensor => unary("floor", UNARY.floor, x);
/** The smallest integer not below x; its derivative is 0. */
export const ceil = (x: TensorLike): Tensor => unary("ceil", UNARY.ceil, x);
/** The nearest integer, halves to the even one; its derivative is 0. */
export const round = (x: TensorLike): Tensor => unary("round", UNARY.round, x);

function binary(name: string, code: number, a: TensorLike, b: TensorLike): Tensor {
  const dtype = jointDType(name, a, b);
  let x = input(a, dtype);
  const y = input(b, dtype);
  if (typeof x === "number" && typeof y === "number") x = scalar(x, dtype);
  const { binary: flat, binary_strided: strided } = floatKernels(dtype);
  const z = combine(name, flat, strided, code, x, y, dtype, dtype);
  if (recording && (hasNode(x) || hasNode(y))) record(name, [x, y], null, z);
  return z;
}

const hasNode = (x: Input): boolean => typeof x !== "number" && x.node !== null;

/** a + b, broadcast. @throws TuttiError `shape`, `dtype`. */
export const add = (a: TensorLike, b: TensorLike): Tensor => binary("add", BINARY.add, a, b);
/** a − b, broadcast. @throws TuttiError `shape`, `dtype`. */
export const sub = (a: TensorLike, b: TensorLike): Tensor => binary("sub", BINARY.sub, a, b);
/** a · b elementwise, broadcast. @throws TuttiError `shape`, `dtype`. */
export const mul = (a: TensorLike, b: TensorLike): Tensor => binary("mul", BINARY.mul, a, b);
/** a / b elementwise, broadcast. @throws TuttiError `shape`, `dtype`. */
export const div = (a: TensorLike, b: TensorLike): Tensor => binary("div", BINARY.div, a, b);
/** aᵇ elementwise, broadcast; the derivative with respect to b is 0 where a <= 0. @throws TuttiError `shape`, `dtype`. */
export const pow = (a: TensorLike, b: TensorLike): Tensor => binary("pow", BINARY.pow, a, b);
/** The larger of a and b, NaN if either is; where they are equal each gets half of the derivative. */
export const maximum = (a: TensorLike, b: TensorLike): Tensor => binary("maximum", BINARY.maximum, a, b);
/** The smaller of a and b, NaN if either is; where they are equal each gets half of the derivative. */
export const minimum = (a: TensorLike, b: TensorLike): Tensor => binary("minimum", BINARY.minimum, a, b);
/** g (1 − y²): the derivative of tanh from its value y, in one pass. */
export const tanhGrad = (g: TensorLike, y: TensorLike): Tensor => binary("tanhGrad", BINARY.tanh_grad, g, y);
/** g y (1 − y): the derivative of sigmoid from its value y, in one pass. */
export const sigmoidGrad = (g: TensorLike, y: TensorLike): Tensor =>
  binary("sigmoidGrad", BINARY.sigmoid_grad, g, y);
/** g where x > 0, else 0: the derivative of relu, in one pass. */
export const reluGrad = (g: TensorLike, x: TensorLike): Tensor => binary("reluGrad", BINARY.relu_grad, g, x);

/** x limited to low … high. @throws TuttiError `shape`, `dtype`. */
export const clip = (x: TensorLike, low: TensorLike, high: TensorLike): Tensor =>
  minimum(maximum(x, low), high);

/** Runs an elementwise kernel of two operands: flat where layouts allow, else by strides. At most one operand is a number. */
export function combine(
  caller: string,
  flat: (...args: number[]) => number,
  strided: (...args: number[]) => number,
  code: number,
  a: Input,
  b: Input,
  dtype: FloatDType,
  result: DType,
): Tensor {
  const x = a instanceof Tensor ? a : null;
  const y = b instanceof Tensor ? b : null;
  const from = x === null ? scalarPointer(dtype, a as number, 0) : pointerOf(x, caller);
  const to = y === null ? scalarPointer(dtype, b as number, 1) : pointerOf(y, caller);
  const shape = x === null ? (y as Tensor).shape : y === null ? x.shape : shapeOf(caller, x, y);
  const z = allocate(result, shape, sizeOf(shape), caller);
  const stepX = flatStep(x, z.size);
  const stepY = flatStep(y, z.size);
  if (stepX >= 0 && stepY >= 0) flat(code, z.size, from, stepX, to, stepY, z.pointer);
  else {
    const dims = writeShape(shape);
    writeStrides(0, x, shape);
    writeStrides(1, y, shape);
    strided(code, shape.length, dims, from, to, z.pointer);
  }
  return z;
}

const shapeOf = (caller: string, x: Tensor, y: Tensor): Shape =>
  sameShape(x.shape, y.shape) ? x.shape : broadcastShapes(caller, x.shape, y.shape);

/** The step with which a flat kernel walks over an operand: 1, 0 for a single element, -1 if it cannot. */
function flatStep(x: Tensor | null, size: number): number {
  if (x === null) return 0;
  if (x.layout === null && x.size === size) return 1;
  return x.size === 1 ? 0 : -1;
}
