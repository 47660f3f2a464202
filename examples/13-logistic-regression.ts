// Logistic regression over all ranks, by stochastic gradient descent and by every method of numerical optimisation.
//
//     npx tutti run examples/13-logistic-regression.ts --samples 200000 --features 64 --epochs 15 --lr .05 --batch 2048 --seed 13
//     npx tutti run -n 2 examples/13-logistic-regression.ts --method lmvm
//     mpiexec -n 4 npx tutti exec examples/13-logistic-regression.ts --samples 1000000 --features 128 --epochs 10
//
// ŷ = σ(wᵀx) is to make the mean binary cross-entropy small. Its gradient is the mean of (ŷᵢ - yᵢ) xᵢ, so each rank sums over
// its own samples, and one allreduce makes the sums those of all. By default this is stochastic gradient descent, as the seed
// of this program has it: each step takes the mean over one mini-batch. With --method name, `minimize` looks for the minimum
// itself; then --epochs is the most iterations, each over all samples. owlqn adds --l1 times the sum of the weights' absolute
// values, which makes those of features that matter little zero.
//
// Every epoch visits the samples in an order of its own that all ranks know, from --seed; a rank evaluates those samples of a
// mini-batch that are its own. The gradient is divided by the size of the mini-batch (--batch, over all ranks), not by the number
// of all samples, which would make steps the smaller the more data there are.
//
// Samples are counter-based random numbers, the same for every number of ranks: x normal, y = 1 with probability σ(wᵀx) for the
// true weights w. How well these are found is told by the cosine between them and what was found: 1 is the same direction.

import { world } from "tutti/comm";
import { BinaryCrossEntropy, Linear } from "tutti/nn";
import { type MinimizeOptions, minimize } from "tutti/optim";
import {
  keep,
  matmul,
  matrixTranspose,
  normal,
  permutation,
  scope,
  sigmoid,
  softplus,
  sub,
  sum,
  take,
  tensor,
} from "tutti/tensor";
import { objective } from "tutti/train";
import { numberOption, options, wholeOption } from "./support/options.js";
import { LAW, SyntheticClasses } from "./support/synthetic.js";

/** Samples are summed in so many parts in a fixed order: the bits are the same on up to so many ranks. */
const SHARDS = 8;

const given = options({
  ...{ samples: "200000", features: "64", epochs: "15", lr: ".05", batch: "2048", seed: "13" },
  ...{ method: "sgd", engine: "tutti", l1: "0" },
});
const whole = (name: keyof typeof given, least = 1) => wholeOption(name, given[name], least);
const [samples, features, epochs] = [whole("samples"), whole("features"), whole("epochs")];
const [batch, seed, rate] = [whole("batch"), whole("seed", 0), numberOption("lr", given.lr, 0)];

if (given.method === "sgd" && given.engine !== "tutti")
  throw new RangeError(
    `--engine ${given.engine} needs a --method other than sgd, which is this program's own`,
  );

const comm = world();
const say = (line: string) => {
  if (comm.rank === 0) console.log(line);
};

const truth = normal([features, 1], { seed, stream: LAW });
const data = new SyntheticClasses(samples, features, seed, (x) => matmul(x, truth));
say(`${samples} samples of ${features} features, ${given.method}`);
const weights = given.method === "sgd" ? descend() : minimum();
say(`cosine similarity to the true weights ${cosine(weights, truth.data as Float64Array).toFixed(6)}`);

/** Stochastic gradient descent over mini-batches; every rank has the weights. Collective. */
function descend(): Float64Array {
  const [start, end] = [comm.rank, comm.rank + 1].map((rank) => Math.floor((rank * samples) / comm.size));
  const own = scope(() => data.batch(Int32Array.from({ length: end - start }, (_, i) => start + i)));
  const targets = own.targets!;
  const w = keep(tensor(new Float64Array(features), { shape: [features, 1] }));
  const mine = new Int32Array(batch); // the samples of a mini-batch that are this rank's
  const sums = new Float64Array(features + 1); // the gradient, and the loss
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = permutation(samples, { seed, stream: LAW + epoch });
    let total = 0;
    for (let first = 0; first < samples; first += batch) {
      const all = order.subarray(first, first + batch);
      let count = 0;
      for (const sample of all) if (sample >= start && sample < end) mine[count++] = sample - start;
      scope(() => {
        const index = mine.subarray(0, count);
        const [x, y] = [take(own.inputs, index), take(targets, index)];
        const z = matmul(x, w);
        sums.set(matmul(matrixTranspose(x), sub(sigmoid(z), y)).data as Float64Array);
        sums[features] = sub(sum(softplus(z)), sum(matmul(matrixTranspose(y), z))).item();
      });
      comm.allreduce(sums, { out: sums });
      for (let j = 0; j < features; j++) w.data[j] -= (rate / all.length) * sums[j];
      total += sums[features];
    }
    say(`epoch ${String(epoch).padStart(2)}  loss ${(total / samples).toFixed(6)}`);
  }
  return w.data as Float64Array;
}

/** The weights with the smallest mean loss of all samples. Collective. */
function minimum(): Float64Array {
  const model = new Linear(features, 1, { bias: false });
  using f = objective(model, new BinaryCrossEntropy(), data, { comm, shards: Math.max(SHARDS, comm.size) });
  const { x, reason, iteration, gradients, values, products } = minimize(f, new Float64Array(features), {
    method: given.method as MinimizeOptions["method"],
    engine: given.engine as MinimizeOptions["engine"],
    maxIt: epochs,
    ...(given.method === "owlqn" ? { l1: numberOption("l1", given.l1) } : {}),
    monitor: ({ iteration, value, gradientNorm }) =>
      say(
        `iter ${String(iteration).padStart(2)}  loss ${value.toFixed(6)}  |grad| ${gradientNorm.toExponential(4)}`,
      ),
  });
  say(`${reason} after ${iteration} iterations`);
  say(`evaluations: ${gradients} with gradient, ${values} without, ${products} Hessian products`);
  return x;
}

function cosine(a: Float64Array, b: Float64Array): number {
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    squareA += a[i] * a[i];
    squareB += b[i] * b[i];
  }
  return product / Math.sqrt(squareA * squareB);
}
