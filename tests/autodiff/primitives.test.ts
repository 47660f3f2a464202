import assert from "node:assert/strict";
import { test } from "node:test";
import { jvp, vjp } from "../../src/autodiff/index.js";
import { RULES } from "../../src/autodiff/table.js";
import type { Tensor } from "../../src/tensor/index.js";
import * as T from "../../src/tensor/index.js";
import { embed } from "../../src/tensor/internal.js";
import { flat } from "../tensor/support.js";
import { checkDerivatives, samples } from "./support.js";

/** Operands and a function that applies the primitive to them, once for each interesting form. */
interface Sample {
  shapes: number[][];
  f: (...xs: Tensor[]) => Tensor;
  low?: number;
  high?: number;
}

const elementwise = (f: (x: Tensor) => Tensor, low = -2, high = 2): Sample[] => [
  { shapes: [[2, 3]], f, low, high },
  { shapes: [[]], f, low, high },
  { shapes: [[3, 2]], f: (x) => f(T.transpose(x)), low, high },
];

/** Same shapes, every kind of broadcast, numbers on either side, and one operand twice. */
const pairwise = (f: (a: T.TensorLike, b: T.TensorLike) => Tensor, low = -2, high = 2): Sample[] => [
  ...[
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [[2, 1], [3]],
    [[], [2, 2]],
  ].map((shapes) => ({ shapes, f, low, high })),
  { shapes: [[3]], f: (x) => f(x, 1.7), low, high },
  { shapes: [[3]], f: (x) => f(1.7, x), low, high },
  { shapes: [[3]], f: (x) => f(x, T.mul(x, 1.5)), low, high },
];

const reduction = (f: (x: Tensor, axes?: T.Axes, o?: T.ReduceOptions) => Tensor): Sample[] => [
  { shapes: [[2, 3]], f: (x) => f(x) },
  { shapes: [[2, 3, 2]], f: (x) => f(x, [0, 2]) },
  { shapes: [[2, 3]], f: (x) => f(x, 1, { keepDims: true }) },
  { shapes: [[2, 3]], f: (x) => f(T.transpose(x), 0) },
  { shapes: [[1]], f: (x) => f(x, 0) },
];

// Softplus and its kin are smooth; steps, absolute values and extremes are sampled away from their kinks by `samples`.
const SAMPLES: Record<string, Sample[]> = {
  sign: elementwise(T.sign),
  floor: elementwise(T.floor, -1.9, 1.9),
  ceil: elementwise(T.ceil, -1.9, 1.9),
  round: elementwise(T.round, -1.9, 1.9),
  neg: elementwise(T.neg),
  abs: elementwise(T.abs),
  sqrt: elementwise(T.sqrt, 0.5, 3),
  square: elementwise(T.square),
  reciprocal: elementwise(T.reciprocal, 0.5, 2),
  exp: elementwise(T.exp),
  expm1: elementwise(T.expm1),
  log: elementwise(T.log, 0.5, 3),
  log1p: elementwise(T.log1p, -0.4, 2),
  sin: elementwise(T.sin),
  cos: elementwise(T.cos),
  tanh: elementwise(T.tanh),
  sigmoid: elementwise(T.sigmoid),
  softplus: elementwise(T.softplus),
  erf: elementwise(T.erf),
  relu: elementwise(T.relu),
  add: pairwise(T.add),
  sub: pairwise(T.sub),
  mul: pairwise(T.mul),
  div: pairwise(T.div, 0.5, 2),
  pow: pairwise(T.pow, 0.5, 2),
  maximum: pairwise(T.maximum),
  minimum: pairwise(T.minimum),
  tanhGrad: pairwise(T.tanhGrad),
  sigmoidGrad: pairwise(T.sigmoidGrad),
  reluGrad: pairwise(T.reluGrad),
  where: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      f: (a, b) => T.where([[true, false, true]], T.square(a), T.exp(b)),
    },
    { shapes: [[3], []], f: (a, b) => T.where([[true], [false]], T.square(a), b) },
    { shapes: [[3]], f: (a) => T.where([true, false, true], T.square(a), 5) },
  ],
  identity: [{ shapes: [[2, 3]], f: (x) => T.square(T.clone(T.square(x))) }],
  cast: [{ shapes: [[3]], f: (x) => T.square(T.cast(T.cast(T.cast(x, "float32"), "float64"), "float64")) }],
  matmul: [
    {
      shapes: [
        [2, 3],
        [3, 4],
      ],
      f: T.matmul,
    },
    {
      shapes: [
        [3, 2],
        [4, 3],
      ],
      f: (a, b) => T.matmul(T.transpose(a), T.transpose(b)),
    },
    { shapes: [[2, 2]], f: (a) => T.matmul(a, a) },
    { shapes: [[3], [3, 2]], f: T.matmul },
    { shapes: [[2, 3], [3]], f: T.matmul },
    {
      shapes: [
        [2, 2, 3],
        [3, 2],
      ],
      f: T.matmul,
    },
    {
      shapes: [
        [2, 1, 2, 2],
        [3, 2, 1],
      ],
      f: T.matmul,
    },
  ],
  reshape: [
    { shapes: [[2, 3]], f: (x) => T.square(T.reshape(x, [3, 2])) },
    { shapes: [[2, 3]], f: (x) => T.square(T.reshape(T.transpose(x), [6])) },
  ],
  transpose: [
    { shapes: [[2, 3]], f: (x) => T.square(T.transpose(x)) },
    { shapes: [[2, 1, 3]], f: (x) => T.square(T.transpose(x, [2, 0, 1])) },
  ],
  broadcastTo: [
    { shapes: [[2, 1]], f: (x) => T.mul(T.broadcastTo(x, [2, 2, 3]), T.reshape(T.arange(12), [2, 2, 3])) },
  ],
  slice: [
    { shapes: [[4, 3]], f: (x) => T.square(T.slice(x, [1, 4, 2], 1)) },
    { shapes: [[4]], f: (x) => T.square(T.slice(x, [null, null, -2])) },
    { shapes: [[4]], f: (x) => T.square(T.slice(x, [2, 2])) },
  ],
  embed: [
    {
      shapes: [[2, 2]],
      f: (x) =>
        T.square(
          T.pad(
            x,
            [
              [1, 0],
              [0, 2],
            ],
            { value: 3 },
          ),
        ),
    },
    { shapes: [[2]], f: (x) => T.square(embed(x, { shape: [5], start: [4], step: [-3], value: 0 })) },
  ],
  concat: [
    {
      shapes: [
        [2, 2],
        [1, 2],
      ],
      f: (a, b) => T.square(T.concat([a, b, a])),
    },
    {
      shapes: [
        [2, 1],
        [2, 2],
      ],
      f: (a, b) => T.square(T.concat([a, T.ones([2, 1]), b], 1)),
    },
  ],
  take: [
    { shapes: [[3, 2]], f: (x) => T.square(T.take(x, [2, 0, 2])) },
    { shapes: [[3, 2]], f: (x) => T.square(T.take(x, [[1], [1]], 1)) },
  ],
  scatterAdd: [{ shapes: [[3, 2]], f: (x) => T.square(T.scatterAdd(x, [1, 0, 1], 4)) }],
  sum: reduction((x, axes, o) => T.square(T.sum(x, axes, o))),
  prod: reduction(T.prod),
  max: reduction((x, axes, o) => T.square(T.max(x, axes, o))),
  min: reduction((x, axes, o) => T.square(T.min(x, axes, o))),
  logsumexp: reduction(T.logsumexp),
  softmax: [
    { shapes: [[2, 3]], f: (x) => T.softmax(x) },
    { shapes: [[2, 3]], f: (x) => T.softmax(x, 0) },
  ],
  logSoftmax: [
    { shapes: [[2, 3]], f: (x) => T.logSoftmax(x) },
    { shapes: [[3, 2]], f: (x) => T.logSoftmax(T.transpose(x)) },
  ],
};

