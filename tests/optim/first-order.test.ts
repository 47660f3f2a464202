import assert from "node:assert/strict";
import { test } from "node:test";
import type { ParameterVector } from "../../src/nn/index.js";
import {
  Adagrad,
  Adam,
  AdamW,
  type Optimizer,
  optimizerByName,
  RMSprop,
  SGD,
} from "../../src/optim/index.js";
import type { FloatDType } from "../../src/tensor/index.js";
import { assertNumbers, flat } from "../tensor/support.js";
import { BIASES, someParameters, writeGradient } from "./support.js";

/** One value's update by the defining formula: what it becomes from its gradient, at step t = 1, 2, … */
type Formula = (p: number, g: number, t: number, lr: number) => number;

interface Case {
  name: string;
  make: (parameters: ParameterVector) => Optimizer;
  /** A formula with a memory of its own for each value; `bias` tells whether the value is one of a bias. */
  formula: (bias: boolean) => Formula;
}

const { sqrt } = Math;
const unbiased = { decays: ({ shape }: { shape: readonly number[] }) => shape.length > 1 };

const heavyBall =
  (mu: number, lambda: number, ahead: boolean): Case["formula"] =>
  () => {
    let v = 0;
    return (p, g, _, lr) => {
      const d = g + lambda * p;
      v = mu * v + d;
      return p - lr * (ahead ? d + mu * v : v);
    };
  };

const adam =
  (b1: number, b2: number, eps: number, coupled: number, decoupled: number): Case["formula"] =>
  () => {
    let m = 0;
    let v = 0;
    return (p, g, t, lr) => {
      const d = g + coupled * p;
      m = b1 * m + (1 - b1) * d;
      v = b2 * v + (1 - b2) * d ** 2;
      const step = m / (1 - b1 ** t) / (sqrt(v / (1 - b2 ** t)) + eps);
      return p - lr * decoupled * p - lr * step;
    };
  };

const rms =
  (beta: number, eps: number, mu: number, lambda: number): Case["formula"] =>
  () => {
    let s = 0;
    let v = 0;
    return (p, g, _, lr) => {
      const d = g + lambda * p;
      s = beta * s + (1 - beta) * d ** 2;
      v = mu * v + d / (sqrt(s) + eps);
      return p - lr * v;
    };
  };

const adagrad =
  (eps: number, lambda: number): Case["formula"] =>
  () => {
    let s = 0;
    return (p, g, _, lr) => {
      const d = g + lambda * p;
      s += d ** 2;
      return p - (lr * d) / (sqrt(s) + eps);
    };
  };

