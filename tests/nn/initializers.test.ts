import assert from "node:assert/strict";
import { test } from "node:test";
import { type Initializer, initializerByName, initializers } from "../../src/nn/index.js";
import { fans } from "../../src/nn/initializers.js";
import { type Shape, scope, tensor } from "../../src/tensor/index.js";
import { flat } from "./support.js";

const { glorotNormal, glorotUniform, heNormal, heUniform, fanInUniform } = initializers;

const draw = (init: Initializer, shape: Shape, seed = 1, stream = 0): number[] =>
  scope(() => flat(init(shape, { seed, stream, dtype: "float64" })));

/** Mean, variance and kurtosis of a sample. */
function moments(values: number[]) {
  const mean = values.reduce((s, v) => s + v, 0) / values.length;
  const power = (k: number) => values.reduce((s, v) => s + (v - mean) ** k, 0) / values.length;
  return { mean, variance: power(2), kurtosis: power(4) / power(2) ** 2 };
}

// 200 × 300 numbers: the standard error of the variance is below 0.6 % for the normal distribution.
const shape = [200, 300];
const variances: [string, Initializer, number][] = [
  ["glorot", glorotUniform(), 2 / 500],
  ["glorot", glorotNormal(), 2 / 500],
  ["he", heUniform(), 2 / 200],
  ["he", heNormal(), 2 / 200],
  ["he, slope 0.5", heUniform(0.5), 2 / (1.25 * 200)],
  ["he, slope 0.5", heNormal(0.5), 2 / (1.25 * 200)],
  ["fan in", fanInUniform(), 1 / 600],
];

test("variances follow from the fans", () => {
  for (const [name, init, variance] of variances) {
    const found = moments(draw(init, shape));
    assert.ok(Math.abs(found.variance / variance - 1) < 0.03, `${name}: ${found.variance}, not ${variance}`);
    assert.ok(Math.abs(found.mean) < 5 * Math.sqrt(variance / 60_000), `${name}: mean ${found.mean}`);
  }
});

test("uniform ones fill their interval, normal ones have tails", () => {
  const limit = Math.sqrt(6 / 500);
  const uniform = draw(glorotUniform(), shape);
  assert.ok(uniform.every((v) => Math.abs(v) <= limit));
  assert.ok(Math.max(...uniform) > 0.999 * limit && Math.min(...uniform) < -0.999 * limit);
  assert.ok(Math.abs(moments(uniform).kurtosis - 9 / 5) < 0.05);
  assert.ok(Math.abs(moments(draw(heNormal(), shape)).kurtosis - 3) < 0.1);
  assert.ok(draw(fanInUniform(), shape).every((v) => Math.abs(v) <= 1 / Math.sqrt(200)));
});

test("uniform and normal have the bounds and moments that they are given", () => {
  const uniform = draw(initializers.uniform(2, 3), shape);
  assert.ok(uniform.every((v) => v >= 2 && v < 3));
  assert.ok(Math.abs(moments(uniform).mean - 2.5) < 0.01);
  const { mean, variance } = moments(draw(initializers.normal(-1, 0.5), shape));
  assert.ok(Math.abs(mean + 1) < 0.01);
  assert.ok(Math.abs(variance / 0.25 - 1) < 0.03);
});

test("constants are constant", () => {
  assert.deepEqual(draw(initializers.zeros(), [3]), [0, 0, 0]);
  assert.deepEqual(draw(initializers.ones(), [2]), [1, 1]);
  assert.deepEqual(draw(initializers.constant(-0.25), [1, 2]), [-0.25, -0.25]);
  assert.deepEqual(
    draw(
      initializers.given([
        [1, 2],
        [3, 4],
      ]),
      [2, 2],
    ),
    [1, 2, 3, 4],
  );
  assert.throws(() => draw(initializers.given([1, 2, 3]), [2, 2]), { code: "shape" });
});

test("a draw is a function of seed and stream alone", () => {
  assert.deepEqual(draw(heNormal(), [5, 7]), draw(heNormal(), [5, 7]));
  assert.notDeepEqual(draw(heNormal(), [5, 7]), draw(heNormal(), [5, 7], 2));
  assert.notDeepEqual(draw(heNormal(), [5, 7]), draw(heNormal(), [5, 7], 1, 1));
});

test("fans count what goes in and out, kernels with their field", () => {
  assert.deepEqual(fans([784, 256]), { in: 784, out: 256 });
  assert.deepEqual(fans([10]), { in: 10, out: 10 });
  assert.deepEqual(fans([]), { in: 1, out: 1 });
  assert.deepEqual(fans([3, 3, 16, 32]), { in: 144, out: 288 });
});

test("initialisers by name are those of that name", () => {
  const names: Record<string, Initializer> = {
    "glorot-uniform": glorotUniform(),
    "glorot-normal": glorotNormal(),
    "he-uniform": heUniform(),
    "he-normal:slope=0.2": heNormal(0.2),
    "fan-in-uniform": fanInUniform(),
    "uniform:low=-0.1,high=0.2": initializers.uniform(-0.1, 0.2),
    "normal:deviation=0.02": initializers.normal(0, 0.02),
    "constant:value=3": initializers.constant(3),
    zeros: initializers.zeros(),
    ones: initializers.ones(),
  };
  for (const [name, init] of Object.entries(names))
    assert.deepEqual(draw(initializerByName(name), [4, 6]), draw(init, [4, 6]), name);
  assert.throws(
    () => initializerByName("xavier"),
    /initializerByName: "xavier" is not known; known are glorot-/,
  );
  assert.throws(() => initializerByName("uniform"), /low=… is missing/);
  assert.throws(() => draw(initializers.uniform(1, 1), [2]), { code: "argument" });
});

test("data for given() may be a typed array", () => {
  const init = initializers.given(new Float64Array([1, 2]));
  const x = init([2, 1], { seed: 0, dtype: "float32" });
  assert.deepEqual([x.dtype, x.shape, flat(x)], ["float32", [2, 1], flat(tensor([1, 2]))]);
});
