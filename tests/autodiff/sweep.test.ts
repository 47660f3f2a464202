import assert from "node:assert/strict";
import { test } from "node:test";
import { grad, valueAndGradInto } from "../../src/autodiff/index.js";
import { RULES } from "../../src/autodiff/table.js";
import { add, matmul, normal, sigmoid, square, sum, type Tensor, zeros } from "../../src/tensor/index.js";

/** Runs `body` and lists what the rules of `primitive` were asked for: the rule and the input. */
function uses(primitive: string, body: () => unknown): string[] {
  const rule = RULES.get(primitive);
  assert.ok(rule);
  const asked: string[] = [];
  RULES.set(primitive, {
    vjp: (g, at, i) => {
      asked.push(`vjp ${i}`);
      return rule.vjp(g, at, i);
    },
    jvp: rule.jvp,
    vjpInto: (g, at, i, out, accumulate) => {
      asked.push(`vjpInto ${i}`);
      return rule.vjpInto?.(g, at, i, out, accumulate) ?? false;
    },
  });
  try {
    body();
  } finally {
    RULES.set(primitive, rule);
  }
  return asked;
}

const x = normal([3, 4], { seed: 1 });
const w = normal([4, 2], { seed: 2 });
const v = normal([2, 2], { seed: 3 });
const network = (first: Tensor, second: Tensor) => sum(square(matmul(sigmoid(matmul(x, first)), second)));

test("no cotangent is computed for an input that needs none", () => {
  const asked = uses("matmul", () => grad(network, [0, 1])(w, v));
  assert.deepEqual(asked.sort(), ["vjp 0", "vjp 1", "vjp 1"]); // of the first product only that of the weights
  assert.deepEqual(
    uses("matmul", () => grad(network, 1)(w, v)),
    ["vjp 1"],
  );
});

test("gradients of weights are written straight to their destinations", () => {
  const run = () => valueAndGradInto(() => network(w, v), [w, v], [zeros([4, 2]), zeros([2, 2])]);
  assert.deepEqual(uses("matmul", run).sort(), ["vjp 0", "vjpInto 1", "vjpInto 1"]);
});

test("a part of the function that does not lead to the value costs nothing backwards", () => {
  const f = (a: Tensor) => {
    sum(matmul(x, a));
    return sum(add(a, 1));
  };
  assert.deepEqual(
    uses("matmul", () => grad(f)(w)),
    [],
  );
});
