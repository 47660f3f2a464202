import { TuttiError } from "../errors.js";
import { core } from "./core.js";
import type { TensorLike } from "./create.js";
import { mul } from "./elementwise.js";
import { floatTensor, jointDType } from "./operands.js";
import { sum } from "./reduce.js";
import { reshape } from "./reshape.js";
import { broadcastShapes, type Shape, sameShape, showShape, sizeOf } from "./shape.js";
import { dense } from "./strided.js";
import { allocate, pointerOf, type Tensor } from "./tensor.js";
import { record, recording } from "./trace.js";

/**
 * Matrix product over the last two axes: [..., m, k] · [..., k, n] is [..., m, n]; the axes before them broadcast.
 *
 * A vector on the left is a row and on the right a column, and the axis that this adds goes away again (NumPy's rule).
 * Transposed views and views of rows or columns are multiplied in place, without a copy.
 *
 * @throws TuttiError `shape` naming both shapes, `dtype`.
 */
export function matmul(a: TensorLike, b: TensorLike): Tensor {
  const dtype = jointDType("matmul", a, b);
  const x = floatTensor(a, dtype);
  const y = floatTensor(b, dtype);
  if (x.ndim === 2 && y.ndim === 2) return product(x, y, x.shape, y.shape);
  if (x.ndim === 0 || y.ndim === 0) throw mismatch(x.shape, y.shape);
  if (x.ndim === 1) {
    const z = matmul(reshape(x, [1, x.size]), y);
    return reshape(z, [...z.shape.slice(0, -2), ...z.shape.slice(-1)].slice(y.ndim === 1 ? 1 : 0));
  }
  if (y.ndim === 1) {
    const z = matmul(x, reshape(y, [y.size, 1]));
    return reshape(z, z.shape.slice(0, -1));
  }
  if (y.ndim === 2) {
    // One product of tall matrices is faster than many, and so is its gradient.
    const rows = x.shape.slice(0, -1);
    const k = x.shape[x.ndim - 1];
    if (k !== y.shape[0]) throw mismatch(x.shape, y.shape);
    return reshape(product(reshape(x, [sizeOf(rows), k]), y, x.shape, y.shape), [...rows, y.shape[1]]);
  }
  return product(x, y, x.shape, y.shape);
}

const mismatch = (a: Shape, b: Shape) =>
  new TuttiError(
    "shape",
    `matmul: shapes ${showShape(a)} and ${showShape(b)} do not fit: the last axis of the first must be as long as ` +
      "the last but one of the second, and both need at least one axis",
    { a, b },
  );

/** The matmul primitive. Both operands have at least two axes; the shapes to name in errors are those the user gave. */
function product(x: Tensor, y: Tensor, shapeOfX: Shape, shapeOfY: Shape): Tensor {
  const m = x.shape[x.ndim - 2];
  const k = x.shape[x.ndim - 1];
  const n = y.shape[y.ndim - 1];
  if (y.shape[y.ndim - 2] !== k) throw mismatch(shapeOfX, shapeOfY);
  const left = multipliable(x);
  const right = multipliable(y);
  let z: Tensor;
  if (x.ndim === 2 && y.ndim === 2) {
    z = allocate(x.dtype, [m, n], m * n, "matmul");
    gemm(left, left.pointer, right, right.pointer, m, n, k, 0, z.pointer);
  } else z = stackProduct(left, right, m, n, k);
  if (left !== x) left.dispose();
  if (right !== y) right.dispose();
  if (recording && (x.node !== null || y.node !== null)) record("matmul", [x, y], null, z);
  return z;
}

function stackProduct(x: Tensor, y: Tensor, m: number, n: number, k: number): Tensor {
  const stackX = x.shape.slice(0, -2);
  const stackY = y.shape.slice(0, -2);
  const caller = `matmul of ${showShape(x.shape)} and ${showShape(y.shape)}`;
  const stack = broadcastShapes(caller, stackX, stackY);
  const count = sizeOf(stack);
  const z = allocate(x.dtype, [...stack, m, n], count * m * n, "matmul");
  const bytes = x.dtype === "float64" ? 8 : 4;
  const index = new Array<number>(stack.length).fill(0);
  for (let i = 0; i < count; i++) {
    const left = x.pointer + bytes * offsetOf(x, index);
    const right = y.pointer + bytes * offsetOf(y, index);
    gemm(x, left, y, right, m, n, k, 0, z.pointer + i * m * n * bytes);
    for (let d = stack.length - 1; d >= 0 && ++index[d] === stack[d]; d--) index[d] = 0;
  }
  return z;
}

