import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { valueAndGrad, valueAndGradInto } from "../../src/autodiff/index.js";
import { kernels } from "../../src/kernels/index.js";
import {
  add,
  assign,
  axpy,
  matmul,
  mean,
  mul,
  reshape,
  scope,
  slice,
  square,
  sub,
  type Tensor,
  tanh,
  uniform,
  zeros,
} from "../../src/tensor/index.js";

const [SAMPLES, IN, HIDDEN] = [64, 8, 16];

test("10,000 training steps use constant memory", () => {
  const batch = uniform([SAMPLES, IN], { seed: 1 });
  const target = uniform([SAMPLES, 1], { seed: 2 });
  const count = IN * HIDDEN + HIDDEN + HIDDEN;
  const values = uniform([count], { seed: 3, low: -0.5, high: 0.5 });
  const gradient = zeros([count]);
  const parts = (x: Tensor) => [
    reshape(slice(x, [0, IN * HIDDEN]), [IN, HIDDEN]),
    slice(x, [IN * HIDDEN, IN * HIDDEN + HIDDEN]),
    reshape(slice(x, [IN * HIDDEN + HIDDEN, null]), [HIDDEN, 1]),
  ];
  const params = parts(values);
  const destinations = parts(gradient);
  const loss = (w: Tensor, b: Tensor, v: Tensor) =>
    mean(square(sub(matmul(tanh(add(matmul(batch, w), b)), v), target)));
  const step = () =>
    scope(() => {
      valueAndGradInto(() => loss(params[0], params[1], params[2]), params, destinations);
      axpy(-0.1, gradient, values);
      return loss(params[0], params[1], params[2]);
    });
  const run = (steps: number) => {
    let last = 0;
    for (let i = 0; i < steps; i++) {
      using value = step();
      last = value.item();
    }
    return last;
  };

  const first = run(2000);
  const heap = kernels().heap.bytesInUse;
  const rss = process.memoryUsage().rss;
  const last = run(10_000);
  assert.ok(last < first, `loss ${first} became ${last}`);
  assert.equal(kernels().heap.bytesInUse, heap);
  // One leaked activation of 8 kB a step would be 80 MB.
  const grown = process.memoryUsage().rss - rss;
  assert.ok(grown < 50e6, `resident memory grew by ${grown} bytes`);
});

test("gradients taken outside every scope leave only what they return", () => {
  const before = kernels().heap.bytesInUse;
  const x = uniform([100], { seed: 1 });
  const f = valueAndGrad((y: Tensor) => mean(square(mul(y, 2))));
  for (let i = 0; i < 100; i++) {
    const [value, gradient] = f(x);
    value.dispose();
    gradient.dispose();
  }
  x.dispose();
  assert.equal(kernels().heap.bytesInUse, before);
});

test("tensors dropped outside every scope are collected in the end", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const before = kernels().heap.bytesInUse;
  (() => {
    for (let i = 0; i < 100; i++) assign(zeros([1000]), i);
  })();
  assert.ok(kernels().heap.bytesInUse > before);
  for (let i = 0; i < 200 && kernels().heap.bytesInUse > before; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.ok(kernels().heap.bytesInUse <= before);
});
