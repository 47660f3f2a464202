import assert from "node:assert/strict";
import { test } from "node:test";
import {
  broadcastTo,
  cast,
  dot,
  matmul,
  matmulInto,
  matrixTranspose,
  slice,
  type Tensor,
  tensor,
  transpose,
  uniform,
  zeros,
} from "../../src/tensor/index.js";
import { assertNumbers, assertTensor, assertTuttiError, flat, indices } from "./support.js";

/** Σₖ a[…, i, k] b[…, k, j] by definition, for operands with at least two axes. */
function byDefinition(a: Tensor, b: Tensor, shape: readonly number[]): number[] {
  const at = (x: Tensor, batch: number[], i: number, j: number) =>
    x.item(...batch.slice(batch.length - (x.ndim - 2)).map((p, d) => (x.shape[d] === 1 ? 0 : p)), i, j);
  return [...indices(shape)].map((index) => {
    const batch = index.slice(0, -2);
    const [i, j] = index.slice(-2);
    let sum = 0;
    for (let k = 0; k < a.shape[a.ndim - 1]; k++) sum += at(a, batch, i, k) * at(b, batch, k, j);
    return sum;
  });
}

const matrix = (shape: number[], seed: number) => uniform(shape, { seed, low: -1, high: 1 });

test("every layout of both operands gives the same product", () => {
  const whole = matrix([12, 11], 1);
  const layouts = (m: number, n: number): Tensor[] => [
    matrix([m, n], m + 31 * n),
    transpose(matrix([n, m], m + 17 * n)),
    slice(whole, [1, 1 + m], [2, 2 + n]), // rows inside a larger matrix
    transpose(slice(whole, [1, 1 + n], [2, 2 + m])),
    slice(whole, [0, 2 * m, 2], [0, 2 * n, 2]), // gaps in rows and columns
    slice(whole, [m - 1, null, -1], [0, n]), // rows upside down
    broadcastTo(matrix([1, n], 5), [m, n]),
    broadcastTo(matrix([m, 1], 6), [m, n]),
  ];
  for (const [m, k, n] of [
    [3, 4, 5],
    [1, 4, 5],
    [3, 1, 5],
    [3, 4, 1],
    [1, 1, 1],
  ])
    for (const a of layouts(m, k))
      for (const b of layouts(k, n)) {
        const y = matmul(a, b);
        assert.deepEqual([...y.shape], [m, n]);
        assertNumbers(flat(y), byDefinition(a, b, [m, n]), 1e-14);
      }
});

test("vectors are rows on the left and columns on the right", () => {
  const m = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assertTensor(matmul([1, 2], m), [9, 12, 15]);
  assertTensor(matmul(m, [1, 2, 3]), [14, 32]);
  assertTensor(matmul([1, 2], [3, 4]), 11);
  assert.deepEqual([...matmul(matrix([3], 1), matrix([5, 3, 2], 2)).shape], [5, 2]);
  assert.deepEqual([...matmul(matrix([5, 2, 3], 2), matrix([3], 1)).shape], [5, 2]);
  assertTensor(dot([1, 2, 3], [4, 5, 6]), 32);
});

test("stacks of matrices multiply pairwise and broadcast", () => {
  const cases: [number[], number[], number[]][] = [
    [
      [5, 2, 3],
      [5, 3, 4],
      [5, 2, 4],
    ],
    [
      [5, 2, 3],
      [3, 4],
      [5, 2, 4],
    ],
    [
      [2, 3],
      [5, 3, 4],
      [5, 2, 4],
    ],
    [
      [6, 1, 2, 3],
      [5, 3, 4],
      [6, 5, 2, 4],
    ],
    [
      [0, 2, 3],
      [1, 3, 4],
      [0, 2, 4],
    ],
  ];
  for (const [s, t, shape] of cases) {
    const a = matrix(s, 1);
    const b = matrix(t, 2);
    const y = matmul(a, b);
    assert.deepEqual([...y.shape], shape);
    assertNumbers(flat(y), byDefinition(a, b, shape), 1e-14);
  }
  const a = matrix([5, 3, 2], 3);
  const b = matrix([5, 4, 3], 4);
  assertNumbers(
    flat(matmul(matrixTranspose(a), matrixTranspose(b))),
    byDefinition(matrixTranspose(a), matrixTranspose(b), [5, 2, 4]),
    1e-14,
  );
});

test("empty products", () => {
  assertTensor(matmul(zeros([2, 0]), zeros([0, 3])), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
  assert.deepEqual([...matmul(zeros([0, 2]), zeros([2, 3])).shape], [0, 3]);
});

test("float32 products", () => {
  const a = cast(matrix([4, 7], 1), "float32");
  const b = cast(matrix([7, 3], 2), "float32");
  const y = matmul(a, b);
  assert.equal(y.dtype, "float32");
  assertNumbers(flat(y), byDefinition(a, b, [4, 3]), 1e-6);
});

test("matmulInto replaces or adds", () => {
  const a = matrix([2, 3], 1);
  const b = matrix([3, 2], 2);
  const out = tensor([
    [1, 1],
    [1, 1],
  ]);
  const product = flat(matmul(a, b));
  matmulInto(a, b, out);
  assertNumbers(flat(out), product);
  matmulInto(a, b, out, { accumulate: true });
  assertNumbers(
    flat(out),
    product.map((x) => 2 * x),
    1e-15,
  );
  assertTuttiError(() => matmulInto(a, b, zeros([2, 3])), "shape", /out of float64 \[2, 3\]/);
});

test("shapes that do not fit are named as given", () => {
  assertTuttiError(
    () => matmul(zeros([2, 3]), zeros([4, 5])),
    "shape",
    /^matmul: shapes \[2, 3\] and \[4, 5\] do not fit/,
  );
  assertTuttiError(() => matmul(zeros([9, 2, 3]), zeros([4, 5])), "shape", /\[9, 2, 3\] and \[4, 5\]/);
  assertTuttiError(
    () => matmul(zeros([2, 2, 3]), zeros([3, 3, 5])),
    "shape",
    /^matmul of \[2, 2, 3\] and \[3, 3, 5\]: shapes \[2\] and \[3\] do not broadcast/,
  );
  assertTuttiError(() => matmul(2, zeros([2])), "shape", /\[\] and \[2\]/);
  assertTuttiError(() => dot([1], [1, 2]), "shape", /dot: shapes \[1\] and \[2\]/);
});
