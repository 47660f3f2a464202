import { DTYPE } from "../kernels/index.js";

/** Type of the elements of a tensor. `bool` is one byte, 0 or 1. */
export type DType = keyof typeof DTYPE;

/** The dtypes in which arithmetic is done and which have derivatives. */
export type FloatDType = "float64" | "float32";

/** The array over a tensor's bytes. */
export type TypedArray = Float64Array | Float32Array | Int32Array | Uint8Array;

/** Bytes of one element. */
export const BYTES: Readonly<Record<DType, 1 | 4 | 8>> = {
  float64: 8,
  float32: 4,
  int32: 4,
  uint8: 1,
  bool: 1,
};

export const isFloat = (dtype: DType): dtype is FloatDType => dtype === "float64" || dtype === "float32";

export const isDType = (value: unknown): value is DType =>
  typeof value === "string" && Object.hasOwn(DTYPE, value);

/** A view of `length` elements of the heap's memory, from byte `pointer` on. */
export function typedView(
  dtype: DType,
  buffer: ArrayBufferLike,
  pointer: number,
  length: number,
): TypedArray {
  switch (dtype) {
    case "float64":
      return new Float64Array(buffer, pointer, length);
    case "float32":
      return new Float32Array(buffer, pointer, length);
    case "int32":
      return new Int32Array(buffer, pointer, length);
    default:
      return new Uint8Array(buffer, pointer, length);
  }
}
