import assert from "node:assert/strict";
import { test } from "node:test";
import {
  constant,
  cosine,
  exponential,
  linear,
  oneCycle,
  type Schedule,
  stepDecay,
  warmup,
} from "../../src/optim/schedules.js";

const near = (actual: number, expected: number) =>
  assert.ok(
    Math.abs(actual - expected) <= 1e-15 + 1e-14 * Math.abs(expected),
    `${actual} is not ${expected}`,
  );
const rates = (schedule: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, step) => schedule(step));

test("constant never changes", () => {
  assert.deepEqual(rates(constant(0.3), 4), [0.3, 0.3, 0.3, 0.3]);
});

test("step decay multiplies by the factor after every stretch", () => {
  assert.deepEqual(rates(stepDecay(8, { every: 2, factor: 0.5 }), 6), [8, 8, 4, 4, 2, 2]);
  near(stepDecay(1, { every: 1 })(3), 0.001);
});

test("exponential decay has the same ratio between neighbours", () => {
  const schedule = exponential(2, { factor: 0.25, every: 2 });
  assert.deepEqual(rates(schedule, 5), [2, 1, 0.5, 0.25, 0.125]);
});

test("cosine falls from lr by half a wave to the final fraction and stays there", () => {
  const schedule = cosine(2, { steps: 8, final: 0.1 });
  assert.equal(schedule(0), 2);
  near(schedule(4), (2 + 0.2) / 2);
  near(schedule(2), 0.2 + (1.8 * (1 + Math.SQRT1_2)) / 2);
  assert.equal(schedule(8), 0.2);
  assert.equal(schedule(1000), 0.2);
  // The wave is odd about its middle.
  for (let step = 0; step <= 8; step++) near(schedule(step) + schedule(8 - step), 2.2);
});

test("linear falls in equal parts to the final fraction", () => {
  const schedule = linear(1, { steps: 4, final: 0.2 });
  [1, 0.8, 0.6, 0.4, 0.2, 0.2].forEach((rate, step) => {
    near(schedule(step), rate);
  });
});

test("warm-up rises in equal parts to the first rate and delays the rest", () => {
  const schedule = warmup(4, exponential(1, { factor: 0.5 }));
  assert.deepEqual(rates(schedule, 7), [0.25, 0.5, 0.75, 1, 1, 0.5, 0.25]);
  assert.deepEqual(rates(warmup(0, constant(1)), 2), [1, 1]);
  const annealed = cosine(1, { steps: 12, warmup: 4 });
  assert.deepEqual(rates(annealed, 4), [0.25, 0.5, 0.75, 1]);
  near(annealed(8), 0.5);
  assert.equal(annealed(12), 0);
});

test("one cycle rises to lr at the end of the first part and falls to almost nothing", () => {
  const schedule = oneCycle(1, { steps: 100 });
  near(schedule(0), 1 / 25);
  near(schedule(15), (1 + 1 / 25) / 2);
  assert.equal(schedule(30), 1);
  near(schedule(65), (1 + 1 / 250_000) / 2);
  near(schedule(100), 1 / 250_000);
  near(schedule(500), 1 / 250_000);
  const all = rates(schedule, 101);
  for (let step = 1; step <= 100; step++) assert.equal(all[step] > all[step - 1], step <= 30);
  assert.equal(oneCycle(1, { steps: 4, rise: 0 })(0), 1);
});

test("parameters out of range are refused by name", () => {
  assert.throws(() => constant(-1), {
    code: "argument",
    message: /^constant: lr is -1, expected a number of at least 0$/,
  });
  assert.throws(() => constant(Number.NaN), /lr is NaN/);
  assert.throws(
    () => stepDecay(1, { every: 0 }),
    /^TuttiError: stepDecay: every is 0, expected an integer of at least 1/,
  );
  assert.throws(() => exponential(1, { factor: 0 }), /factor is 0, expected a number greater than 0/);
  assert.throws(() => cosine(1, { steps: 10, warmup: 10 }), /warmup is 10, expected .* less than 10/);
  assert.throws(() => linear(1, { steps: 2.5 }), /linear: steps is 2.5/);
  assert.throws(() => oneCycle(1, { steps: 10, rise: 1 }), /rise is 1, expected .* less than 1/);
  assert.throws(() => warmup(-1, constant(1)), /warmup: steps is -1/);
});