const draw = ({ shapes, low = -2, high = 2 }: Sample) =>
  shapes.map((shape, i) => samples(shape, i, low, high));

test("every primitive of the table has samples, and every sample a primitive", () => {
  assert.deepEqual([...RULES.keys()].sort(), Object.keys(SAMPLES).sort());
});

for (const [name, list] of Object.entries(SAMPLES)) {
  test(`${name}: samples use both of its rules`, () => {
    const rule = RULES.get(name);
    assert.ok(rule);
    let [forwards, backwards] = [0, 0];
    RULES.set(name, {
      vjp: (...args) => {
        backwards++;
        return rule.vjp(...args);
      },
      jvp: (...args) => {
        forwards++;
        return rule.jvp(...args);
      },
    });
    try {
      for (const sample of list) {
        const xs = draw(sample);
        const [y, pullback] = vjp(sample.f, ...xs);
        pullback(T.onesLike(y));
        jvp(sample.f, xs, xs);
      }
    } finally {
      RULES.set(name, rule);
    }
    assert.ok(forwards >= list.length, `${forwards} uses of jvp`);
    assert.ok(backwards >= list.length, `${backwards} uses of vjp`);
  });

  // Values that pass through float32 have no differences to compare with.
  if (name !== "cast")
    test(`${name}: derivatives of first and second order`, () => {
      for (const sample of list) checkDerivatives(sample.f, draw(sample));
    });

  if (name !== "cast" && name !== "broadcastTo" && name !== "concat")
    test(`${name}: float32 agrees with float64`, () => {
      for (const sample of list) {
        const xs = draw(sample);
        const narrow = xs.map((x) => T.cast(x, "float32"));
        const [y, pullback] = vjp(sample.f, ...xs);
        const [z, narrowPullback] = vjp(sample.f, ...narrow);
        assert.equal(z.dtype, "float32");
        assert.ok(T.allClose(T.cast(z, "float64"), y, { relative: 1e-4, absolute: 1e-5 }));
        const expected = pullback(T.onesLike(y));
        for (const [i, g] of narrowPullback(T.onesLike(z)).entries()) {
          assert.equal(g.dtype, "float32");
          assert.ok(
            T.allClose(T.cast(g, "float64"), expected[i], { relative: 1e-4, absolute: 1e-4 }),
            `${flat(g)}, expected ${flat(expected[i])}`,
          );
        }
      }
    });
}

test("cast: derivatives come back in the dtype of the input", () => {
  const f = (x: Tensor) => T.square(T.cast(x, "float32"));
  const x = T.tensor([1.5, -2]);
  const [y, tangent] = jvp(f, [x], [T.tensor([1, 2])]);
  assert.equal(y.dtype, "float32");
  assert.equal(tangent.dtype, "float32");
  assert.deepEqual(flat(tangent), [3, -8]);
  const [, pullback] = vjp(f, x);
  const [g] = pullback(T.ones([2], { dtype: "float32" }));
  assert.equal(g.dtype, "float64");
  assert.deepEqual(flat(g), [3, -4]);
});
