import {
  broadcastTo,
  cast,
  concat,
  div,
  equal,
  exp,
  expandDims,
  type FloatDType,
  mul,
  ones,
  prod,
  reshape,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  transpose,
} from "../tensor/index.js";
import { type Range, type ReduceParams, withReducedAxes } from "../tensor/internal.js";
import { type Application, type Rule, symmetric } from "./rule.js";

type Reduction = Application<ReduceParams>;

const operand = (at: Application) => at.inputs[0] as Tensor;

const sumRule: Rule<ReduceParams> = {
  vjp: (g, at) => broadcastTo(withReducedAxes(g, at.params), operand(at).shape),
  jvp: (d, { params: { axes, keepDims } }) => sum(d, axes, { keepDims }),
};

/** A reduction with gradient w(x): dy = Σ w · dx over the reduced axes. */
const weighted = (weights: (at: Reduction) => Tensor): Rule<ReduceParams> => ({
  vjp: (g, at) => mul(withReducedAxes(g, at.params), weights(at)),
  jvp: (d, at) => sum(mul(d, weights(at)), at.params.axes, { keepDims: at.params.keepDims }),
});

/** 1 at the extreme element; shared among equal ones. */
function extreme(at: Reduction): Tensor {
  const x = operand(at);
  const hits = cast(equal(x, withReducedAxes(at.output, at.params)), x.dtype as FloatDType);
  return div(hits, sum(hits, at.params.axes, { keepDims: true }));
}

/** For each element the product of the others over the reduced axes; no division, so that zeros have the right derivatives. */
function othersOf({ inputs, params: { axes } }: Reduction): Tensor {
  const x = inputs[0] as Tensor;
  // Bring the reduced axes to the end, as one.
  const kept = x.shape.map((_, d) => d).filter((d) => !axes.includes(d));
  const order = [...kept, ...axes];
  const moved = transpose(x, order);
  const rows = reshape(moved, [...kept.map((d) => x.shape[d]), axes.reduce((n, d) => n * x.shape[d], 1)]);
  const others = reshape(productOfOthers(rows), moved.shape);
  return transpose(
    others,
    order.map((_, d) => order.indexOf(d)),
  );
}

/** Along the last axis: of the left half, its others times the product of the right half, and the other way round. */
function productOfOthers(x: Tensor): Tensor {
  const axis = x.ndim - 1;
  const n = x.shape[axis];
  if (n <= 1) return ones(x.shape, { dtype: x.dtype });
  const rest: Range[] = new Array(axis).fill(null);
  const left = slice(x, ...rest, [0, n >> 1]);
  const right = slice(x, ...rest, [n >> 1, n]);
  return concat(
    [
      mul(productOfOthers(left), prod(right, axis, { keepDims: true })),
      mul(productOfOthers(right), prod(left, axis, { keepDims: true })),
    ],
    axis,
  );
}

// The softmax family works along the last axis.

const lastSum = (x: Tensor) => sum(x, -1, { keepDims: true });

const logsumexpRule: Rule = {
  vjp: (g, at) => mul(expandDims(g, -1), softmax(operand(at))),
  jvp: (d, at) => sum(mul(d, softmax(operand(at))), -1),
};

const softmaxRule: Rule = symmetric((d, { output: y }) => mul(y, sub(d, lastSum(mul(d, y)))));

const logSoftmaxRule: Rule = {
  vjp: (g, { output: y }) => sub(g, mul(exp(y), lastSum(g))),
  jvp: (d, { output: y }) => sub(d, lastSum(mul(d, exp(y)))),
};

export const reductions = {
  sum: sumRule,
  prod: weighted(othersOf),
  max: weighted(extreme),
  min: weighted(extreme),
  logsumexp: logsumexpRule,
  softmax: softmaxRule,
  logSoftmax: logSoftmaxRule,
};
