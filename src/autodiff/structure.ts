import type { DType } from "../tensor/index.js";
import {
  broadcastTo,
  cast,
  matmul,
  matmulInto,
  matrixTranspose,
  reshape,
  slice,
  type Tensor,
  transpose,
} from "../tensor/index.js";
import {
  type EmbedParams,
  embed,
  type Input,
  type Range,
  type SliceParams,
  scatterVector,
  strideSlice,
  type TakeParams,
  takeVector,
} from "../tensor/internal.js";
import type { Rule } from "./rule.js";

const shapeOf = (x: Input) => (x as Tensor).shape;

const identity: Rule = { vjp: (g) => g, jvp: (d) => d };

const castRule: Rule<{ dtype: DType }> = {
  vjp: (g, { inputs: [x] }) => cast(g, (x as Tensor).dtype),
  jvp: (d, { params }) => cast(d, params.dtype),
};

const matmulRule: Rule = {
  vjp: (g, { inputs: [a, b] }, i) =>
    i === 0 ? matmul(g, matrixTranspose(b as Tensor)) : matmul(matrixTranspose(a as Tensor), g),
  jvp: (d, { inputs: [a, b] }, i) => (i === 0 ? matmul(d, b as Tensor) : matmul(a as Tensor, d)),
  vjpInto(g, { inputs: [a, b] }, i, out, accumulate) {
    if (g.ndim !== 2) return false;
    if (i === 0) matmulInto(g, matrixTranspose(b as Tensor), out, { accumulate });
    else matmulInto(matrixTranspose(a as Tensor), g, out, { accumulate });
    return true;
  },
};

// Operations that only move elements: each is linear, so its jvp is itself and its vjp moves them back.

const reshapeRule: Rule = {
  vjp: (g, { inputs: [x] }) => reshape(g, shapeOf(x)),
  jvp: (d, { output }) => reshape(d, output.shape),
};

const transposeRule: Rule<{ order: readonly number[] }> = {
  vjp: (g, { params: { order } }) =>
    transpose(
      g,
      order.map((_, d) => order.indexOf(d)),
    ),
  jvp: (d, { params: { order } }) => transpose(d, order),
};

const broadcastRule: Rule = {
  vjp: (g) => g, // summed to the shape of the input by the sweep
  jvp: (d, { output }) => broadcastTo(d, output.shape),
};

const sliceRule: Rule<SliceParams> = {
  vjp: (g, { inputs: [x], params: { start, step } }) =>
    embed(g, { shape: shapeOf(x), start, step, value: 0 }),
  jvp: (d, { params }) => strideSlice(d, params),
};

const embedRule: Rule<EmbedParams> = {
  vjp: (g, { inputs: [x], params: { start, step } }) => strideSlice(g, { start, step, count: shapeOf(x) }),
  jvp: (d, { params }) => embed(d, { ...params, value: 0 }),
};

const concatRule: Rule<{ axis: number }> = {
  vjp(g, { inputs, params: { axis } }, i) {
    let begin = 0;
    for (let j = 0; j < i; j++) begin += shapeOf(inputs[j])[axis];
    const ranges: Range[] = new Array(axis).fill(null);
    return slice(g, ...ranges, [begin, begin + shapeOf(inputs[i])[axis]]);
  },
  jvp(d, { inputs, output, params: { axis } }, i) {
    const start = output.shape.map(() => 0);
    for (let j = 0; j < i; j++) start[axis] += shapeOf(inputs[j])[axis];
    return embed(d, { shape: output.shape, start, step: output.shape.map(() => 1), value: 0 });
  },
};

const takeRule: Rule<TakeParams> = {
  vjp: (g, { params }) => scatterVector(g, params),
  jvp: (d, { params }) => takeVector(d, params),
};

const scatterAddRule: Rule<TakeParams> = {
  vjp: (g, { params }) => takeVector(g, params),
  jvp: (d, { params }) => scatterVector(d, params),
};

export const structure = {
  identity,
  cast: castRule,
  matmul: matmulRule,
  reshape: reshapeRule,
  transpose: transposeRule,
  broadcastTo: broadcastRule,
  slice: sliceRule,
  embed: embedRule,
  concat: concatRule,
  take: takeRule,
  scatterAdd: scatterAddRule,
};
