import { DTYPE } from "../kernels/index.js";
import { core } from "./core.js";
import { asTensor, checkDType, type TensorLike } from "./create.js";
import { type DType, isFloat } from "./dtype.js";
import { dense } from "./strided.js";
import { allocate, type Tensor } from "./tensor.js";
import { record, recording } from "./trace.js";

/**
 * `x` in another dtype; `x` itself if it has it already.
 *
 * Floats to integers truncate towards zero and saturate (NaN becomes 0); to `bool` is `x != 0`. Differentiable between floats.
 */
export function cast(x: TensorLike, dtype: DType): Tensor {
  checkDType("cast", dtype);
  const from = asTensor(x);
  if (from.dtype === dtype) return from;
  const source = dense(from, "cast");
  const y = allocate(dtype, from.shape, from.size, "cast");
  core().f.cast(DTYPE[from.dtype], DTYPE[dtype], from.size, source.pointer, y.pointer);
  if (source !== from) source.dispose();
  if (recording && from.node !== null && isFloat(dtype)) record("cast", [from], { dtype }, y);
  return y;
}
