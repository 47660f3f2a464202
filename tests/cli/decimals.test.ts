import assert from "node:assert/strict";
import { test } from "node:test";
import { shortest, withoutNoise } from "../../src/cli/decimals.js";

test("a single-precision number is printed so that it can be read back, with as few digits as that takes", () => {
  assert.equal(String(shortest(Math.fround(0.1), "float32")), "0.1");
  assert.equal(String(shortest(Math.fround(1 / 3), "float32")), "0.33333334");
  assert.equal(String(shortest(1, "float32")), "1");
  assert.equal(String(shortest(2 ** -149, "float32")), "1e-45");
  let bits = 1;
  for (let i = 0; i < 1000; i++) {
    bits = (bits * 48271) % 2147483647;
    const value = new Float32Array(Uint32Array.of(bits).buffer)[0];
    if (!Number.isFinite(value)) continue;
    const found = shortest(value, "float32");
    assert.equal(Math.fround(found), value);
    const digits = String(found)
      .replace(/e.*|[.-]/g, "")
      .replace(/^0+|0+$/g, "").length;
    assert.ok(digits <= 9, `${found} has ${digits} digits`);
    if (digits > 1) assert.notEqual(Math.fround(Number(value.toPrecision(digits - 1))), value);
  }
});

test("a double-precision number stays as it is", () => {
  assert.equal(shortest(1 / 3, "float64"), 1 / 3);
});

test("numbers end where the precision of their scale ends", () => {
  // 2⁻²³ is 1.2e-7: of a scale of 200 it leaves 2.4e-5, of 1e12 no decimals, of 1e-200 no loss at all.
  assert.equal(String(withoutNoise(100_000 + 1 / 3, 200, "float32")), "100000.33333");
  assert.equal(String(withoutNoise(1 / 3, 1e12, "float32")), "0");
  assert.equal(withoutNoise(1.5e-200, 1e-200, "float32"), 1.5e-200);
  assert.equal(String(withoutNoise(2 / 3, 1, "float64")), "0.6666666666666666");
});
