import assert from "node:assert/strict";
import { test } from "node:test";
import { definePrimitive, grad, jvp, type PrimitiveFunction, vjp } from "../../src/autodiff/index.js";
import {
  add,
  allClose,
  eye,
  matmul,
  matrixTranspose,
  mul,
  neg,
  normal,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../../src/tensor/index.js";
import { assertTensor, assertTuttiError } from "../tensor/support.js";
import { checkDerivatives } from "./support.js";

/** x of A x = b, by a splitting that converges for A near the identity: an operation whose steps are not to be differentiated. */
const solve: PrimitiveFunction<{ steps: number }> = definePrimitive({
  name: "test.solve",
  forward([a, b], { steps }) {
    let x = b;
    for (let i = 0; i < steps; i++) x = add(x, sub(b, matmul(a, x)));
    return x;
  },
  // A x = b: dx = A⁻¹ (db - dA x), and its adjoint b̄ = A⁻ᵀ x̄, Ā = -b̄ xᵀ.
  jvp: (d, { inputs: [a], output, params }, i) =>
    solve([a as Tensor, i === 1 ? d : neg(matmul(d, output))], params),
  vjp(g, { inputs: [a], output, params }, i) {
    const adjoint = solve([matrixTranspose(a as Tensor), g], params);
    return i === 1 ? adjoint : neg(matmul(adjoint, matrixTranspose(output)));
  },
});

test("a primitive with rules of its own is differentiated to any order by them", () => {
  const a = add(eye(3), mul(normal([3, 3], { seed: 1 }), 0.1));
  const b = normal([3, 1], { seed: 2 });
  const x = solve([a, b], { steps: 200 });
  assert.ok(allClose(matmul(a, x), b, { relative: 1e-13 }));
  checkDerivatives((p, q) => solve([p, q], { steps: 200 }), [a, b]);
});

test("nothing inside forward is recorded, and derivatives may be taken in it", () => {
  const cube = definePrimitive({
    name: "test.cube",
    // x³ as x² · d/dx(x²)/2, to use a derivative inside
    forward: ([x]) => mul(mul(x, x), mul(grad((y: Tensor) => sum(mul(y, y)))(x), 0.5)),
    vjp: (g, { inputs: [x] }) => mul(g, mul(3, mul(x, x))),
    jvp: (d, { inputs: [x] }) => mul(d, mul(3, mul(x, x))),
  });
  const x = tensor([2]);
  assertTensor(cube([x]), [8]);
  assertTensor(grad((y: Tensor) => sum(cube([y])))(x), [12]);
  assertTensor(jvp((y: Tensor) => cube([y]), [x], [tensor([1])])[1], [12]);
  const [, pullback] = vjp((y: Tensor) => cube([y]), x);
  assertTensor(pullback(tensor([2]))[0], [24]);
});

test("names are unique", () => {
  const definition = {
    name: "add",
    forward: ([x]: readonly Tensor[]) => x,
    vjp: () => null,
    jvp: () => null,
  };
  assertTuttiError(() => definePrimitive(definition), "argument", /already a primitive named "add"/);
});