const CASES: Case[] = [
  { name: "SGD", make: (p) => new SGD(p), formula: () => (p, g, _, lr) => p - lr * g },
  {
    name: "SGD with weight decay",
    make: (p) => new SGD(p, { weightDecay: 0.1 }),
    formula: () => (p, g, _, lr) => p - lr * (g + 0.1 * p),
  },
  {
    name: "SGD with weight decay of weights only",
    make: (p) => new SGD(p, { weightDecay: 0.1, ...unbiased }),
    formula: (bias) => (p, g, _, lr) => p - lr * (g + (bias ? 0 : 0.1 * p)),
  },
  { name: "momentum", make: (p) => new SGD(p, { momentum: 0.9 }), formula: heavyBall(0.9, 0, false) },
  {
    name: "momentum with weight decay",
    make: (p) => new SGD(p, { momentum: 0.8, weightDecay: 0.05 }),
    formula: heavyBall(0.8, 0.05, false),
  },
  {
    name: "Nesterov",
    make: (p) => new SGD(p, { momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    formula: heavyBall(0.9, 0.01, true),
  },
  { name: "Adagrad", make: (p) => new Adagrad(p), formula: adagrad(1e-10, 0) },
  {
    name: "Adagrad with options",
    make: (p) => new Adagrad(p, { eps: 1e-3, weightDecay: 0.2 }),
    formula: adagrad(1e-3, 0.2),
  },
  { name: "RMSprop", make: (p) => new RMSprop(p), formula: rms(0.99, 1e-8, 0, 0) },
  {
    name: "RMSprop with options",
    make: (p) => new RMSprop(p, { decay: 0.9, eps: 1e-4, momentum: 0.5, weightDecay: 0.1 }),
    formula: rms(0.9, 1e-4, 0.5, 0.1),
  },
  { name: "Adam", make: (p) => new Adam(p), formula: adam(0.9, 0.999, 1e-8, 0, 0) },
  {
    name: "Adam with options",
    make: (p) => new Adam(p, { beta1: 0.8, beta2: 0.95, eps: 1e-3, weightDecay: 0.1 }),
    formula: adam(0.8, 0.95, 1e-3, 0.1, 0),
  },
  { name: "AdamW", make: (p) => new AdamW(p), formula: adam(0.9, 0.999, 1e-8, 0, 0.01) },
  {
    name: "AdamW with weight decay of weights only",
    make: (p) => new AdamW(p, { weightDecay: 0.3, ...unbiased }),
    formula: (bias) => adam(0.9, 0.999, 1e-8, 0, bias ? 0 : 0.3)(bias),
  },
];

/** Largest difference that rounding explains: a few units in the last place for each of the 12 steps. */
const TOLERANCE: Record<FloatDType, number> = { float64: 1e-14, float32: 3e-6 };

for (const dtype of ["float64", "float32"] as const) {
  for (const { name, make, formula } of CASES) {
    test(`${name} in ${dtype} follows its formula`, () => {
      using parameters = someParameters(dtype);
      using optimizer = make(parameters);
      let expected = flat(parameters.value);
      const formulas = expected.map((_, i) => formula(BIASES.includes(i)));
      for (let t = 1; t <= 12; t++) {
        const gradient = writeGradient(parameters, t);
        // Rates that are floats themselves, and change: state must not depend on them.
        const lr = 2 ** -(4 + (t % 3));
        optimizer.step({ lr });
        expected = expected.map((p, i) => formulas[i](p, gradient[i], t, lr));
        assertNumbers(flat(parameters.value), expected, TOLERANCE[dtype]);
      }
      assert.equal(optimizer.steps, 12);
    });
  }
}

test("the first step of Adam moves every value by the learning rate", () => {
  using parameters = someParameters("float64");
  using optimizer = new Adam(parameters, { lr: 0.01 });
  const before = flat(parameters.value);
  const gradient = writeGradient(parameters, 1);
  optimizer.step();
  assertNumbers(
    flat(parameters.value),
    before.map((p, i) => p - 0.01 * Math.sign(gradient[i])),
    1e-8,
  );
});

test("steps without a rate use lr, which may be changed", () => {
  using parameters = someParameters("float64");
  using optimizer = new SGD(parameters, { lr: 0.5 });
  const expected = flat(parameters.value);
  for (const lr of [0.5, 0.125]) {
    optimizer.lr = lr;
    writeGradient(parameters, 3).forEach((g, i) => {
      expected[i] -= lr * g;
    });
    optimizer.step();
  }
  assertNumbers(flat(parameters.value), expected, 1e-15);
});

test("the gradient stays as it is", () => {
  using parameters = someParameters("float32");
  using optimizer = new AdamW(parameters, { weightDecay: 0.5 });
  const gradient = writeGradient(parameters, 1);
  optimizer.step();
  assert.deepEqual(flat(parameters.grad), gradient);
});

test("optimisers by name have the options of the text and of the call", () => {
  const pairs: [string, (p: ParameterVector) => Optimizer][] = [
    ["sgd", (p) => new SGD(p, { lr: 0.1, weightDecay: 0.2 })],
    ["SGD:momentum=0.5", (p) => new SGD(p, { lr: 0.1, weightDecay: 0.2, momentum: 0.5 })],
    ["momentum", (p) => new SGD(p, { lr: 0.1, weightDecay: 0.2, momentum: 0.9 })],
    [
      "nesterov:momentum=0.8",
      (p) => new SGD(p, { lr: 0.1, weightDecay: 0.2, momentum: 0.8, nesterov: true }),
    ],
    ["adagrad:eps=0.1", (p) => new Adagrad(p, { lr: 0.1, weightDecay: 0.2, eps: 0.1 })],
    [
      "rmsprop:decay=0.5,momentum=0.1",
      (p) => new RMSprop(p, { lr: 0.1, weightDecay: 0.2, decay: 0.5, momentum: 0.1 }),
    ],
    ["adam:beta1=0.5", (p) => new Adam(p, { lr: 0.1, weightDecay: 0.2, beta1: 0.5 })],
    ["adamw:beta2=0.9,eps=1e-3", (p) => new AdamW(p, { lr: 0.1, weightDecay: 0.2, beta2: 0.9, eps: 1e-3 })],
  ];
  for (const [text, make] of pairs) {
    const [named, direct] = [
      (p: ParameterVector) => optimizerByName(text, p, { lr: 0.1, weightDecay: 0.2 }),
      make,
    ].map((build) => {
      using parameters = someParameters("float64");
      using optimizer = build(parameters);
      for (let t = 0; t < 3; t++) {
        writeGradient(parameters, t);
        optimizer.step();
      }
      return [optimizer.constructor.name, ...flat(parameters.value)];
    });
    assert.deepEqual(named, direct, text);
  }
});

test("options out of range and unknown names are refused", () => {
  using parameters = someParameters("float64");
  const wrong = (make: () => unknown, message: RegExp) => assert.throws(make, { code: "argument", message });
  wrong(() => new SGD(parameters, { lr: -1 }), /^SGD: lr is -1, expected a number of at least 0$/);
  wrong(() => new SGD(parameters, { momentum: 1 }), /^SGD: momentum is 1, expected .* less than 1$/);
  wrong(() => new SGD(parameters, { nesterov: true }), /^SGD: nesterov needs momentum/);
  wrong(() => new Adagrad(parameters, { eps: -1 }), /^Adagrad: eps is -1/);
  wrong(() => new RMSprop(parameters, { decay: 1 }), /^RMSprop: decay is 1/);
  wrong(() => new Adam(parameters, { beta1: Number.NaN }), /^Adam: beta1 is NaN/);
  wrong(() => new AdamW(parameters, { beta2: 2 }), /^AdamW: beta2 is 2/);
  wrong(() => new AdamW(parameters, { weightDecay: -0.1 }), /^AdamW: weightDecay is -0.1/);
  wrong(() => optimizerByName("adm", parameters), /did you mean "adam"\? known are sgd, momentum, nesterov,/);
  wrong(
    () => optimizerByName("adam:momentum=0.9", parameters),
    /"momentum=0.9" is not one of beta1=…, beta2=…, eps=…/,
  );
  using optimizer = new SGD(parameters);
  wrong(() => optimizer.step({ lr: Number.POSITIVE_INFINITY }), /^SGD.step: lr is Infinity/);
  assert.equal(optimizer.steps, 0);
});
