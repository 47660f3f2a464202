import { TuttiError } from "../errors.js";
import { cast } from "./cast.js";
import { scalar, type TensorLike, tensor } from "./create.js";
import { type FloatDType, isFloat } from "./dtype.js";
import { Tensor } from "./tensor.js";
import type { Input } from "./trace.js";

// The dtype rule of all arithmetic, in one place:
// - float64 and float32 tensors do not mix silently;
// - numbers and arrays of numbers take the dtype of the tensor they meet, float64 without one;
// - integers and booleans become the float dtype of the other operand, float64 without one.

/** The dtype in which `a` and `b` meet. */
export function jointDType(caller: string, a: TensorLike, b: TensorLike): FloatDType {
  const x = floatOf(a);
  const y = floatOf(b);
  if (x !== null && y !== null && x !== y)
    throw new TuttiError(
      "dtype",
      `${caller}: operands are ${x} and ${y}; cast one of them, for example cast(x, "${x}")`,
      { a: x, b: y },
    );
  return x ?? y ?? "float64";
}

function floatOf(x: TensorLike): FloatDType | null {
  if (x instanceof Tensor) return isFloat(x.dtype) ? x.dtype : null;
  if (x instanceof Float64Array) return "float64";
  return x instanceof Float32Array ? "float32" : null;
}

/** An operand as a kernel input: a tensor of `dtype`, or a number. */
export function input(x: TensorLike, dtype: FloatDType): Input {
  if (x instanceof Tensor) return x.dtype === dtype ? x : cast(x, dtype);
  if (typeof x === "number") return x;
  return typeof x === "boolean" ? Number(x) : tensor(x, { dtype });
}

/** An operand as a float tensor, of `dtype` if it has none of its own. */
export function floatTensor(x: TensorLike, dtype: FloatDType = "float64"): Tensor {
  const own = floatOf(x) ?? dtype;
  const value = input(x, own);
  return typeof value === "number" ? scalar(value, own) : value;
}
