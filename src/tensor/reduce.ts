import { TuttiError } from "../errors.js";
import { REDUCE } from "../kernels/index.js";
import { floatKernels } from "./core.js";
import type { TensorLike } from "./create.js";
import type { FloatDType } from "./dtype.js";
import { div, sqrt, square, sub } from "./elementwise.js";
import { fillMemory } from "./filled.js";
import { floatTensor } from "./operands.js";
import { expandDims, reshape } from "./reshape.js";
import { type Axes, normalizeAxes, type Shape, showShape, sizeOf } from "./shape.js";
import { dense } from "./strided.js";
import { allocate, type Tensor } from "./tensor.js";
import { record, recording } from "./trace.js";

/** How a reduction leaves the shape. */
export interface ReduceOptions {
  /** Whether reduced axes stay, with length 1. Default false. */
  keepDims?: boolean;
}

/** @internal What a recorded reduction was: its axes, ascending. */
export interface ReduceParams {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

function reduce(
  name: keyof typeof REDUCE,
  operand: TensorLike,
  axes: Axes | undefined,
  options: ReduceOptions,
): Tensor {
  const x = floatTensor(operand);
  const keepDims = options.keepDims ?? false;
  const reduced = normalizeAxes(name, axes, x.ndim);
  const y = reduceAxes(name, x, reduced, keepDims);
  if (recording && x.node !== null) record(name, [x], { axes: reduced, keepDims } satisfies ReduceParams, y);
  return y;
}

/** Sum over axes (all when absent); integers and booleans give float64. */
export const sum = (x: TensorLike, axes?: Axes, options: ReduceOptions = {}): Tensor =>
  reduce("sum", x, axes, options);

/** Product over axes (all when absent). */
export const prod = (x: TensorLike, axes?: Axes, options: ReduceOptions = {}): Tensor =>
  reduce("prod", x, axes, options);

/** Largest element over axes (all when absent), NaN if there is one; equal ones share the derivative. @throws TuttiError `shape` if there is none. */
export const max = (x: TensorLike, axes?: Axes, options: ReduceOptions = {}): Tensor =>
  reduce("max", x, axes, options);

/** Smallest element over axes (all when absent), NaN if there is one; equal ones share the derivative. @throws TuttiError `shape` if there is none. */
export const min = (x: TensorLike, axes?: Axes, options: ReduceOptions = {}): Tensor =>
  reduce("min", x, axes, options);

/** Arithmetic mean over axes (all when absent). @throws TuttiError `shape` of no elements. */
export function mean(x: TensorLike, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const from = floatTensor(x);
  return div(sum(from, axes, options), countOf("mean", from, axes));
}

/**
 * Mean of squared deviations from the mean over axes (all when absent).
 *
 * @param options.correction What is subtracted from the number of elements to divide by: 0 (default) for a population, 1 for a sample.
 */
export function variance(
  x: TensorLike,
  axes?: Axes,
  options: ReduceOptions & { correction?: number } = {},
): Tensor {
  const from = floatTensor(x);
  const deviation = sub(from, mean(from, axes, { keepDims: true }));
  const divisor = countOf("variance", from, axes) - (options.correction ?? 0);
  return div(sum(square(deviation), axes, options), divisor);
}

/** Euclidean length √Σx² over axes (all when absent); its derivative at 0 is NaN. */
export const norm = (x: TensorLike, axes?: Axes, options: ReduceOptions = {}): Tensor =>
  sqrt(sum(square(x), axes, options));

function countOf(caller: string, x: Tensor, axes: Axes | undefined): number {
  const count = normalizeAxes(caller, axes, x.ndim).reduce((n, axis) => n * x.shape[axis], 1);
  if (count === 0) throw emptyError(caller, x.shape);
  return count;
}

const emptyError = (caller: string, shape: Shape) =>
  new TuttiError("shape", `${caller}: there is nothing to reduce in shape ${showShape(shape)}`, { shape });

/** Reduces neighbouring axes together, groups of them one after the other from the last. */
function reduceAxes(
  name: keyof typeof REDUCE,
  x: Tensor,
  axes: readonly number[],
  keepDims: boolean,
): Tensor {
  const finalShape = shapeAfter(x.shape, axes, keepDims);
  if (x.size === 0) {
    if (sizeOf(finalShape) > 0 && (name === "max" || name === "min")) throw emptyError(name, x.shape);
    const y = allocate(x.dtype, finalShape, sizeOf(finalShape), name);
    fillMemory(y, name === "prod" ? 1 : 0);
    return y;
  }
  const kernel = floatKernels(x.dtype as FloatDType).reduce;
  let part = dense(x, name);
  let { shape } = x;
  let end = axes.length;
  do {
    let begin = Math.max(0, end - 1);
    while (begin > 0 && axes[begin - 1] === axes[begin] - 1) begin--;
    const group = axes.slice(begin, end);
    const [outer, n, inner] = blocks(shape, group);
    shape = begin === 0 ? finalShape : shapeAfter(shape, group, true);
    const y = allocate(x.dtype, shape, outer * inner, name);
    kernel(REDUCE[name], outer, n, inner, part.pointer, y.pointer);
    if (part !== x) part.dispose();
    part = y;
    end = begin;
  } while (end > 0);
  return part;
}

/** How the kernels see a reduction over neighbouring axes: outer × n × inner. */
export function blocks(shape: Shape, axes: readonly number[]): [outer: number, n: number, inner: number] {
  if (axes.length === 0) return [sizeOf(shape), 1, 1];
  const first = axes[0];
  const last = axes[axes.length - 1];
  let outer = 1;
  let n = 1;
  let inner = 1;
  for (let d = 0; d < shape.length; d++)
    if (d < first) outer *= shape[d];
    else if (d <= last) n *= shape[d];
    else inner *= shape[d];
  return [outer, n, inner];
}

function shapeAfter(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  if (axes.length === shape.length && !keepDims) return [];
  const result: number[] = [];
  for (let d = 0; d < shape.length; d++)
    if (!axes.includes(d)) result.push(shape[d]);
    else if (keepDims) result.push(1);
  return result;
}

function argreduce(
  name: string,
  code: number,
  operand: TensorLike,
  axis: number | undefined,
  options: ReduceOptions,
): Tensor {
  const x = floatTensor(operand);
  const axes = normalizeAxes(name, axis, x.ndim);
  const shape = shapeAfter(x.shape, axes, options.keepDims ?? false);
  if (x.size === 0) throw emptyError(name, x.shape);
  const source = dense(x, name);
  const [outer, n, inner] = blocks(x.shape, axes);
  const y = allocate("int32", shape, outer * inner, name);
  floatKernels(x.dtype as FloatDType).argreduce(code, outer, n, inner, source.pointer, y.pointer);
  if (source !== x) source.dispose();
  return y;
}

/** Index (int32) of the first largest element along `axis`, or in row-major order of all when absent; NaN counts as largest. */
export const argmax = (x: TensorLike, axis?: number, options: ReduceOptions = {}): Tensor =>
  argreduce("argmax", 0, x, axis, options);

/** Index (int32) of the first smallest element along `axis`, or in row-major order of all when absent; NaN counts as smallest. */
export const argmin = (x: TensorLike, axis?: number, options: ReduceOptions = {}): Tensor =>
  argreduce("argmin", 1, x, axis, options);

/** The result of a reduction in the shape that it has with `keepDims`. */
export const withReducedAxes = (y: Tensor, { axes, keepDims }: ReduceParams): Tensor =>
  keepDims || axes.length === 0 ? y : expandDims(y, axes);

/** The sum of `x` down to `shape`: over the axes along which `shape` was broadcast to that of `x`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const missing = x.ndim - shape.length;
  const axes: number[] = [];
  for (let d = 0; d < x.ndim; d++)
    if (d < missing || (shape[d - missing] === 1 && x.shape[d] !== 1)) axes.push(d);
  const y = sum(x, axes);
  return y.ndim === shape.length ? y : reshape(y, shape);
}
