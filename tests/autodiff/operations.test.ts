import { test } from "node:test";
import * as T from "../../src/tensor/index.js";
import { checkOperation, type OperationCheck } from "./support.js";

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: number[]) => sum(values) / values.length;

/** Functions that are compositions of primitives, against their definitions. */
const CHECKS: Record<string, OperationCheck> = {
  "mean over an axis": {
    shapes: [[3, 4]],
    op: (x) => T.mean(x, 1),
    reference: (x) => range(3).map((i) => mean(range(4).map((j) => x(i, j)))),
  },
  "variance of a sample": {
    shapes: [[4, 3]],
    op: (x) => T.variance(x, 0, { correction: 1 }),
    reference: (x) =>
      range(3).map((j) => {
        const column = range(4).map((i) => x(i, j));
        return sum(column.map((v) => (v - mean(column)) ** 2)) / 3;
      }),
  },
  norm: {
    shapes: [[2, 3]],
    op: (x) => T.norm(x, 1),
    reference: (x) => range(2).map((i) => Math.hypot(...range(3).map((j) => x(i, j)))),
  },
  dot: {
    shapes: [[4], [4]],
    op: T.dot,
    reference: (a, b) => [sum(range(4).map((i) => a(i) * b(i)))],
  },
  clip: {
    shapes: [[6]],
    op: (x) => T.clip(x, -0.7, 1.1),
    reference: (x) => range(6).map((i) => Math.min(1.1, Math.max(-0.7, x(i)))),
  },
  "softmax of columns": {
    shapes: [[3, 2]],
    op: (x) => T.softmax(x, 0),
    reference: (x) =>
      range(3).flatMap((i) =>
        range(2).map((j) => Math.exp(x(i, j)) / sum(range(3).map((k) => Math.exp(x(k, j))))),
      ),
  },
  "logsumexp over two axes": {
    shapes: [[2, 2, 2]],
    op: (x) => T.logsumexp(x, [0, 2]),
    reference: (x) =>
      range(2).map((j) => Math.log(sum(range(2).flatMap((i) => range(2).map((k) => Math.exp(x(i, j, k))))))),
  },
  "stack and split": {
    shapes: [[2], [2]],
    op: (a, b) => {
      const [left, right] = T.split(T.stack([a, b], 1), 2, 1);
      return T.mul(left, T.square(right));
    },
    reference: (a, b) => range(2).map((i) => a(i) * b(i) ** 2),
  },
  flip: {
    shapes: [[3], [3]],
    op: (a, b) => T.mul(T.flip(a), b),
    reference: (a, b) => range(3).map((i) => a(2 - i) * b(i)),
  },
  "squeeze and expandDims": {
    shapes: [[1, 2], [3]],
    op: (a, b) => T.mul(T.expandDims(T.squeeze(a), 1), b),
    reference: (a, b) => range(2).flatMap((i) => range(3).map((j) => a(0, i) * b(j))),
  },
  "takeAlongAxis: the log-likelihood of labels": {
    shapes: [[3, 4]],
    op: (x) => T.takeAlongAxis(T.logSoftmax(x), [[1], [3], [0]], 1),
    reference: (x) =>
      [1, 3, 0].map((label, i) => x(i, label) - Math.log(sum(range(4).map((j) => Math.exp(x(i, j)))))),
  },
  "product with zeros": {
    shapes: [[2, 4]],
    op: (x) => T.prod(T.mul(x, [1, 0, 1, 1]), 1),
    reference: () => [0, 0],
  },
  "sumTo and broadcastTo": {
    shapes: [[2, 3]],
    op: (x) => T.square(T.sumTo(T.broadcastTo(x, [4, 2, 3]), [3])),
    reference: (x) => range(3).map((j) => (4 * (x(0, j) + x(1, j))) ** 2),
  },
  "a two-layer network": {
    shapes: [[3, 2], [2, 4], [4], [4, 1]],
    op: (x, w, b, v) => T.sigmoid(T.matmul(T.tanh(T.add(T.matmul(x, w), b)), v)),
    reference: (x, w, b, v) =>
      range(3).map((n) => {
        const hidden = range(4).map((j) => Math.tanh(sum(range(2).map((i) => x(n, i) * w(i, j))) + b(j)));
        return 1 / (1 + Math.exp(-sum(hidden.map((h, j) => h * v(j, 0)))));
      }),
  },
};

for (const [name, check] of Object.entries(CHECKS))
  test(`${name}: value, and derivatives of first and second order`, () => checkOperation(check));
