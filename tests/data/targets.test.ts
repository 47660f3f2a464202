import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeTargets, fitTargets, type NdArray, ndarray } from "../../src/data/index.js";
import { tuttiError } from "./helpers.js";

const int32 = (...values: number[]) => ndarray("int32", [values.length], Int32Array.from(values));
const float64 = (...values: number[]) => ndarray("float64", [values.length], Float64Array.from(values));
const name = "y.npy";
const encoded = (array: NdArray, target = fitTargets(array, { name })) => [
  ...encodeTargets(array, target, { name }).data,
];

test("integers are classes, 0 and 1 are binary, floats are numbers", () => {
  assert.deepEqual(fitTargets(int32(10, -1, 2, 10), { name }), {
    kind: "class",
    name,
    classes: ["-1", "2", "10"],
  });
  assert.deepEqual(encoded(int32(10, -1, 2, 10)), [2, 0, 1, 2]);
  assert.deepEqual(fitTargets(float64(0, 1, 1), { name }), { kind: "binary", name, classes: ["0", "1"] });
  assert.deepEqual(encoded(float64(0, 1, 1)), [0, 1, 1]);
  const bool = ndarray("bool", [2, 1], Uint8Array.of(1, 0));
  assert.deepEqual(fitTargets(bool, { name }), { kind: "binary", name, classes: ["false", "true"] });
  assert.deepEqual(
    encodeTargets(bool, fitTargets(bool, { name }), { name }),
    ndarray("uint8", [2], Uint8Array.of(1, 0)),
  );
  assert.deepEqual(fitTargets(float64(2.5, 4.5), { name }), { kind: "number", name, mean: 3.5, std: 1 });
  assert.deepEqual(encoded(float64(2.5, 4.5)), [-1, 1]);
});

test("the kind can be said; numbers keep their shape and are scaled by the training rows", () => {
  const array = ndarray("float64", [3, 2], Float64Array.of(1, 3, 100, 200, 1, 3));
  const target = fitTargets(array, { name, rows: [0, 2] });
  assert.deepEqual(target, { kind: "number", name, mean: 2, std: 1 });
  const { dtype, shape, data } = encodeTargets(array, target, { name, dtype: "float64" });
  assert.deepEqual([dtype, shape, [...data]], ["float64", [3, 2], [-1, 1, 98, 198, -1, 1]]);
  assert.deepEqual(fitTargets(int32(7, 9), { name, kind: "number" }), {
    kind: "number",
    name,
    mean: 8,
    std: 1,
  });
  assert.deepEqual(fitTargets(int32(0, 1), { name, kind: "class" }), {
    kind: "class",
    name,
    classes: ["0", "1"],
  });
  const raw = fitTargets(float64(2.5, 4.5), { name, normalize: false });
  assert.deepEqual(raw, { kind: "number", name, mean: 0, std: 1 });
});

test("values from which nothing can be learnt are named by position", () => {
  const refuse = (array: NdArray, ...parts: string[]) =>
    assert.throws(() => fitTargets(array, { name }), tuttiError("format", "'y.npy'", ...parts));
  refuse(float64(1, Number.NaN), "element 1 is NaN");
  refuse(float64(Number.POSITIVE_INFINITY, 2), "element 0 is Infinity");
  refuse(int32(3, 3), "3 for every sample");
  refuse(int32(), "no samples");
  refuse(float64(1e300, -1e300), "overflows");
  refuse(int32(...Array(1001).keys()), "element 1000", "1001th different", "number");
  assert.throws(
    () => fitTargets(int32(0, 2), { name, kind: "binary" }),
    tuttiError("format", "element 1 is 2", "0 or 1"),
  );
  assert.throws(
    () => fitTargets(ndarray("int32", [2, 2], Int32Array.of(1, 2, 3, 4)), { name }),
    tuttiError("shape", "[2, 2]", "[n]"),
  );
});

test("a class seen only in test data is named", () => {
  const target = fitTargets(int32(0, 1, 2), { name });
  const wrong = () => encodeTargets(int32(2, 9), target, { name: "test.npy" });
  assert.throws(wrong, tuttiError("format", "'test.npy' element 1", '"9", a class', '"0", "1", "2"'));
  assert.throws(() => encodeTargets(float64(0, 0.5, 1), target, { name }), tuttiError("format", '"0.5"'));
});
