import assert from "node:assert/strict";
import { test } from "node:test";
import { Communicator } from "../../src/comm/communicator.js";
import { selfWorld } from "../../src/comm/self.js";
import { globalBatches } from "../../src/data/index.js";
import {
  initializers,
  MeanSquaredError,
  Module,
  Parameter,
  type ParameterVector,
} from "../../src/nn/index.js";
import { SGD } from "../../src/optim/index.js";
import { matmul, sqrt, type Tensor } from "../../src/tensor/index.js";
import { fit } from "../../src/train/index.js";
import { forEachEngine } from "../support/ranks.js";
import { assertTuttiError } from "../tensor/support.js";
import type { diverging } from "./bodies/failures.js";
import { noise, SEED, type Setup } from "./bodies/problem.js";
import { assertFailed } from "./support.js";

const module = new URL("./bodies/failures.js", import.meta.url).href;
type Outcome = ReturnType<typeof diverging>;

const BASE: Setup = {
  loss: "mse",
  dtype: "float32",
  optimizer: "sgd",
  samples: 40,
  batchSize: 8,
  epochs: 2,
};

/** In which step of the first epoch a sample is used, from 1, and its place in the batch. */
function whereIs(sample: number): { step: number; place: number } {
  const { samples, batchSize } = BASE;
  const batches = globalBatches(samples, batchSize, { shuffle: true, seed: SEED, epoch: 0 });
  const step = batches.findIndex((batch) => batch.includes(sample));
  return { step: step + 1, place: batches[step].indexOf(sample) };
}

forEachEngine([2, 4], ({ size, run }) => {
  /** Checks that all ranks failed alike and left nothing behind; what they tell. */
  async function diverges(arg: object, message: RegExp): Promise<NonNullable<Outcome["failed"]>> {
    const ranks = await run<Outcome>(module, "diverging", arg);
    for (const { failed, left } of ranks) {
      assertFailed(failed, "diverged", message);
      assert.deepEqual(failed, ranks[0].failed);
      assert.equal(left, 0);
    }
    return ranks[0].failed!;
  }

  test("a sample that is not finite is named, with the step that used it", async () => {
    for (const [sample, kind, value] of [
      [13, "inputs", Number.NaN],
      [27, "inputs", Number.NEGATIVE_INFINITY],
      [31, "targets", Number.NaN],
    ] as const) {
      const { step, place } = whereIs(sample);
      const rank = Math.floor((place * size) / BASE.batchSize);
      const what = kind === "inputs" ? "an input" : "a target";
      const where = size > 1 ? ` on rank ${rank}` : "";
      for (const setup of [BASE, { ...BASE, shards: 8, microBatch: 1 }]) {
        const { data } = await diverges(
          { setup, poison: { sample, kind, value } },
          new RegExp(
            `(the loss is NaN at step ${step} \\(epoch 1\\)|the gradient is not finite at step ${step} .*): ` +
              `sample ${sample} of the dataset has ${what} that is not finite${where}\\. Repair the sample`,
          ),
        );
        assert.equal(data.step, step);
        assert.equal(data.sample, sample);
      }
    }
  });

  test("a learning rate that is far too large: the first layer that overflows is named", async () => {
    // Weights of 10^29 multiply in the second layer; float32 ends at 10^38.
    const setup: Setup = { ...BASE, hidden: [16, 16], activation: "relu", lr: 1e30 };
    const { data } = await diverges(
      { setup },
      /at step 2 \(epoch 1\): the output of Linear "layers\.2" is not finite.*smaller learning rate/,
    );
    assert.equal(data.layer, "layers.2");
    assert.equal(data.step, 2);
  });

  test("a loss that overflows though all outputs are finite", async () => {
    await diverges(
      { setup: { ...BASE, lr: 1e25 } },
      /the loss is Infinity at step 2 \(epoch 1\): every output is finite, so the loss itself overflows/,
    );
  });

  test("a parameter that overflows though loss and gradient are finite", async () => {
    // Binary cross-entropy grows like its logit: 10^25 is finite, and so is its gradient; 10^15 times that is not.
    // There is no step after this one to notice it, and no model that is not finite must come out.
    const setup: Setup = {
      ...{ ...BASE, loss: "binary-cross-entropy", lr: 1e15, hidden: [] },
      ...{ epochs: 1, batchSize: 40, recordEvery: 3 },
    };
    const { data } = await diverges(
      { setup, scale: 1e25 },
      /the update of step 1 \(epoch 1\), whose loss is \d.*, makes the parameter "layers\.0\.weight" not finite/,
    );
    assert.equal(data.layer, "layers.0.weight");
    assert.ok(Number.isFinite(data.loss));
  });
});

const alone = () => new Communicator(selfWorld(), true);
const plain = {
  loss: new MeanSquaredError(),
  optimizer: (parameters: ParameterVector) => new SGD(parameters),
};

test("a gradient that is not finite though all outputs are", () => {
  class Root extends Module {
    readonly factor = new Parameter([5, 2], initializers.constant(1));
    override forward(x: Tensor): Tensor {
      return sqrt(matmul(x, this.factor.value));
    }
  }
  const data = noise(BASE, 8, 1);
  data.inputs.data.fill(0); // the square root has no derivative at 0
  assertTuttiError(
    () => fit(new Root(), data, { ...plain, comm: alone() }),
    "diverged",
    /the gradient is not finite at step 1 \(epoch 1\), whose loss is \d.*: .*but not the gradient of "factor"/,
  );
});

test("looking for the layer leaves a model as it was", () => {
  class Scale extends Module {
    readonly factor = new Parameter([5, 2], initializers.constant(1));
    forward = (x: Tensor): Tensor => matmul(x, this.factor.value);
  }
  class Twice extends Module {
    readonly inner = new Scale();
    override forward(x: Tensor): Tensor {
      return this.inner.forward(x);
    }
  }
  const model = new Twice();
  const { forward } = model.inner;
  const data = noise(BASE, 8, 1);
  data.inputs.data[0] = Number.NaN;
  assertTuttiError(
    () => fit(model, data, { ...plain, comm: alone() }),
    "diverged",
    /sample 0 of the dataset has an input/,
  );
  assert.equal(model.inner.forward, forward);
  assert.ok(!Object.hasOwn(model, "forward"));
});