/** Where the matrix of a broadcast stack at `index` begins, in elements. */
function offsetOf(x: Tensor, index: readonly number[]): number {
  const missing = index.length - (x.ndim - 2);
  const { strides } = x;
  let offset = 0;
  for (let d = missing; d < index.length; d++)
    if (x.shape[d - missing] !== 1) offset += index[d] * strides[d - missing];
  return offset;
}

/** `x` itself if each of its matrices has rows, or columns, without gaps inside them; else a copy. */
function multipliable(x: Tensor): Tensor {
  pointerOf(x, "matmul");
  return x.layout === null || leading(x) !== 0 ? x : dense(x, "matmul");
}

/**
 * The leading dimension that BLAS needs for a matrix as it lies in memory: positive if rows are contiguous, negative if
 * columns are (the transposed matrix is then row-major), 0 if neither.
 */
function leading(x: Tensor): number {
  const { ndim } = x;
  const rows = x.shape[ndim - 2];
  const columns = x.shape[ndim - 1];
  if (x.layout === null) return Math.max(1, columns);
  const down = x.layout[ndim - 2];
  const right = x.layout[ndim - 1];
  if ((right === 1 || columns === 1) && (down >= columns || rows === 1)) return Math.max(1, columns, down);
  if ((down === 1 || rows === 1) && (right >= rows || columns === 1)) return -Math.max(1, rows, right);
  return 0;
}

function gemm(
  x: Tensor,
  left: number,
  y: Tensor,
  right: number,
  m: number,
  n: number,
  k: number,
  beta: number,
  out: number,
): void {
  const a = leading(x);
  const b = leading(y);
  const kernel = x.dtype === "float64" ? core().float64.gemm : core().float32.gemm;
  kernel(
    a < 0 ? 1 : 0,
    b < 0 ? 1 : 0,
    m,
    n,
    k,
    1,
    left,
    Math.abs(a),
    right,
    Math.abs(b),
    beta,
    out,
    Math.max(1, n),
  );
}

/**
 * Writes a · b, or adds it, to `out`: [m, k] · [k, n] into a row-major [m, n]. Not recorded.
 *
 * @throws TuttiError `shape`, `dtype`.
 */
export function matmulInto(a: Tensor, b: Tensor, out: Tensor, { accumulate = false } = {}): void {
  const dtype = jointDType("matmulInto", a, b);
  const [m, k] = a.shape;
  const n = b.shape[1];
  if (
    a.ndim !== 2 ||
    b.ndim !== 2 ||
    b.shape[0] !== k ||
    !sameShape(out.shape, [m, n]) ||
    out.layout !== null ||
    out.dtype !== dtype
  )
    throw new TuttiError(
      "shape",
      `matmulInto: ${a.dtype} ${showShape(a.shape)} · ${b.dtype} ${showShape(b.shape)} does not fit ` +
        `a row-major out of ${out.dtype} ${showShape(out.shape)}`,
      { a: a.shape, b: b.shape, out: out.shape },
    );
  const left = multipliable(a);
  const right = multipliable(b);
  gemm(left, left.pointer, right, right.pointer, m, n, k, accumulate ? 1 : 0, pointerOf(out, "matmulInto"));
  if (left !== a) left.dispose();
  if (right !== b) right.dispose();
}

/** Sum of products of two vectors of the same length: a scalar. @throws TuttiError `shape` naming both shapes, `dtype`. */
export function dot(a: TensorLike, b: TensorLike): Tensor {
  const dtype = jointDType("dot", a, b);
  const x = floatTensor(a, dtype);
  const y = floatTensor(b, dtype);
  if (x.ndim !== 1 || y.ndim !== 1 || x.size !== y.size)
    throw new TuttiError(
      "shape",
      `dot: shapes ${showShape(x.shape)} and ${showShape(y.shape)}, expected two vectors of the same length`,
      { a: x.shape, b: y.shape },
    );
  return sum(mul(x, y));
}
