import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Project } from "./tutti.js";

const project = new Project({});
after(() => project[Symbol.dispose]());

async function figures(...args: string[]): Promise<Record<string, never>> {
  const { code, stdout, stderr } = await project.tutti(["bench", ...args, "--json"], {}, 60_000);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

const TINY = ["train", "--batch-per-rank", "4", "--steps", "5", "--warmup", "1"];

const CASES: [ranks: number, ...options: string[]][] = [
  [1, "--layers", "8-5-3"],
  [2, "--layers", "8-5-1", "--dtype", "float64", "--activation", "tanh"],
  [2, "--layers", "6-2", "--shards", "4", "--activation", "sigmoid"],
];

for (const [ranks, ...options] of CASES) {
  test(`bench train ${options.join(" ")} -n ${ranks}: consistent figures`, async () => {
    const result = await figures(...TINY, ...options, "-n", `${ranks}`);
    const { msPerStep, samplesPerSecond, fractionOfPeak, gflopsPerRank, peakGflops } = result;
    assert.equal(result.ranks, ranks);
    assert.ok(msPerStep > 0, `msPerStep is ${msPerStep}`);
    assert.ok(Math.abs((samplesPerSecond * msPerStep) / 1000 - 4 * ranks) < 1e-6);
    assert.ok(fractionOfPeak > 0 && fractionOfPeak < 1.5, `fractionOfPeak is ${fractionOfPeak}`);
    assert.ok(Math.abs(gflopsPerRank / peakGflops - fractionOfPeak) < 1e-9);
    assert.ok(peakGflops > 1, `peakGflops is ${peakGflops}`);
  });
}

test("bench train counts the flops of every product but the gradient of the input", async () => {
  const { msPerStep, gflopsPerRank } = await figures(...TINY, "--layers", "8-5-3", "-n", "1");
  // Forward and gradient of the weights in both layers, gradient of the activations in the second; 4 samples.
  const flops = 2 * 4 * (2 * 8 * 5 + 3 * 5 * 3);
  assert.ok(Math.abs(gflopsPerRank * msPerStep * 1e6 - flops) < 1e-3);
});

test("bench train without --json is for people", async () => {
  const { code, stdout } = await project.tutti(
    ["bench", ...TINY, "--layers", "8-5-3", "-n", "2"],
    {},
    60_000,
  );
  assert.equal(code, 0);
  assert.match(stdout, /^8-5-3, relu, float32, 4 samples a rank, ranks: 2, kernels: /);
  for (const unit of ["ms", "samples/s", "GFLOP/s", "%"]) assert.ok(stdout.includes(unit), stdout);
});

test("bench kernels gives a positive figure for every kernel on every target that works", async () => {
  const result = await figures("kernels", "--elements", "100");
  const { nanosecondsPerElement, gflops, targets, missing } = result as Record<
    string,
    Record<string, Record<string, Record<string, number>>>
  >;
  assert.equal(result.elements, 100);
  const all = [...Object.keys(targets), ...Object.keys(missing)].sort();
  assert.deepEqual(all, ["blas", "native", "wasm", "wasm-relaxed"]);
  for (const dtype of ["float64", "float32"]) {
    for (const kernel of [
      "exp",
      "tanh",
      "add",
      "relu_grad",
      "less",
      "sum",
      "argmax",
      "softmax",
      "sgd",
      "adam",
    ])
      assert.ok(kernel in nanosecondsPerElement[dtype], `${dtype} ${kernel}`);
    for (const [kernel, figures] of Object.entries(nanosecondsPerElement[dtype])) {
      assert.deepEqual(
        Object.keys(figures),
        Object.keys(targets).filter((name) => name !== "blas"),
      );
      for (const value of Object.values(figures)) assert.ok(value > 0 && value < 1e5, `${kernel}: ${value}`);
    }
    for (const [shape, figures] of Object.entries(gflops[dtype])) {
      assert.deepEqual(Object.keys(figures), Object.keys(targets));
      for (const value of Object.values(figures)) assert.ok(value > 0 && value < 1e5, `${shape}: ${value}`);
    }
  }
});

test("bench kernels measures only what it is asked for, and prints a table", async () => {
  const only = await figures("kernels", "exp", "--elements", "64");
  assert.deepEqual(Object.keys((only.nanosecondsPerElement as { float64: object }).float64), ["exp"]);
  assert.deepEqual((only.gflops as { float64: object }).float64, {});
  const { stdout } = await project.tutti(["bench", "kernels", "tanh", "--elements", "64"]);
  assert.match(stdout, /float64, ns an element of 64 +wasm.*\ntanh +\d+\.\d+/);
});

test("bench without a name lists what can be measured", async () => {
  const { code, stdout } = await project.tutti(["bench"]);
  assert.equal(code, 0);
  for (const name of ["train", "kernels", "latency", "bandwidth", "allreduce", "barrier"])
    assert.match(stdout, new RegExp(`^  ${name} `, "m"));
});

/** Wrong command lines, and what the message must contain. */
const WRONG: Record<string, [args: string[], message: RegExp]> = {
  "an unknown benchmark": [["quickness"], /no benchmark 'quickness'/],
  "an unknown kernel": [["kernels", "exq"], /no kernel exq; there are .*exp, /],
  "no elements": [["kernels", "--elements", "0"], /--elements.*'0' is invalid.*at least 1/],
  "one width": [["train", "--layers", "784"], /--layers.*'784' is invalid.*784-256-10/],
  "a width that is no number": [["train", "--layers", "784-x-10"], /--layers.*whole number of at least 1/],
  "a width of 0": [["train", "--layers", "784-0-10"], /--layers.*whole number of at least 1/],
  "a batch of 0": [["train", "--batch-per-rank", "0"], /--batch-per-rank.*at least 1/],
  "a precision that is none": [["train", "--dtype", "float16"], /'float16' is invalid.*float32, float64/],
  "no steps": [["train", "--steps", "0"], /--steps.*at least 1/],
  "no ranks": [["train", "-n", "0"], /'0' is invalid.*from 1 to 128/],
  "an activation that is none": [["train", "--activation", "step", "-n", "2"], /step.*relu/s],
  "fewer shards than ranks": [["train", "--shards", "1", "-n", "2"], /1 shards.*2 ranks/],
};

for (const [name, [args, message]] of Object.entries(WRONG)) {
  test(`bench with ${name}: a message and exit code 1`, async () => {
    const { code, stdout, stderr } = await project.tutti(["bench", ...args]);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.match(stderr, message);
  });
}
