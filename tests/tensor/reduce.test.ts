import assert from "node:assert/strict";
import { test } from "node:test";
import * as T from "../../src/tensor/index.js";
import { tensor, uniform } from "../../src/tensor/index.js";
import { assertNumbers, assertTensor, assertTuttiError, flat, indices } from "./support.js";

/** Reduces by definition: gathers the elements of each place of the result and applies `f`. */
function byDefinition(x: T.Tensor, axes: readonly number[], f: (values: number[]) => number): number[] {
  const places = new Map<string, number[]>();
  for (const index of indices(x.shape)) {
    const key = index.filter((_, d) => !axes.includes(d)).join();
    places.set(key, [...(places.get(key) ?? []), x.item(...index)]);
  }
  return [...places.values()].map(f);
}

const REFERENCES: Record<string, (values: number[]) => number> = {
  sum: (v) => v.reduce((s, x) => s + x, 0),
  mean: (v) => v.reduce((s, x) => s + x, 0) / v.length,
  prod: (v) => v.reduce((s, x) => s * x, 1),
  max: (v) => Math.max(...v),
  min: (v) => Math.min(...v),
  norm: (v) => Math.hypot(...v),
  variance: (v) => {
    const mean = v.reduce((s, x) => s + x, 0) / v.length;
    return v.reduce((s, x) => s + (x - mean) ** 2, 0) / v.length;
  },
  logsumexp: (v) => Math.log(v.reduce((s, x) => s + Math.exp(x), 0)),
};

const AXES = [[], [0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]];

for (const [name, reference] of Object.entries(REFERENCES))
  test(`${name} over every set of axes, with and without keepDims, of views too`, () => {
    const f = (T as unknown as Record<string, (x: T.Tensor, axes?: T.Axes, o?: object) => T.Tensor>)[name];
    const x = uniform([3, 2, 4], { seed: 5, low: -1, high: 2 });
    for (const view of [
      x,
      T.transpose(x, [2, 0, 1]),
      T.flip(x, 1),
      T.broadcastTo(T.slice(x, [0, 1]), [3, 2, 4]),
    ]) {
      for (const axes of AXES) {
        const y = f(view, axes);
        assert.deepEqual(
          [...y.shape],
          view.shape.filter((_, d) => !axes.includes(d)),
        );
        assertNumbers(flat(y), byDefinition(view, axes, reference), 1e-13);
        const kept = f(view, axes, { keepDims: true });
        assert.deepEqual(
          [...kept.shape],
          view.shape.map((n, d) => (axes.includes(d) ? 1 : n)),
        );
        assert.deepEqual(flat(kept), flat(y));
      }
      assert.equal(f(view).ndim, 0);
      assert.equal(f(view).item(), f(view, [2, 0, 1]).item());
      assert.deepEqual(flat(f(view, -1)), flat(f(view, 2)));
    }
  });

test("reductions of nothing", () => {
  assertTensor(T.sum(T.zeros([2, 0]), 1), [0, 0]);
  assert.equal(T.prod(T.zeros([0])).item(), 1);
  assert.deepEqual([...T.max(T.zeros([0, 3]), 1).shape], [0]);
  assert.equal(T.logsumexp(T.zeros([0])).item(), Number.NEGATIVE_INFINITY);
  assertTuttiError(
    () => T.max(T.zeros([0, 3]), 0),
    "shape",
    /max: there is nothing to reduce in shape \[0, 3\]/,
  );
  assertTuttiError(() => T.mean(T.zeros([0])), "shape", /mean: there is nothing/);
  assertTuttiError(() => T.argmax(T.zeros([0])), "shape", /argmax: there is nothing/);
});

test("integers and booleans are counted exactly", () => {
  assertTensor(T.sum(tensor([true, true, false])), 2);
  assertTensor(T.max(tensor([3, 7, 5], { dtype: "int32" })), 7);
  assert.equal(T.sum(tensor([2 ** 30, 2 ** 30, 2 ** 30], { dtype: "int32" })).item(), 3 * 2 ** 30);
});

test("variance with correction 1 is that of a sample", () => {
  assert.equal(T.variance(tensor([1, 2, 3, 4]), undefined, { correction: 1 }).item(), 5 / 3);
});

test("sums of many float32 numbers keep their precision", () => {
  const n = 1_000_000;
  const exact = n * Math.fround(0.1);
  const found = T.sum(T.full([n], 0.1, { dtype: "float32" })).item();
  assert.ok(Math.abs(found - exact) / exact < 1e-6, `${found}, expected ${exact}`);
});

test("logsumexp and softmax are stable for large and infinite arguments", () => {
  assert.equal(T.logsumexp(tensor([1000, 1000])).item(), 1000 + Math.log(2));
  assert.equal(T.logsumexp(tensor([Number.NEGATIVE_INFINITY, 0])).item(), 0);
  assert.equal(T.logsumexp(tensor([Number.POSITIVE_INFINITY, 0])).item(), Number.POSITIVE_INFINITY);
  assertTensor(T.softmax(tensor([1000, 0, -1000])), [1, 0, 0]);
  assertTensor(T.logSoftmax(tensor([1000, 0])), [0, -1000]);
});

test("softmax sums to one along its axis and logSoftmax is its logarithm", () => {
  const x = uniform([3, 4, 2], { seed: 8, low: -3, high: 3 });
  for (const axis of [0, 1, 2, -1]) {
    const y = T.softmax(x, axis);
    assert.ok(T.allClose(T.sum(y, axis), 1, { relative: 1e-14 }));
    assert.ok(T.allClose(T.div(T.exp(x), T.sum(T.exp(x), axis, { keepDims: true })), y, { relative: 1e-13 }));
    assert.ok(T.allClose(T.exp(T.logSoftmax(x, axis)), y, { relative: 1e-13 }));
  }
});

test("argmax and argmin take the first extreme; NaN counts as one", () => {
  const x = tensor([
    [1, 5, 5],
    [7, 0, 0],
  ]);
  assert.equal(T.argmax(x, 1).dtype, "int32");
  assertTensor(T.argmax(x, 1), [1, 0]);
  assertTensor(T.argmin(x, 1), [0, 1]);
  assertTensor(T.argmax(x, 0, { keepDims: true }), [[1, 0, 0]]);
  assertTensor(T.argmax(x), 3);
  assertTensor(T.argmax(x.transpose()), 1);
  assertTensor(T.argmin(tensor([1, Number.NaN, 0])), 1);
});

test("bad axes are named", () => {
  assertTuttiError(
    () => T.sum(T.zeros([2, 3]), 2),
    "argument",
    /sum: axis is 2, expected an integer from -2 to 1/,
  );
  assertTuttiError(() => T.sum(T.zeros([2, 3]), [0, -2]), "argument", /sum: axes \[0,-2\] name axis 0 twice/);
});

test("sumTo undoes a broadcast", () => {
  assertTensor(T.sumTo(T.ones([4, 2, 3]), [2, 1]), [[12], [12]]);
  assertTensor(T.sumTo(T.ones([4, 2]), []), 8);
});
