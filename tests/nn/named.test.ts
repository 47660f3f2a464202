import assert from "node:assert/strict";
import { test } from "node:test";
import { build, type GivenParameters, lookUp } from "../../src/nn/named.js";

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

const forms = {
  plain: { build: () => [] as number[] },
  power: {
    parameters: ["base", "exponent"],
    build: (g: GivenParameters) => [g.number("base"), g.number("exponent", 2)],
  },
};

test("a text names a form and gives it parameters", () => {
  assert.deepEqual(build("f", forms, "plain"), []);
  assert.deepEqual(build("f", forms, "power:base=3"), [3, 2]);
  assert.deepEqual(build("f", forms, "Power: exponent = -1e3, base=0.5"), [0.5, -1000]);
});

test("wrong parameters are answered with the right ones", () => {
  const wrong = (text: string, message: RegExp) =>
    assert.throws(() => build("byName", forms, text), { code: "argument", message });
  wrong("plain:a=1", /^byName: "plain:a=1": "a=1" is not known: it takes no parameters$/);
  wrong("power:bas=1", /"bas=1" is not one of base=…, exponent=…/);
  wrong("power:base", /"base" is not one of/);
  wrong("power:base=1=2", /"base=1=2" is not one of/);
  wrong("power:exponent=1", /base=… is missing/);
  wrong("power:base=much", /base is "much", expected a number/);
  wrong("powr:base=2", /did you mean "power"/);
});
