import assert from "node:assert/strict";
import { grad, hvp, jvp, vjp } from "../../src/autodiff/index.js";
import { add, mul, normal, scope, sub, sum, type Tensor } from "../../src/tensor/index.js";
import { assertNumbers, flat } from "../tensor/support.js";

type Function = (...xs: Tensor[]) => Tensor;

let stream = 0;

/** Fixed random numbers like `x`. */
const like = (x: Tensor): Tensor =>
  normal(x.shape, { seed: 20, stream: stream++, dtype: x.dtype as "float64" });

const inner = (u: readonly Tensor[], v: readonly Tensor[]): number =>
  u.reduce((total, x, i) => total + sum(mul(x, v[i])).item(), 0);

/**
 * Directional derivative by central differences with one step of Richardson extrapolation: the error is of fourth order in the
 * step, and the Taylor remainder of what is compared with it is below the tolerances used here.
 */
function difference(f: (xs: Tensor[]) => Tensor[], xs: Tensor[], v: Tensor[]): Tensor[] {
  const central = (h: number) => {
    const at = (t: number) => f(xs.map((x, i) => add(x, mul(v[i], t))));
    const above = at(h);
    const below = at(-h);
    return above.map((y, i) => mul(sub(y, below[i]), 1 / (2 * h)));
  };
  const coarse = central(2e-3);
  const fine = central(1e-3);
  return fine.map((y, i) => sub(mul(y, 4 / 3), mul(coarse[i], 1 / 3)));
}

function assertClose(
  actual: readonly Tensor[],
  expected: readonly Tensor[],
  tolerance: number,
  what: string,
): void {
  for (const [i, x] of actual.entries()) {
    assert.deepEqual([...x.shape], [...expected[i].shape], `${what}: shape`);
    const e = flat(expected[i]);
    const scale = Math.max(1, ...e.map(Math.abs));
    flat(x).forEach((value, j) => {
      const error = Math.abs(value - e[j]);
      assert.ok(
        error <= tolerance * scale,
        `${what}: ${value}, expected ${e[j]} (element ${j} of tensor ${i})`,
      );
    });
  }
}

/**
 * Checks the derivatives of `f` at float64 `xs`: jvp against differences, vjp against jvp by ⟨u, Jv⟩ = ⟨Jᵀu, v⟩, and second
 * derivatives of ⟨u, f⟩ in every nesting of forward and reverse mode against differences of the gradient and each other.
 */
export function checkDerivatives(f: Function, xs: Tensor[]): void {
  scope(() => {
    const v = xs.map(like);
    const [y, tangent] = jvp(f, xs, v);
    assertClose(
      [tangent],
      difference((at) => [f(...at)], xs, v),
      1e-7,
      "jvp against differences",
    );

    const u = like(y);
    const [value, pullback] = vjp(f, ...xs);
    assertClose([value], [y], 0, "value");
    const cotangents = pullback(u);
    assertNumbers([inner(cotangents, v)], [inner([u], [tangent])], 1e-11);

    const g = (at: readonly Tensor[]) => sum(mul(f(...at), u));
    const gradient = grad(g)(xs);
    assertClose(gradient, cotangents, 1e-11, "grad against pullback");
    const [, product] = hvp(g, xs, v);
    assertClose(
      product,
      difference((at) => [...grad(g)(at)], xs, v),
      1e-6,
      "hvp against differences",
    );

    const reverseOverReverse = grad((at: readonly Tensor[]) => {
      const slopes = grad(g)(at);
      return slopes.map((slope, i) => sum(mul(slope, v[i]))).reduce((a, b) => add(a, b));
    })(xs);
    assertClose(reverseOverReverse, product, 1e-9, "reverse over reverse against forward over reverse");

    const slope = (at: readonly Tensor[]) => jvp(g, [at], [v])[1];
    const [, curvature] = jvp(slope, [xs], [v]);
    assertNumbers([curvature.item()], [inner(product, v)], 1e-9);
    assertClose(grad(slope)(xs), product, 1e-9, "reverse over forward");

    const w = xs.map(like);
    const [, other] = hvp(g, xs, w);
    assertNumbers([inner(product, w)], [inner(other, v)], 1e-9);
  });
}

/** One check of an operation: its value against a reference in plain numbers, and its derivatives. */
export interface OperationCheck {
  /** Shapes of the operands; their elements are drawn from low … high (default −2 … 2). */
  shapes: number[][];
  op: Function;
  /** Elements of the result in row-major order, from accessors of the operands. */
  reference: (...xs: ((...index: number[]) => number)[]) => number[];
  low?: number;
  high?: number;
}

export function checkOperation({ shapes, op, reference, low = -2, high = 2 }: OperationCheck): void {
  scope(() => {
    const xs = shapes.map((shape, i) => samples(shape, i, low, high));
    const expected = reference(
      ...xs.map(
        (x) =>
          (...index: number[]) =>
            x.item(...index),
      ),
    );
    assertNumbers(flat(op(...xs)), expected, 1e-12);
    checkDerivatives(op, xs);
  });
}

/** Different numbers well apart from each other (so that comparisons do not change under small steps), in random order. */
export function samples(shape: readonly number[], seed: number, low: number, high: number): Tensor {
  const x = normal(shape, { seed: 30 + seed });
  const { data } = x;
  const order = [...data.keys()].sort((a, b) => data[a] - data[b]);
  order.forEach((place, rank) => {
    data[place] = low + ((rank + 0.3 + 0.17 * seed) * (high - low)) / data.length;
  });
  return x;
}
