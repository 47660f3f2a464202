// A net with one hidden layer, trained by backpropagation over all ranks: 4 inputs, 3 hidden neurons, 1 output.
//
//     npx tutti run -n 2 examples/hpxpy-net.ts
//     npx tutti run examples/hpxpy-net.ts --iterations 1000 --lr 0.5 --picture loss.svg
//     npx tutti run --engine mpi -n 3 examples/hpxpy-net.ts --method gd
//
// The net computes h = σ(x W₁ + b₁) and ŷ = σ(h W₂ + b₂), with σ(z) = 1 / (1 + exp(-z)). Its 19 weights and biases shall
// make the mean of (y - ŷ)² over the samples small. Backpropagation is the chain rule, from the last layer to the first:
//
//     δ₂ = (ŷ - y) σ'(z₂),   δ₁ = (δ₂ W₂ᵀ) σ'(z₁),   ∇W₂ = hᵀ δ₂,   ∇W₁ = xᵀ δ₁,
//
// which automatic differentiation does here. Gradient descent, W ← W - rate · ∇W, is what the seed of this program does: its
// steps are by the gradient of half the *sum* of squares, so they do not depend on how the samples are divided.
//
// The samples are divided among the ranks. Each rank adds up the gradient over its own; one allreduce adds up over ranks. That
// is all that data parallelism is, and the result is that of one rank. The seed's sketch of it divides the sum over ranks by the
// number of ranks, which its own loop does not: on P nodes it would learn P times more slowly than its single one.
//
// Training is optimisation: the mean loss is a function of one flat vector. So, after the seed's 200 steps, the program hands
// that very function, from the same first weights, to a method of numerical optimisation (--method).

import { writeFileSync } from "node:fs";
import { world } from "tutti/comm";
import { MeanSquaredError } from "tutti/nn";
import { type MinimizeOptions, minimize } from "tutti/optim";
import { objective, predict } from "tutti/train";
import { plot } from "./support/drawing.js";
import { numberOption, options, pictureOption, wholeOption } from "./support/options.js";
import { samples, sigmoidNet } from "./support/sigmoid-net.js";

const given = options({ iterations: "200", lr: "0.1", method: "lmvm", picture: "" });
const iterations = wholeOption("iterations", given.iterations, 1);
const rate = numberOption("lr", given.lr, 0);
const picture = pictureOption("picture", given.picture);

const comm = world();
const say = (line: string) => {
  if (comm.rank === 0) console.log(line);
};

const X = [
  [1, 0, 1, 0],
  [1, 0, 1, 1],
  [0, 1, 0, 1],
];
const Y = [[1], [1], [0]];

/** The first weights: those that NumPy 1 draws, uniform between 0 and 1, after numpy.random.seed(0). */
const model = sigmoidNet(
  [
    [
      [0.5488135039273248, 0.7151893663724195, 0.6027633760716439],
      [0.5448831829968969, 0.4236547993389047, 0.6458941130666561],
      [0.4375872112626925, 0.8917730007820798, 0.9636627605010293],
      [0.3834415188257777, 0.7917250380826646, 0.5288949197529045],
    ],
    [0.5680445610939323, 0.925596638292661, 0.07103605819788694],
  ],
  [[[0.08712929970154071], [0.02021839744032572], [0.832619845547938]], [0.7781567509498505]],
);

const data = samples(X, Y);
// Samples are summed in so many parts in a fixed order: the bits are the same on up to so many ranks.
const shards = Math.max(8, comm.size);
using f = objective(model, new MeanSquaredError(), data, { comm, shards });
const first = f.start;

say(`${f.size} weights and biases, ${X.length} samples, ${iterations} steps of gradient descent`);
const x = first.slice();
const gradient = new Float64Array(f.size);
const losses: number[] = [];
// The objective is a mean over N samples, and the seed's steps go by half the sum.
const step = (rate * X.length) / 2;
for (let iteration = 1; iteration <= iterations; iteration++) {
  const loss = f.valueAndGradient(x, gradient);
  losses.push(loss);
  for (let i = 0; i < x.length; i++) x[i] -= step * gradient[i];
  if (iteration % 50 === 0) say(`  iteration ${iteration}: loss ${loss.toFixed(6)}`);
}

f.assign(x);
say("sample  target  predicted  error");
for (const [i, predicted] of predict(model, data, comm).entries()) {
  const [target] = Y[i];
  const error = Math.abs(target - predicted).toFixed(6);
  say(`${String(i).padStart(6)}  ${target.toFixed(4)}  ${predicted.toFixed(6)}   ${error}`);
}
const last = f.value(x);
say(`initial loss ${losses[0].toFixed(6)}, final loss ${last.toFixed(6)}`);
say(`reduction ${(100 * (1 - last / losses[0])).toFixed(1)} %`);

// The weights of such a net can grow for ever, and the loss with them fall: a small loss is the end.
const { method } = given as { method: MinimizeOptions["method"] };
const end = minimize(f, first, { method, fmin: 1e-4, maxIt: iterations });
say(
  `by ${method} from the same weights: loss ${end.value.toExponential(2)} after ${end.iteration} iterations`,
);
say(
  `evaluations: ${end.values} of the loss, ${end.gradients} with gradient, ${end.products} Hessian products`,
);

if (picture !== "" && comm.rank === 0) {
  const steps = losses.map((_, i) => i + 1);
  writeFileSync(picture, plot(steps, losses, { x: "iteration", y: "loss (MSE)" }, { log: true }));
  say(`the loss over iterations is in ${picture}`);
}
