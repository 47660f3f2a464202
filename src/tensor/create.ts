import { TuttiError } from "../errors.js";
import { core } from "./core.js";
import { type DType, type FloatDType, isDType, isFloat } from "./dtype.js";
import { checkShape, type Shape, showShape, sizeOf } from "./shape.js";
import { allocate, type NestedArray, Tensor } from "./tensor.js";

/** Nested arrays of numbers or of booleans; all rows of an axis must have the same length. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/** Data from which a tensor can be made. */
export type TensorData = NestedNumbers | NestedArray | ArrayLike<number>;

/**
 * A tensor with a copy of `data`: nested arrays of numbers or booleans, or a TypedArray.
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]], { dtype: "float32" });
 * @param options.dtype Default: `float64` for numbers, `bool` for booleans, and what a TypedArray holds
 *   (16-bit and signed 8-bit integers become `int32`).
 * @param options.shape Another shape for the same number of elements.
 * @throws TuttiError `shape` if rows differ in length or the shape does not fit, `dtype`, `argument` for what is not a
 *   number or what an integer dtype cannot hold.
 */
export function tensor(data: TensorData, options: { dtype?: DType; shape?: Shape } = {}): Tensor {
  if (ArrayBuffer.isView(data)) return fromTyped(data as unknown as ArrayLike<number>, options);
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat: (number | boolean)[] = [];
  flatten(data as NestedNumbers, shape, 0, flat);
  const dtype = checkDType("tensor", options.dtype ?? (typeof flat[0] === "boolean" ? "bool" : "float64"));
  return fill(flat, dtype, options.shape === undefined ? shape : fitShape(options.shape, flat.length));
}

function flatten(data: NestedNumbers, shape: Shape, axis: number, flat: (number | boolean)[]): void {
  if (axis < shape.length) {
    if (!Array.isArray(data) || data.length !== shape[axis])
      throw new TuttiError(
        "shape",
        `tensor: rows of axis ${axis} differ: the first has ${shape[axis]} elements, another ` +
          `${Array.isArray(data) ? `has ${data.length}` : `is ${String(data)}`}`,
        { axis },
      );
    for (const row of data) flatten(row, shape, axis + 1, flat);
  } else if (typeof data === "number" || typeof data === "boolean") flat.push(data);
  else if (Array.isArray(data))
    throw new TuttiError(
      "shape",
      `tensor: an array stands at depth ${axis}, where the first row has a number`,
      {
        axis,
      },
    );
  else
    throw new TuttiError(
      "argument",
      `tensor: an element is ${String(data)}, expected a number or a boolean`,
      {
        value: data,
      },
    );
}

function fromTyped(data: ArrayLike<number>, options: { dtype?: DType; shape?: Shape }): Tensor {
  const dtype = options.dtype ?? naturalDType(data);
  if (dtype === undefined) {
    const found = data.constructor.name;
    throw new TuttiError("dtype", `tensor: data is a ${found}; say which dtype it is to become`, { found });
  }
  checkDType("tensor", dtype);
  return fill(
    data,
    dtype,
    options.shape === undefined ? [data.length] : fitShape(options.shape, data.length),
  );
}

/** The dtype that holds every value of a TypedArray, if there is one. */
function naturalDType(data: unknown): DType | undefined {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return "uint8";
  const small = data instanceof Int8Array || data instanceof Int16Array || data instanceof Uint16Array;
  return small || data instanceof Int32Array ? "int32" : undefined;
}

function fitShape(shape: Shape, count: number): Shape {
  const checked = checkShape("tensor", shape);
  if (sizeOf(checked) !== count)
    throw new TuttiError(
      "shape",
      `tensor: shape ${showShape(shape)} needs ${sizeOf(checked)} elements, data has ${count}`,
      { shape, count },
    );
  return checked;
}

function fill(values: ArrayLike<number | boolean>, dtype: DType, shape: Shape): Tensor {
  const same = ArrayBuffer.isView(values) && naturalDType(values) === dtype;
  if (!same && (dtype === "int32" || dtype === "uint8"))
    for (let i = 0; i < values.length; i++) checkNumber("tensor", Number(values[i]), dtype);
  const x = allocate(dtype, shape, values.length, "tensor");
  if (dtype === "bool") (x.data as Uint8Array).set(Array.from(values, (v) => (v ? 1 : 0)));
  else x.data.set(values as ArrayLike<number>);
  return x;
}

/** Refuses numbers that an integer dtype cannot hold, rather than change them. */
export function checkNumber(caller: string, value: number, dtype: DType): void {
  if (dtype !== "int32" && dtype !== "uint8") return;
  const [low, high] = dtype === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, 255];
  if (!Number.isInteger(value) || value < low || value > high)
    throw new TuttiError(
      "argument",
      `${caller}: ${value} is not ${dtype}, expected an integer from ${low} to ${high}; cast() converts floats`,
      { value, dtype },
    );
}

export function checkDType(caller: string, dtype: DType): DType {
  if (!isDType(dtype))
    throw new TuttiError(
      "dtype",
      `${caller}: dtype is ${JSON.stringify(dtype)}, expected float64, float32, int32, uint8 or bool`,
      { dtype },
    );
  return dtype;
}

/** What operations take where a tensor is expected: a tensor, a number, nested arrays or a TypedArray. */
export type TensorLike = Tensor | TensorData;

/** `x` as a tensor; what is not one yet gets `dtype`. */
export function asTensor(x: TensorLike, dtype?: DType): Tensor {
  return x instanceof Tensor ? x : tensor(x, { dtype });
}

/** A scalar of float dtype. */
export function scalar(value: number, dtype: FloatDType): Tensor {
  const x = allocate(dtype, SCALAR, 1, "scalar");
  const { heap } = core();
  if (dtype === "float64") heap.f64[x.pointer / 8] = value;
  else heap.f32[x.pointer / 4] = value;
  return x;
}

const SCALAR: Shape = [];

/** Refuses integers and booleans where only floats make sense. */
export function floatDTypeOf(caller: string, x: Tensor): FloatDType {
  if (isFloat(x.dtype)) return x.dtype;
  throw new TuttiError(
    "dtype",
    `${caller}: the tensor "${x.name}" is ${x.dtype}, expected float64 or float32; use cast(x, "float64")`,
    { dtype: x.dtype },
  );
}
