import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arange,
  assign,
  broadcastTo,
  clone,
  contiguous,
  expandDims,
  flip,
  type Range,
  reshape,
  slice,
  split,
  squeeze,
  type Tensor,
  transpose,
  zeros,
} from "../../src/tensor/index.js";
import { assertTensor, assertTuttiError, flat, indices } from "./support.js";

const cube = () => reshape(arange(24), [2, 3, 4]);

/** Whether writing to `x` shows in `view`. */
function sharesMemory(x: Tensor, view: Tensor): boolean {
  const before = flat(view);
  x.data.fill(-99);
  return flat(view).some((value, i) => value !== before[i]);
}

test("slice, transpose, broadcastTo, squeeze, expandDims, flip and split share memory", () => {
  const views: ((x: Tensor) => Tensor)[] = [
    (x) => slice(x, 1, [1, 3]),
    (x) => transpose(x),
    (x) => broadcastTo(x, [5, 2, 3, 4]),
    (x) => expandDims(x, [0, -1]),
    (x) => squeeze(expandDims(x, 1)),
    (x) => flip(x),
    (x) => split(x, 2, 2)[1],
    (x) => reshape(x, [6, 4]),
    (x) => reshape(slice(x, null, [0, 2]), [2, 8]),
    (x) => reshape(transpose(x, [1, 0, 2]), [3, 2, 2, 2]),
  ];
  for (const view of views) {
    const x = cube();
    assert.ok(sharesMemory(x, view(x)), view.toString());
  }
});

test("clone, contiguous of a view, and reshape of what no strides can show, copy", () => {
  for (const copy of [
    clone,
    (x: Tensor) => contiguous(transpose(x)),
    (x: Tensor) => reshape(transpose(x), [24]),
  ]) {
    const x = cube();
    assert.ok(!sharesMemory(x, copy(x)));
  }
  const x = cube();
  assert.equal(contiguous(x), x);
});

test("reshape keeps row-major order for every kind of view", () => {
  const x = cube();
  const views = [
    x,
    transpose(x),
    transpose(x, [1, 0, 2]),
    slice(x, null, [null, null, -2]),
    broadcastTo(slice(x, 0), [2, 3, 4]),
  ];
  for (const view of views)
    for (const shape of [[view.size], [view.size / 2, 2], [1, 4, 1, view.size / 4], [2, 2, view.size / 4]])
      assert.deepEqual(flat(reshape(view, shape)), flat(view));
});

test("reshape infers one length", () => {
  assert.deepEqual([...reshape(cube(), [4, -1]).shape], [4, 6]);
  assert.deepEqual([...reshape(zeros([]), [-1]).shape], [1]);
  assertTuttiError(
    () => reshape(cube(), [5, -1]),
    "shape",
    /\[2, 3, 4\] has 24 elements and cannot become \[5, -1\]/,
  );
  assertTuttiError(() => reshape(cube(), [5, 5]), "shape", /cannot become \[5, 5\]/);
  assertTuttiError(() => reshape(cube(), [-1, -1]), "shape", /reshape/);
});

test("slice agrees with the positions that Python's rules give", () => {
  // What range(*slice(start, stop, step).indices(5)) is, worked out by hand.
  const cases: [Range, number[]][] = [
    [null, [0, 1, 2, 3, 4]],
    [
      [1, 3],
      [1, 2],
    ],
    [
      [-2, null],
      [3, 4],
    ],
    [
      [null, -1],
      [0, 1, 2, 3],
    ],
    [
      [null, null, 2],
      [0, 2, 4],
    ],
    [
      [null, null, -1],
      [4, 3, 2, 1, 0],
    ],
    [
      [3, null, -2],
      [3, 1],
    ],
    [
      [3, 0, -1],
      [3, 2, 1],
    ],
    [
      [-1, -4, -1],
      [4, 3, 2],
    ],
    [
      [2, 99],
      [2, 3, 4],
    ],
    [
      [-99, 2],
      [0, 1],
    ],
    [
      [99, null, -3],
      [4, 1],
    ],
    [[3, 1], []],
    [[1], [1, 2, 3, 4]],
  ];
  for (const [range, expected] of cases)
    assert.deepEqual(flat(slice(arange(5), range)), expected, JSON.stringify(range));
});

