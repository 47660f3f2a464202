import { parentPort } from "node:worker_threads";
import { findBlas, loadTarget, withBlas } from "../../src/kernels/index.js";
import { assertEqualElements, defined, INTEGERS, multiply } from "./products.js";

// Multiplies over and over, at the same time as other threads, and fails at the first wrong element.
const kernels = withBlas(loadTarget("wasm"), findBlas());
for (let repetition = 0; repetition < 40; repetition++) {
  const product = {
    m: 64 + repetition,
    n: 96,
    k: 80,
    transA: repetition % 2 === 0,
    transB: repetition % 3 === 0,
    alpha: 1,
    beta: 0,
    gap: 0,
  };
  const found = multiply(kernels, repetition % 4 < 2 ? "f64" : "f32", product, INTEGERS);
  assertEqualElements(found, defined(product, INTEGERS), product);
}
parentPort!.postMessage("all products were right");
