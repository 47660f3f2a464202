import { TuttiError } from "../errors.js";
import { core } from "./core.js";
import { checkDType, checkNumber } from "./create.js";
import { BYTES, type DType, type TypedArray } from "./dtype.js";
import { checkShape, type Shape, sizeOf } from "./shape.js";
import { allocate, type Tensor } from "./tensor.js";

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
  checkNumber(name, value, dtype);
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
  for (let i = 0; i < count; i++) {
    checkNumber(name, value(i), dtype);
    data[i] = dtype === "bool" ? Number(value(i) !== 0) : value(i);
  }
  return x;
}
