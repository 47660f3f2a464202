import assert from "node:assert/strict";
import { test } from "node:test";
import { kernels } from "../../src/kernels/index.js";
import type { ParameterVector } from "../../src/nn/index.js";
import {
  Adagrad,
  Adam,
  AdamW,
  type Optimizer,
  type OptimizerState,
  RMSprop,
  SGD,
} from "../../src/optim/index.js";
import { assign, clone, Tensor } from "../../src/tensor/index.js";
import { flat } from "../tensor/support.js";
import { someParameters, writeGradient } from "./support.js";

const METHODS: ((parameters: ParameterVector) => Optimizer)[] = [
  (p) => new SGD(p),
  (p) => new SGD(p, { momentum: 0.9 }),
  (p) => new Adagrad(p),
  (p) => new RMSprop(p, { momentum: 0.5 }),
  (p) => new Adam(p),
  (p) => new AdamW(p),
];

function run(optimizer: Optimizer, from: number, to: number): void {
  for (let t = from; t < to; t++) {
    writeGradient(optimizer.parameters, t);
    optimizer.step();
  }
}

const copyOf = (state: OptimizerState): OptimizerState =>
  Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name, value instanceof Tensor ? clone(value) : value]),
  );

test("a run that goes on from a saved state has the bits of one that was never interrupted", () => {
  for (const make of METHODS) {
    for (const dtype of ["float64", "float32"] as const) {
      using whole = someParameters(dtype);
      using uninterrupted = make(whole);
      run(uninterrupted, 0, 9);

      using before = someParameters(dtype);
      using first = make(before);
      first.lr = uninterrupted.lr;
      run(first, 0, 4);
      const state = copyOf(first.state());

      using after = someParameters(dtype);
      assign(after.value, before.value);
      using second = make(after);
      run(second, 0, 1);
      assign(after.value, before.value);
      second.load(state);
      run(second, 4, 9);
      assert.equal(after.hash(), whole.hash(), `${second.constructor.name} ${dtype}`);
      assert.equal(second.steps, 9);
    }
  }
});

test("the state is named vectors and numbers", () => {
  using parameters = someParameters("float32");
  const namesOf = (optimizer: Optimizer) => Object.keys(optimizer.state());
  assert.deepEqual(
    METHODS.map((make) => namesOf(make(parameters))),
    [
      ["steps", "lr"],
      ["steps", "lr", "velocity"],
      ["steps", "lr", "sum"],
      ["steps", "lr", "square", "velocity"],
      ["steps", "lr", "mean", "square"],
      ["steps", "lr", "mean", "square"],
    ],
  );
});

test("a state of another method, model or dtype is refused and changes nothing", () => {
  using parameters = someParameters("float64");
  using single = someParameters("float32");
  using adam = new Adam(parameters);
  run(adam, 0, 2);
  const before = flat(adam.state().mean as Tensor);
  const good = copyOf(adam.state());
  const wrong = (state: OptimizerState, message: RegExp) =>
    assert.throws(() => adam.load(state), { code: "checkpoint", message });
  wrong(
    new SGD(parameters).state(),
    /^Adam.load: the state holds lr, steps, expected lr, mean, square, steps$/,
  );
  wrong(new Adam(single).state(), /mean is float32 \[11\], expected float64 \[11\]/);
  wrong({ ...good, steps: parameters.value }, /steps is float64 \[11\], expected a number/);
  wrong({ ...good, square: 1 }, /square is a number, expected float64 \[11\]/);
  assert.deepEqual(flat(adam.state().mean as Tensor), before);
  assert.equal(adam.steps, 2);
});

test("dispose gives back what the optimiser remembers, and no more", () => {
  using parameters = someParameters("float64");
  const { heap } = kernels();
  const before = heap.bytesInUse;
  const optimizer = new Adam(parameters);
  assert.ok(heap.bytesInUse > before);
  optimizer.dispose();
  assert.equal(heap.bytesInUse, before);
  assert.equal(parameters.value.isFreed, false);
  assert.throws(() => optimizer.step(), { code: "freed" });
});
