import { cast } from "./cast.js";
import type { TensorLike } from "./create.js";
import type { DType } from "./dtype.js";
import { add, div, mul, neg, pow, sub } from "./elementwise.js";
import { matmul } from "./matmul.js";
import { max, mean, min, type ReduceOptions, sum } from "./reduce.js";
import { reshape } from "./reshape.js";
import type { Axes, Shape } from "./shape.js";
import { type Range, slice } from "./slice.js";
import { clone } from "./strided.js";
import { Tensor } from "./tensor.js";
import { transpose } from "./transpose.js";

// The common operations as methods, so that formulas read from left to right. Each is the function of the same name.

declare module "./tensor.js" {
  interface Tensor {
    /** {@link add} */
    add(b: TensorLike): Tensor;
    /** {@link sub} */
    sub(b: TensorLike): Tensor;
    /** {@link mul} */
    mul(b: TensorLike): Tensor;
    /** {@link div} */
    div(b: TensorLike): Tensor;
    /** {@link pow} */
    pow(b: TensorLike): Tensor;
    /** {@link neg} */
    neg(): Tensor;
    /** {@link matmul} */
    matmul(b: TensorLike): Tensor;
    /** {@link sum} */
    sum(axes?: Axes, options?: ReduceOptions): Tensor;
    /** {@link mean} */
    mean(axes?: Axes, options?: ReduceOptions): Tensor;
    /** {@link max} */
    max(axes?: Axes, options?: ReduceOptions): Tensor;
    /** {@link min} */
    min(axes?: Axes, options?: ReduceOptions): Tensor;
    /** {@link reshape} */
    reshape(shape: Shape): Tensor;
    /** {@link transpose} */
    transpose(order?: readonly number[]): Tensor;
    /** {@link slice} */
    slice(...ranges: Range[]): Tensor;
    /** {@link cast} */
    cast(dtype: DType): Tensor;
    /** {@link clone} */
    clone(): Tensor;
  }
}

type Methods = { [K in keyof Tensor]: Tensor[K] extends (...args: never[]) => unknown ? Tensor[K] : never };

const methods: Partial<Methods> & ThisType<Tensor> = {
  add(b) {
    return add(this, b);
  },
  sub(b) {
    return sub(this, b);
  },
  mul(b) {
    return mul(this, b);
  },
  div(b) {
    return div(this, b);
  },
  pow(b) {
    return pow(this, b);
  },
  neg() {
    return neg(this);
  },
  matmul(b) {
    return matmul(this, b);
  },
  sum(axes, options) {
    return sum(this, axes, options);
  },
  mean(axes, options) {
    return mean(this, axes, options);
  },
  max(axes, options) {
    return max(this, axes, options);
  },
  min(axes, options) {
    return min(this, axes, options);
  },
  reshape(shape) {
    return reshape(this, shape);
  },
  transpose(order) {
    return transpose(this, order);
  },
  slice(...ranges) {
    return slice(this, ...ranges);
  },
  cast(dtype) {
    return cast(this, dtype);
  },
  clone() {
    return clone(this);
  },
};

for (const [name, value] of Object.entries(methods))
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
