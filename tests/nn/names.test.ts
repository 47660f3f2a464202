import assert from "node:assert/strict";
import { test } from "node:test";
import { lookUp } from "../../src/nn/names.js";

const table = { relu: 1, "leaky-relu": 2, tanh: 3 };

test("a name is found whatever its case, spaces and underscores", () => {
  assert.equal(lookUp("f", table, "relu"), 1);
  for (const name of ["Leaky_ReLU", "leaky relu", " leaky-relu "]) assert.equal(lookUp("f", table, name), 2);
});

test("an unknown name is answered with the nearest one and all others", () => {
  assert.throws(() => lookUp("activationByName", table, "reluu"), {
    code: "argument",
    message: 'activationByName: "reluu" is not known; did you mean "relu"? known are relu, leaky-relu, tanh',
    data: { name: "reluu", nearest: "relu", known: ["relu", "leaky-relu", "tanh"] },
  });
  assert.throws(() => lookUp("f", table, "leakyrelu"), /did you mean "leaky-relu"/);
});

test("nothing is suggested for a name that is like none, nor found on Object.prototype", () => {
  assert.throws(() => lookUp("f", table, "fourier"), /"fourier" is not known; known are/);
  assert.throws(() => lookUp("f", table, "toString"), /is not known; known are/);
});