test("slice with indices drops axes", () => {
  const x = cube();
  assertTensor(slice(x, 1, -1, [0, 2]), [20, 21]);
  assertTensor(slice(x, 1, 2, 3), 23);
  assert.deepEqual([...slice(x, null, 0).shape], [2, 4]);
  assertTuttiError(() => slice(x, 2), "index", /index 2 is not within axis 0 of shape \[2, 3, 4\]/);
  assertTuttiError(() => slice(x, null, null, null, 0), "argument", /4 ranges for shape \[2, 3, 4\]/);
  assertTuttiError(() => slice(x, [0, 1, 0]), "argument", /step 0/);
  assertTuttiError(() => slice(x, [0.5, 2]), "argument", /expected integers/);
});

test("a slice of a slice is the slice of the sum", () => {
  const x = cube();
  assertTensor(slice(slice(x, null, [1, 3]), 1, [1, 2], [null, null, 2]), [[20, 22]]);
});

test("transpose permutes", () => {
  const x = cube();
  const y = transpose(x, [2, 0, 1]);
  for (const [i, j, k] of indices([2, 3, 4])) assert.equal(y.item(k, i, j), x.item(i, j, k));
  assert.deepEqual([...transpose(x).shape], [4, 3, 2]);
  assert.deepEqual([...transpose(x, [0, -1, 1]).shape], [2, 4, 3]);
  assertTuttiError(() => transpose(x, [0, 1]), "argument", /order is \[0, 1\]/);
  assertTuttiError(() => transpose(x, [0, 1, 1]), "argument", /each axis of shape \[2, 3, 4\] once/);
});

test("broadcastTo repeats, and refuses to shrink", () => {
  assertTensor(broadcastTo([1, 2], [2, 2]), [
    [1, 2],
    [1, 2],
  ]);
  assertTuttiError(() => broadcastTo(zeros([2, 3]), [3]), "shape", /\[2, 3\] does not broadcast to \[3\]/);
  assertTuttiError(() => broadcastTo(zeros([3]), [1]), "shape", /\[3\] does not broadcast to \[1\]/);
});

test("squeeze and expandDims", () => {
  const x = zeros([1, 3, 1]);
  assert.deepEqual([...squeeze(x).shape], [3]);
  assert.deepEqual([...squeeze(x, -1).shape], [1, 3]);
  assert.deepEqual([...expandDims(x, [0, 2]).shape], [1, 1, 1, 3, 1]);
  assertTuttiError(() => squeeze(x, 1), "shape", /axis 1 of shape \[1, 3, 1\] has length 3/);
});

test("split", () => {
  assert.deepEqual(split(arange(6), 3).map(flat), [
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
  assert.deepEqual(split(arange(6), [1, 0, 5]).map(flat), [[0], [], [1, 2, 3, 4, 5]]);
  assertTuttiError(
    () => split(arange(6), 4),
    "shape",
    /axis 0 of shape \[6\] cannot be split into 4 equal parts/,
  );
  assertTuttiError(() => split(arange(6), [1, 2]), "shape", /parts of lengths \[1, 2\]/);
});

test("assign writes through views", () => {
  const x = zeros([2, 3]);
  assign(slice(x, 1), [1, 2, 3]);
  assign(slice(transpose(x), 0, 0), 9);
  assertTensor(x, [
    [9, 0, 0],
    [1, 2, 3],
  ]);
  assign(slice(x, null, [null, null, 2]), [[5], [6]]);
  assertTensor(x, [
    [5, 0, 5],
    [6, 2, 6],
  ]);
});
