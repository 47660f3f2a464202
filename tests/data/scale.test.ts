import assert from "node:assert/strict";
import { test } from "node:test";
import { meanAndDeviation } from "../../src/data/scale.js";

test("mean and standard deviation by their formulas", () => {
  assert.deepEqual(meanAndDeviation(Float64Array.of(1, 3)), { mean: 2, std: 1 });
  const { mean, std } = meanAndDeviation(Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9));
  assert.deepEqual([mean, std], [5, 2]);
});

test("a constant has its own value as mean and deviation 1, whatever its bits", () => {
  // 24 times 0.1 is not 2.4: a deviation made of that rounding would blow other values up.
  for (const value of [0.1, 1 / 3, -1e-300, 1e300])
    assert.deepEqual(meanAndDeviation(new Float64Array(24).fill(value)), { mean: value, std: 1 });
});

test("overflow and no values at all are not finite", () => {
  assert.ok(!Number.isFinite(meanAndDeviation(Float64Array.of(1e300, -1e300)).std));
  assert.ok(!Number.isFinite(meanAndDeviation(Float64Array.of()).std));
});
