import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { METHODS } from "../../src/optim/minimize/methods.js";
import { normal, uniform } from "../../src/tensor/index.js";
import { failExample, numbersIn, PLACES, runExample, titleOf } from "./run.js";

const PROGRAM = "13-logistic-regression";
const SIZES = ["--samples", "3001", "--features", "7", "--epochs", "4", "--batch", "200"];

/** What the first place has printed, by arguments: the others must print the same. */
const first = new Map<string, string>();

for (const place of PLACES) {
  test(`${titleOf(place)}: the same answer, by mini-batches and by all samples`, async () => {
    for (const method of ["sgd", "gd"]) {
      const text = await runExample(PROGRAM, place, ...SIZES, "--method", method);
      first.set(method, first.get(method) ?? text);
      assert.equal(text, first.get(method));
    }
  });
}

test("with the defaults of the seed the loss falls every epoch, and the direction of the true weights is found", async () => {
  const text = await runExample(PROGRAM, 2);
  const losses = [...text.matchAll(/loss (\S+)/g)].map(([, loss]) => Number(loss));
  assert.equal(losses.length, 15);
  for (let i = 1; i < losses.length; i++) assert.ok(losses[i] < losses[i - 1], text);
  const [cosine] = numbersIn(text, /true weights (\S+)/);
  assert.ok(cosine > 0.9999 && cosine <= 1, text);
});

const SMALL = { samples: 2000, features: 2, seed: 13 };

/** The smallest loss and the cosine by Newton's method on the same samples, the system of two equations solved by hand. */
function newton(): { loss: number; cosine: number } {
  const { samples, features, seed } = SMALL;
  const x = normal([samples, features], { seed, stream: 1 }).data;
  const truth = normal([features], { seed, stream: 3 }).data;
  const chance = uniform([samples], { seed, stream: 2 }).data;
  const score = (w: ArrayLike<number>, i: number) => x[2 * i] * w[0] + x[2 * i + 1] * w[1];
  const sigma = (z: number) => 1 / (1 + Math.exp(-z));
  const y = Array.from(chance, (u, i) => Number(u < sigma(score(truth, i))));
  let w = [0, 0];
  for (let step = 0; step < 20; step++) {
    const [g, h] = [
      [0, 0],
      [0, 0, 0],
    ];
    for (let i = 0; i < samples; i++) {
      const p = sigma(score(w, i));
      const [a, b, curvature] = [x[2 * i], x[2 * i + 1], p * (1 - p)];
      g[0] += (p - y[i]) * a;
      g[1] += (p - y[i]) * b;
      h[0] += curvature * a * a;
      h[1] += curvature * a * b;
      h[2] += curvature * b * b;
    }
    const determinant = h[0] * h[2] - h[1] ** 2;
    w = [w[0] - (h[2] * g[0] - h[1] * g[1]) / determinant, w[1] - (h[0] * g[1] - h[1] * g[0]) / determinant];
  }
  const loss = y.reduce((sum, yi, i) => sum + Math.log1p(Math.exp((1 - 2 * yi) * score(w, i))), 0) / samples;
  const product = w[0] * truth[0] + w[1] * truth[1];
  return { loss, cosine: product / (Math.hypot(...w) * Math.hypot(truth[0], truth[1])) };
}

describe("every method finds the minimum that Newton's method by hand finds", () => {
  const { loss, cosine } = newton();
  for (const method of Object.keys(METHODS)) {
    test(method, async () => {
      const sizes = ["--samples", `${SMALL.samples}`, "--features", `${SMALL.features}`, "--epochs", "2000"];
      const text = await runExample(PROGRAM, 2, ...sizes, "--method", method);
      const before = text.split("\nCONVERGED_")[0];
      assert.notEqual(before, text, `it has not converged:\n${text}`);
      const [found] = numbersIn(before.split("\n").at(-1)!, /loss (\S+)/);
      assert.ok(Math.abs(found - loss) <= 1e-6, `${found} is not ${loss}`);
      assert.ok(Math.abs(numbersIn(text, /true weights (\S+)/)[0] - cosine) <= 1e-6, text);
    });
  }
});

test("ranks without samples have their part in the answer of one rank", async () => {
  const few = ["--samples", "2", "--features", "2", "--epochs", "3", "--batch", "1"];
  for (const method of ["sgd", "lmvm"]) {
    const alone = await runExample(PROGRAM, 1, ...few, "--method", method);
    assert.equal(await runExample(PROGRAM, 4, ...few, "--method", method), alone);
  }
});

test("wrong options say what is wanted", async () => {
  const cases: [string[], RegExp][] = [
    [["--samples", "0"], /--samples must be a whole number from 1, found 0/],
    [["--engine", "tao"], /--engine tao needs a --method other than sgd/],
    [["--lr", "-1"], /--lr must be a number above 0, found -1/],
  ];
  for (const [args, message] of cases) assert.match(await failExample(PROGRAM, 1, ...args), message);
});
