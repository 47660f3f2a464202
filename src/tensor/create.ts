import { TuttiError } from "../errors.js";
import { core } from "./core.js";
import { BYTES, type DType, type FloatDType, isDType, isFloat, type TypedArray } from "./dtype.js";
import { checkShape, type Shape, showShape, sizeOf } from "./shape.js";
import { allocate, type NestedArray, Tensor } from "./tensor.js";

/** Nested arrays of numbers or of booleans; all rows of an axis must have the same length. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/** Data from which a tensor can be made. */
export type TensorData = NestedNumbers | NestedArray | ArrayLike<number>;

/**
 * A tensor with a copy of `data`: nested arrays of numbers or booleans, or a TypedArray.
 *
 * @param options.dtype Default: `float64` for numbers, `bool` for booleans, and what a TypedArray holds
 *   (16-bit and signed 8-bit integers become `int32`).
 * @param options.shape Another shape for the same number of elements.
 * @throws TuttiError `shape` if rows differ in length or the shape does not fit, `dtype`, `argument`.
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
  const dtype = checkDType("tensor", options.dtype ?? naturalDType(data));
  return fill(
    data,
    dtype,
    options.shape === undefined ? [data.length] : fitShape(options.shape, data.length),
  );
}

function naturalDType(data: unknown): DType {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return "uint8";
  if (data instanceof Int32Array || data instanceof Int16Array || data instanceof Uint16Array) return "int32";
  if (data instanceof Int8Array) return "int32";
  const found = (data as object).constructor.name;
  throw new TuttiError("dtype", `tensor: data is a ${found}; say which dtype it is to become`, { found });
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
  const x = allocate(dtype, shape, values.length, "tensor");
  if (dtype === "bool") (x.data as Uint8Array).set(Array.from(values, (v) => (v ? 1 : 0)));
  else x.data.set(values as ArrayLike<number>);
  return x;
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

/** The dtype option of creators. */
export interface DTypeOption {
  /** Default `float64`. */
  dtype?: DType;
}

/** A tensor whose every element is `value`. */
export function full(shape: Shape, value: number, { dtype = "float64" }: DTypeOption = {}): Tensor {
  const checked = checkShape("full", shape);
  return filled("full", checked, value, checkDType("full", dtype));
}

function filled(name: string, shape: Shape, value: number, dtype: DType): Tensor {
  const x = allocate(dtype, shape, sizeOf(shape), name);
  fillMemory(x, value);
  return x;
}

/** Sets every element of a row-major tensor. */
export function fillMemory(x: Tensor, value: number): void {
  const { heap } = core();
  if (value === 0 && !Object.is(value, -0)) heap.u8.fill(0, x.pointer, x.pointer + x.size * BYTES[x.dtype]);
  else if (x.size === 1 && x.dtype === "float64") heap.f64[x.pointer / 8] = value;
  else x.data.fill(x.dtype === "bool" ? 1 : value);
}

/** A tensor of zeros. */
export function zeros(shape: Shape, { dtype = "float64" }: DTypeOption = {}): Tensor {
  return filled("zeros", checkShape("zeros", shape), 0, checkDType("zeros", dtype));
}

/** A tensor of ones. */
export function ones(shape: Shape, { dtype = "float64" }: DTypeOption = {}): Tensor {
  return filled("ones", checkShape("ones", shape), 1, checkDType("ones", dtype));
}

/** Zeros with the shape of `x`, and its dtype unless another is given. */
export function zerosLike(x: Tensor, { dtype = x.dtype }: DTypeOption = {}): Tensor {
  return filled("zerosLike", x.shape, 0, checkDType("zerosLike", dtype));
}

/** Ones with the shape of `x`, and its dtype unless another is given. */
export function onesLike(x: Tensor, { dtype = x.dtype }: DTypeOption = {}): Tensor {
  return filled("onesLike", x.shape, 1, checkDType("onesLike", dtype));
}

/** A tensor of arbitrary content, for code that writes every element itself. */
export function empty(shape: Shape, { dtype = "float64" }: DTypeOption = {}): Tensor {
  const checked = checkShape("empty", shape);
  return allocate(checkDType("empty", dtype), checked, sizeOf(checked), "empty");
}

/** The n × n identity matrix. */
export function eye(n: number, options: DTypeOption = {}): Tensor {
  const x = zeros([n, n], options);
  const { data } = x;
  for (let i = 0; i < n; i++) data[i * (n + 1)] = 1;
  x.name = "eye";
  return x;
}

/**
 * The numbers from `start` in steps of `step` up to but not including `stop`; `arange(n)` is 0 … n − 1.
 *
 * @throws TuttiError `argument` if `step` is 0 or not finite.
 */
export function arange(start: number, stop?: number, step = 1, options: DTypeOption = {}): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!Number.isSafeInteger(count))
    throw new TuttiError(
      "argument",
      `arange: start ${from}, stop ${to} and step ${step} do not give a finite number of elements`,
      { start: from, stop: to, step },
    );
  return sequence("arange", count, (i) => from + i * step, options);
}

/**
 * `count` evenly spaced numbers from `start` to `stop`, both included.
 *
 * @throws TuttiError `argument` if `count` is not an integer of at least 2.
 */
export function linspace(start: number, stop: number, count: number, options: DTypeOption = {}): Tensor {
  if (!Number.isInteger(count) || count < 2)
    throw new TuttiError("argument", `linspace: count is ${count}, expected an integer of at least 2`, {
      count,
    });
  const value = (i: number) => (i === count - 1 ? stop : start + (i * (stop - start)) / (count - 1));
  return sequence("linspace", count, value, options);
}

function sequence(
  name: string,
  count: number,
  value: (i: number) => number,
  { dtype = "float64" }: DTypeOption,
): Tensor {
  const x = allocate(checkDType(name, dtype), [count], count, name);
  const data: TypedArray = x.data;
  for (let i = 0; i < count; i++) data[i] = dtype === "bool" ? Number(value(i) !== 0) : value(i);
  return x;
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
