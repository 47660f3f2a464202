import assert from "node:assert/strict";
import { test } from "node:test";
import { clipByNorm, clipByValue } from "../../src/optim/index.js";
import { assertNumbers, flat } from "../tensor/support.js";
import { someParameters, writeGradient } from "./support.js";

const lengthOf = (x: number[]) => Math.hypot(...x);

for (const dtype of ["float64", "float32"] as const) {
  const tolerance = dtype === "float64" ? 1e-15 : 1e-6;

  test(`a ${dtype} gradient that is too long keeps its direction and gets the length asked for`, () => {
    using parameters = someParameters(dtype);
    const before = writeGradient(parameters, 1);
    const norm = clipByNorm(parameters, 0.5);
    assertNumbers([norm], [lengthOf(before)], 1e-14);
    assertNumbers(
      flat(parameters.grad),
      before.map((g) => (g * 0.5) / lengthOf(before)),
      tolerance,
    );
  });

  test(`a ${dtype} gradient that is short enough stays, bit for bit`, () => {
    using parameters = someParameters(dtype);
    const before = writeGradient(parameters, 1);
    assertNumbers([clipByNorm(parameters, 100)], [lengthOf(before)], 1e-14);
    assert.deepEqual(flat(parameters.grad), before);
  });

  test(`every element of a ${dtype} gradient is limited`, () => {
    using parameters = someParameters(dtype);
    const before = writeGradient(parameters, 1);
    clipByValue(parameters, 0.75);
    assert.deepEqual(
      flat(parameters.grad),
      before.map((g) => Math.max(-0.75, Math.min(0.75, g))),
    );
  });
}

test("a gradient of zeros has length 0 and stays", () => {
  using parameters = someParameters("float64");
  assert.equal(clipByNorm(parameters, 1), 0);
  assert.deepEqual(flat(parameters.grad), new Array(11).fill(0));
});

test("a gradient that is not finite is reported and stays for whoever looks for the cause", () => {
  using parameters = someParameters("float64");
  const before = writeGradient(parameters, 1);
  parameters.grad.data[3] = Number.NaN;
  assert.ok(Number.isNaN(clipByNorm(parameters, 0.1)));
  assert.deepEqual(flat(parameters.grad), before.with(3, Number.NaN));
});

test("limits must be greater than 0", () => {
  using parameters = someParameters("float64");
  assert.throws(() => clipByNorm(parameters, 0), {
    code: "argument",
    message: "clipByNorm: maxNorm is 0, expected a number greater than 0",
  });
  assert.throws(() => clipByValue(parameters, Number.NaN), /clipByValue: limit is NaN/);
});
