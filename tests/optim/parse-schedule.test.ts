import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSchedule } from "../../src/optim/parse-schedule.js";
import {
  constant,
  cosine,
  exponential,
  linear,
  oneCycle,
  stepDecay,
  warmup,
} from "../../src/optim/schedules.js";

const context = { lr: 0.1, steps: 200, stepsPerEpoch: 20 };

test("every text gives the rates of the schedule it names", () => {
  const lr = 0.1;
  const steps = 200;
  const cases = {
    constant: constant(lr),
    "constant:warmup=10": warmup(10, constant(lr)),
    "step:every=10,factor=0.5": stepDecay(lr, { every: 10, factor: 0.5 }),
    "step:every=2epochs": stepDecay(lr, { every: 40, factor: 0.1 }),
    "exponential:factor=0.99": exponential(lr, { factor: 0.99 }),
    "exponential:factor=0.9,every=1epoch,warmup=5": warmup(5, exponential(lr, { factor: 0.9, every: 20 })),
    linear: linear(lr, { steps }),
    "linear:warmup=5%,final=0.1": linear(lr, { steps, warmup: 10, final: 0.1 }),
    cosine: cosine(lr, { steps }),
    "Cosine: warmup = 100steps": cosine(lr, { steps, warmup: 100 }),
    onecycle: oneCycle(lr, { steps }),
    "onecycle:rise=0.4,initial=0.1,final=0.01": oneCycle(lr, { steps, rise: 0.4, initial: 0.1, final: 0.01 }),
  };
  for (const [text, expected] of Object.entries(cases)) {
    const parsed = parseSchedule(text, context);
    for (let step = 0; step <= 220; step++) assert.equal(parsed(step), expected(step), `${text} at ${step}`);
  }
});

test("what is wrong with a text is said", () => {
  const wrong = (text: string, message: RegExp) =>
    assert.throws(() => parseSchedule(text, context), { code: "argument", message });
  wrong("cosin", /schedule: "cosin" is not known; did you mean "cosine"\? known are constant, step, /);
  wrong("cosine:warm=3", /schedule: "cosine:warm=3": "warm=3" is not one of warmup=…, final=…/);
  wrong("cosine:warmup", /"warmup" is not one of/);
  wrong("cosine:", /"" is not one of/);
  wrong("cosine:warmup=3=4", /"warmup=3=4" is not one of/);
  wrong("step", /every=… is missing/);
  wrong("exponential", /factor=… is missing/);
  wrong(
    "step:every=ten",
    /every is "ten", expected updates \(100\), epochs \(3epochs\) or a part of the run \(5%\)/,
  );
  wrong("step:every=10,factor=half", /factor is "half", expected a number/);
  wrong("cosine:warmup=200", /warmup is 200, expected .* less than 200/);
});

test("a length in epochs needs epochs", () => {
  assert.throws(() => parseSchedule("step:every=2epochs", { lr: 1, steps: 10 }), /counts in epochs/);
});
