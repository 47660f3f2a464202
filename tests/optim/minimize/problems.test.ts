import assert from "node:assert/strict";
import { test } from "node:test";
import { PROBLEMS, type Problem } from "./problems/index.js";

const norm = (v: ArrayLike<number>) => Math.hypot(...Array.from(v));

/** A point near the first guess, where no derivative is zero by symmetry. */
const aside = ({ x0 }: Problem) => x0.map((xi, i) => 0.97 * xi + 0.01 * Math.cos(1 + i));

/** Central differences of a vector's function, column by column; the rows as in a Jacobian. */
function differences(f: (x: number[]) => Float64Array, x: readonly number[]): Float64Array {
  const n = x.length;
  const out = new Float64Array(f([...x]).length * n);
  x.forEach((xj, j) => {
    const h = 1e-5 * Math.max(0.1, Math.abs(xj));
    const at = (xj: number) => f(x.map((xi, i) => (i === j ? xj : xi)));
    const [above, below] = [at(xj + h), at(xj - h)];
    above.forEach((value, i) => {
      out[i * n + j] = (value - below[i]) / (2 * h);
    });
  });
  return out;
}

function assertClose(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number, what: string) {
  const apart = norm(Array.from(found, (value, i) => value - wanted[i]));
  assert.ok(apart <= tolerance * Math.max(1, norm(wanted)), `${what} is off by ${apart} of ${norm(wanted)}`);
}

test("the whole set is there: 35 problems", () => {
  const numbers = new Set(PROBLEMS.map(({ name }) => Number.parseInt(name, 10)));
  assert.deepEqual(
    [...numbers],
    Array.from({ length: 35 }, (_, i) => i + 1),
  );
});

test("derivatives are those of the differences", () => {
  for (const problem of PROBLEMS) {
    const { name, n, m, objective } = problem;
    const x = aside(problem);
    assert.equal(problem.residuals(x).length, m, name);
    assertClose(problem.jacobian(x), differences(problem.residuals, x), 1e-6, `${name}: Jacobian`);
    const gradientAt = (x: number[]) => {
      const gradient = new Float64Array(n);
      objective.valueAndGradient(Float64Array.from(x), gradient);
      return gradient;
    };
    const value = (x: number[]) => Float64Array.of(objective.value!(Float64Array.from(x)));
    assertClose(gradientAt(x), differences(value, x), 1e-5, `${name}: gradient`);
    assertClose(problem.hessian(x), differences(gradientAt, x), 1e-5, `${name}: Hessian`);
    const product = new Float64Array(n);
    const direction = Float64Array.from(x, (_, i) => Math.sin(i + 1));
    objective.hessian!(Float64Array.from(x))(direction, product);
    const hessian = problem.hessian(x);
    const wanted = product.map((_, i) => direction.reduce((sum, d, j) => sum + hessian[i * n + j] * d, 0));
    assertClose(product, wanted, 1e-14, `${name}: product`);
  }
});

test("published solutions have the published values", () => {
  for (const { name, solution, minima, objective } of PROBLEMS) {
    if (solution === undefined) continue;
    const value = objective.value!(Float64Array.from(solution));
    assert.ok(Math.abs(value - minima[0]) <= 1e-12 * Math.max(1, minima[0]), `${name}: ${value}`);
  }
});

/** Solves A y = b for a positive definite A by Cholesky's factors; undefined if it is not. */
function choleskySolve(a: Float64Array, b: ArrayLike<number>): Float64Array | undefined {
  const n = b.length;
  const l = a.slice();
  const y = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      for (let k = 0; k < j; k++) l[i * n + j] -= l[i * n + k] * l[j * n + k];
      if (j < i) l[i * n + j] /= l[j * n + j];
    }
    if (!(l[i * n + i] > 0)) return undefined;
    l[i * n + i] = Math.sqrt(l[i * n + i]);
    for (let k = 0; k < i; k++) y[i] -= l[i * n + k] * y[k];
    y[i] /= l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) y[i] -= l[k * n + i] * y[k];
    y[i] /= l[i * n + i];
  }
  return y;
}

/** Marquardt's damping around Newton's steps, with the diagonal of JᵀJ: slow, sure, and nothing of the toolkit's. */
function dampedNewton({ n, m, x0, objective, hessian, jacobian }: Problem): number {
  let x = Float64Array.from(x0);
  const gradient = new Float64Array(n);
  let value = objective.valueAndGradient(x, gradient);
  for (let trial = 0, damping = 1; trial < 3000 && damping < 1e20; trial++) {
    const j = jacobian(x);
    const a = hessian(x);
    for (let k = 0; k < n; k++) {
      let scale = 1e-12;
      for (let i = 0; i < m; i++) scale += j[i * n + k] ** 2;
      a[k * n + k] += damping * scale;
    }
    const step = choleskySolve(a, gradient);
    const next = step && x.map((xk, k) => xk - step[k]);
    const found = next && objective.value!(next);
    if (next === undefined || !(found! < value)) {
      damping *= 4;
      continue;
    }
    x = next;
    value = objective.valueAndGradient(x, gradient);
    damping /= 5;
    if (norm(gradient) < 1e-13) break;
  }
  return value;
}

test("the published minima are reached from the first guesses", () => {
  for (const problem of PROBLEMS) {
    const value = dampedNewton(problem);
    const near = problem.minima.some((minimum) => Math.abs(value - minimum) <= 6e-6 * minimum + 1e-10);
    assert.ok(near, `${problem.name}: ${value}, published ${problem.minima.join(", ")}`);
  }
});
