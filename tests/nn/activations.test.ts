import assert from "node:assert/strict";
import { test } from "node:test";
import { grad } from "../../src/autodiff/index.js";
import { Activation, activationByName, gelu, identity, leakyRelu } from "../../src/nn/index.js";
import { mul, sum, type Tensor, tensor } from "../../src/tensor/index.js";
import { assertNumbers, checkGradient, flat } from "./support.js";

const points = [-30, -3, -1.25, -0.5, -1e-3, 1e-3, 0.5, 1.25, 3, 30];

/** The normal distribution function by Simpson's rule on its density. */
function normalDistribution(x: number): number {
  const n = 2000;
  const h = x / n;
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let integral = density(0) + density(x);
  for (let i = 1; i < n; i++) integral += density(i * h) * (i % 2 === 1 ? 4 : 2);
  return 0.5 + (integral * h) / 3;
}

test("elementwise activations are what their formulas say", () => {
  const formulas: Record<string, (x: number) => number> = {
    identity: (x) => x,
    tanh: Math.tanh,
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    relu: (x) => Math.max(x, 0),
    "leaky-relu": (x) => (x > 0 ? x : 0.01 * x),
    "leaky-relu:slope=0.3": (x) => (x > 0 ? x : 0.3 * x),
    gelu: (x) => x * normalDistribution(x),
    softplus: (x) => Math.log(1 + Math.exp(x)),
  };
  for (const [name, formula] of Object.entries(formulas)) {
    const activation = activationByName(name);
    const y = activation.forward(tensor(points));
    assertNumbers(flat(y), points.map(formula), 1e-12);
    assert.equal(activation.name, name);
    const near = tensor(points.filter((x) => Math.abs(x) < 10));
    checkGradient((x) => sum(mul(activation.forward(x), near)), near);
  }
});

test("softmax gives positive numbers that add up to 1 along its axis", () => {
  const x = tensor([
    [1, 2, 3],
    [-1000, 0, 1000],
  ]);
  const rows = flat(activationByName("softmax").forward(x));
  const e = [1, 2, 3].map(Math.exp);
  const total = e[0] + e[1] + e[2];
  assertNumbers(rows, [e[0] / total, e[1] / total, e[2] / total, 0, 0, 1], 1e-15);
  const columns = flat(activationByName("softmax:axis=0").forward(x));
  assertNumbers(
    [columns[0] + columns[3], columns[1] + columns[4], columns[2] + columns[5]],
    [1, 1, 1],
    1e-15,
  );
});

test("leaky relu keeps positive numbers bit for bit and has derivative 0 at 0", () => {
  const x = tensor([0.1, 1 / 3, 0]);
  assert.deepEqual(flat(leakyRelu(x, 0.3)), [0.1, 1 / 3, 0]);
  assert.deepEqual(flat(grad((t: Tensor) => sum(leakyRelu(t, 0.3)))(x)), [1, 1, 0]);
});

test("gelu goes to 0 and to x far from the origin", () => {
  assertNumbers(flat(gelu(tensor([-40, 40]))), [0, 40], 1e-15);
});

test("identity is its argument", () => {
  const x = tensor([1]);
  assert.equal(identity(x), x);
});

test("any function can be an activation with a name", () => {
  const twice = new Activation("twice", (x) => mul(x, 2));
  assert.deepEqual(flat(twice.forward(tensor([3]))), [6]);
});

test("unknown activations are answered with the known ones", () => {
  assert.throws(() => activationByName("rely"), {
    code: "argument",
    message:
      'activationByName: "rely" is not known; did you mean "relu"? known are ' +
      "identity, tanh, sigmoid, relu, leaky-relu, gelu, softplus, softmax",
  });
});
