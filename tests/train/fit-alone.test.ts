import assert from "node:assert/strict";
import { test } from "node:test";
import { valueAndGradInto } from "../../src/autodiff/index.js";
import { Communicator } from "../../src/comm/communicator.js";
import { selfWorld } from "../../src/comm/self.js";
import { epochOrder } from "../../src/data/index.js";
import { flatten, Linear, type Sequential } from "../../src/nn/index.js";
import { clipByNorm, type Optimizer, type Schedule } from "../../src/optim/index.js";
import { mul, scope } from "../../src/tensor/index.js";
import { evaluate, type FitOptions, fit, type MetricsRecord } from "../../src/train/index.js";
import { assertNumbers, assertTuttiError } from "../tensor/support.js";
import { noise, prepared, SEED, type Setup } from "./bodies/problem.js";

const alone = () => new Communicator(selfWorld(), true);

const BASE: Setup = {
  loss: "cross-entropy",
  dtype: "float64",
  optimizer: "momentum",
  samples: 23,
  batchSize: 5,
  epochs: 3,
};

/** Whether none of its parameters has memory. */
const isUnbound = ({ layers }: Sequential) =>
  layers.every((layer) => !(layer instanceof Linear) || !layer.weight.isBound);

/** The loop that every textbook has, one batch after the other, and what records must say about it. */
function textbook(setup: Setup, { schedule, loss, optimizer }: FitOptions) {
  const { model, data } = prepared(setup, alone());
  const parameters = flatten(model, { dtype: setup.dtype, seed: SEED });
  const method = (optimizer as (vector: typeof parameters) => Optimizer)(parameters);
  const rates = schedule as Schedule;
  const losses: number[] = [];
  const norms: number[] = [];
  const validation = noise(setup, 11, 2);
  const validated: number[] = [];
  for (let epoch = 0; epoch < setup.epochs; epoch++) {
    const order = epochOrder(setup.samples, { shuffle: true, seed: SEED, epoch });
    for (let start = 0; start < order.length; start += setup.batchSize) {
      scope(() => {
        const { inputs, targets } = data.batch(order.subarray(start, start + setup.batchSize));
        const { value } = valueAndGradInto(
          () => loss.mean(model.forward(mul(inputs, 2)), targets!),
          parameters.values,
          parameters.grads,
        );
        norms.push(clipByNorm(parameters, setup.clipNorm!));
        method.step({ lr: rates(losses.length) });
        losses.push(value.item());
      });
    }
    validated.push(
      scope(() => {
        const { inputs, targets } = validation.batch(Int32Array.from({ length: 11 }, (_, i) => i));
        return loss.mean(model.forward(mul(inputs, 2)), targets!).item();
      }),
    );
  }
  const weights = [...parameters.value.data];
  return { weights, losses, norms, validated };
}

test("fit is the textbook's loop", () => {
  const setup: Setup = {
    ...BASE,
    clipNorm: 1.7,
    schedule: "linear:warmup=4",
    validation: 11,
    recordEvery: 2,
  };
  const { model, data, options } = prepared(setup, alone());
  const prepare: FitOptions["prepare"] = ({ inputs, targets }) => ({ inputs: mul(inputs, 2), targets });
  for (const microBatch of [undefined, 1, 3]) {
    const records: MetricsRecord[] = [];
    const started: number[] = [];
    const result = fit(model, data, {
      ...options,
      prepare,
      microBatch,
      onStart: (step) => started.push(step),
      onRecord: (record) => records.push(record),
    });
    const { weights, losses, norms, validated } = textbook(setup, options);
    assertNumbers([...result.parameters.value.data], weights, 1e-14);

    assert.ok(norms.some((norm) => norm > 1.7) && norms.some((norm) => norm < 1.7));

    assert.deepEqual(started, [0]);
    assert.deepEqual([result.steps, result.resumedFrom], [15, 0]);
    assert.deepEqual(result.history, records);
    // Five steps an epoch, the last one of three samples; a record after every second and at the end.
    assert.deepEqual(
      records.map(({ step }) => step),
      [2, 4, 5, 7, 9, 10, 12, 14, 15],
    );
    const sizes = [5, 5, 5, 5, 3];
    let before = 0;
    for (const { step, epoch, loss, lr, validationLoss, accuracy } of records) {
      let [sum, samples] = [0, 0];
      for (let s = before; s < step; s++) {
        sum += losses[s] * sizes[s % 5];
        samples += sizes[s % 5];
      }
      assertNumbers([loss!], [sum / samples], 1e-14);
      assert.equal(epoch, step / 5);
      assert.equal(lr, (options.schedule as Schedule)(step - 1));
      assert.ok(
        accuracy! >= 0 && accuracy! <= 1 && Number.isInteger(Math.round(accuracy! * samples * 1e9) / 1e9),
      );
      if (step % 5 === 0) assertNumbers([validationLoss!], [validated[step / 5 - 1]], 1e-14);
      else assert.equal(validationLoss, undefined);
      before = step;
    }
    const { loss } = evaluate(model, options.validation!, options.loss, alone(), prepare);
    assert.equal(records.at(-1)!.validationLoss, loss);
    result.parameters.dispose();
  }
});

test("without shuffle every epoch has the order of the dataset", () => {
  const { model, data, options } = prepared({ ...BASE, epochs: 2 }, alone());
  const seen: number[] = [];
  const dataset = {
    length: data.length,
    batch(indices: Int32Array) {
      seen.push(...indices);
      return data.batch(indices);
    },
  };
  fit(model, dataset, { ...options, shuffle: false }).parameters.dispose();
  const order = Array.from({ length: 23 }, (_, i) => i);
  assert.deepEqual(seen, [...order, ...order]);
});

test("a training that fails leaves the model as it was, another can follow", () => {
  const { model, data, options } = prepared({ ...BASE, loss: "mse" }, alone());
  assertTuttiError(() => fit(model, data, { ...options, schedule: () => 1e200 }), "diverged", /at step \d/);
  assert.ok(isUnbound(model));
  const { parameters } = fit(model, data, options);
  assertTuttiError(() => fit(model, data, options), "argument", /already has memory/);
  const weights = parameters.value.data.slice();
  fit(model, data, { ...options, parameters });
  assert.notDeepEqual(parameters.value.data, weights);
  parameters.dispose();
});

test("bad options are refused before anything is done", () => {
  const { model, data, options } = prepared(BASE, alone());
  const refused = (given: Partial<FitOptions>, message: RegExp, dataset = data) =>
    assertTuttiError(() => fit(model, dataset, { ...options, ...given }), "argument", message);
  refused({ epochs: 0 }, /^fit: epochs is 0, expected a positive integer$/);
  refused({ batchSize: 2.5 }, /batchSize is 2\.5/);
  refused({ recordEvery: Number.NaN }, /recordEvery is NaN/);
  refused({ checkpoints: { folder: "nowhere", every: -3 } }, /checkpoints\.every is -3/);
  refused({ shards: 0 }, /shards is 0/);
  refused({ clipNorm: -1 }, /clipNorm is -1, expected a number greater than 0/);
  refused({ validation: noise(BASE, 0, 1) }, /validation has no samples/);
  refused({}, /dataset has no samples/, noise(BASE, 0, 1));
  refused({}, /the dataset has no targets to learn/, {
    ...data,
    batch: (indices: Int32Array) => ({ ...data.batch(indices), targets: null }),
  } as typeof data);
  assert.ok(isUnbound(model));
});
