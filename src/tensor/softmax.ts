import { floatKernels } from "./core.js";
import type { TensorLike } from "./create.js";
import type { FloatDType } from "./dtype.js";
import { floatTensor } from "./operands.js";
import type { ReduceOptions } from "./reduce.js";
import { expandDims, reshape } from "./reshape.js";
import { type Axes, normalizeAxes, normalizeAxis, sizeOf } from "./shape.js";
import { dense } from "./strided.js";
import { allocate, type Tensor } from "./tensor.js";
import { record, recording } from "./trace.js";
import { transpose } from "./transpose.js";

/** e^x divided by its sum along `axis` (default: the last), stable for any x. */
export const softmax = (x: TensorLike, axis = -1): Tensor => alongAxis("softmax", "softmax", x, axis);

/** log(softmax(x)) along `axis` (default: the last), stable for any x. */
export const logSoftmax = (x: TensorLike, axis = -1): Tensor =>
  alongAxis("logSoftmax", "log_softmax", x, axis);

function alongAxis(
  name: string,
  kernel: "softmax" | "log_softmax",
  operand: TensorLike,
  axis: number,
): Tensor {
  const x = floatTensor(operand);
  const { ndim } = x;
  const at = normalizeAxis(name, axis, ndim);
  if (at !== ndim - 1) {
    const order = x.shape.map((_, d) => (d === at ? ndim - 1 : d === ndim - 1 ? at : d));
    return transpose(alongAxis(name, kernel, transpose(x, order), -1), order);
  }
  const source = dense(x, name);
  const y = allocate(x.dtype, x.shape, x.size, name);
  const n = x.shape[at];
  if (n > 0) floatKernels(x.dtype as FloatDType)[kernel](x.size / n, n, source.pointer, y.pointer);
  if (source !== x) source.dispose();
  if (recording && x.node !== null) record(name, [x], null, y);
  return y;
}

/** log Σ eˣ over axes (all when absent), stable for any x; −∞ of no elements. */
export function logsumexp(operand: TensorLike, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const x = floatTensor(operand);
  const reduced = normalizeAxes("logsumexp", axes, x.ndim);
  const rest = x.shape.map((_, d) => d).filter((d) => !reduced.includes(d));
  const outer = rest.map((d) => x.shape[d]);
  // The kernel works on rows: bring what is reduced to the end, as one axis.
  const last = reduced.every((axis, i) => axis === rest.length + i);
  const rows = reshape(last ? x : transpose(x, [...rest, ...reduced]), [
    ...outer,
    sizeOf(reduced.map((d) => x.shape[d])),
  ]);
  const y = lastAxis(rows);
  return options.keepDims && reduced.length > 0 ? expandDims(y, reduced) : y;
}

function lastAxis(x: Tensor): Tensor {
  const shape = x.shape.slice(0, -1);
  const rows = sizeOf(shape);
  const source = dense(x, "logsumexp");
  const y = allocate(x.dtype, shape, rows, "logsumexp");
  floatKernels(x.dtype as FloatDType).logsumexp(rows, x.shape[shape.length], source.pointer, y.pointer);
  if (source !== x) source.dispose();
  if (recording && x.node !== null) record("logsumexp", [x], null, y);
  return y;
}
