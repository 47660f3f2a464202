import { grad } from "../../src/autodiff/index.js";
import { type Tensor, tensor } from "../../src/tensor/index.js";
import { assertNumbers, flat } from "../tensor/support.js";

export { assertNumbers, flat } from "../tensor/support.js";

/** Checks the gradient of a scalar function at `x` (float64, numbers of about 1) by central differences. */
export function checkGradient(f: (x: Tensor) => Tensor, x: Tensor): void {
  const values = flat(x);
  const h = 1e-5;
  const at = (i: number, step: number) =>
    f(tensor(values.with(i, values[i] + step), { shape: x.shape })).item();
  const differences = values.map((_, i) => (at(i, h) - at(i, -h)) / (2 * h));
  assertNumbers(flat(grad(f)(x)), differences, 1e-8);
}
