// The smallest data-parallel net, sample by sample: 2 inputs, 3 hidden neurons, 2 outputs.
//
//     npx tutti run -n 2 examples/two-three-two-net.ts
//     npx tutti run -n 4 examples/two-three-two-net.ts --iterations 2000 --picture loss.svg
//
// The net computes h = σ(W₁ x + b₁) and ŷ = σ(W₂ h + b₂); the loss of a sample is L = ½ Σ (y - ŷ)². Backpropagation follows
// the paths from the loss to a weight. To w₁₁ of the first layer, which takes x₁ to h₁, they are
//
//     ∂L/∂w₁₁ = Σₖ (ŷₖ - yₖ) ŷₖ (1 - ŷₖ) wₖ₁ · h₁ (1 - h₁) · x₁.
//
// Each rank does this for its own samples, here once by that formula and once by automatic differentiation. The mean over all
// samples is the gradient for training. How it comes about from ranks with unequal numbers of samples matters: the mean of the
// ranks' means, which libraries for data-parallel training take, weighs samples of smaller parts more, and is not the gradient
// of one rank with all samples; sums over ranks, divided by the number of all samples, are.
//
// The program shows it for the published division: samples 1 to 3 on one process, 4 and 5 on another. It differs from what was
// published with these samples and matrices: there, rows 3 and 4 of ŷ (0.943 0.860 and 0.948 0.868) are those of the inputs
// (1, 0.5) and (1.5, 1), the derivatives (-0.00134, -0.00461, -0.00279, 0.06524, 0.10746, with means 0.03281 and 0.04173) do not
// follow from the matrices, and ∂L/∂ŷ has the wrong sign. That the two kinds of mean are not the same is true all the same.

import { writeFileSync } from "node:fs";
import { self, world } from "tutti/comm";
import { partition } from "tutti/data";
import { MeanSquaredError } from "tutti/nn";
import { objective, predict } from "tutti/train";
import { plot } from "./support/drawing.js";
import { numberOption, options, pictureOption, wholeOption } from "./support/options.js";
import { samples, sigmoidNet } from "./support/sigmoid-net.js";

const given = options({ iterations: "200", lr: "10", picture: "" });
const iterations = wholeOption("iterations", given.iterations, 1);
const rate = numberOption("lr", given.lr, 0);
const picture = pictureOption("picture", given.picture);

const comm = world();
const say = (line: string) => {
  if (comm.rank === 0) console.log(line);
};

const X = [
  [0.5, 1.5],
  [2, 1],
  [1, 1.5],
  [1, 0.5],
  [2.5, 2],
];
const Y = [
  [1, 0],
  [1, 0],
  [0, 1],
  [1, 0],
  [0, 1],
];
/** One row for each input, one column for each neuron: the published matrices, transposed. */
const W1 = [
  [1, 0, 1],
  [0, 1, 1],
];
const W2 = [
  [1, 0],
  [0, 1],
  [1, 0],
];
const ONES = [1, 1, 1];
const model = sigmoidNet([W1, ONES], [W2, ONES.slice(0, 2)]);
const data = samples(X, Y);
// Samples are summed in so many parts in a fixed order: the bits are the same on up to so many ranks.
using f = objective(model, new MeanSquaredError(), data, { comm, shards: Math.max(8, comm.size) });
const x = f.start;
const gradient = new Float64Array(f.size);

/** ŷ and ∂L/∂w₁₁ of a sample, by hand. */
function byHand(i: number): number[] {
  const sigma = (z: number) => 1 / (1 + Math.exp(-z));
  const layer = (from: readonly number[], weights: readonly (readonly number[])[]) =>
    weights[0].map((_, k) => sigma(from.reduce((sum, entry, j) => sum + entry * weights[j][k], 1)));
  const hidden = layer(X[i], W1);
  const output = layer(hidden, W2);
  const fromOutputs = output.reduce((sum, y, k) => sum + (y - Y[i][k]) * y * (1 - y) * W2[0][k], 0);
  return [...output, fromOutputs * hidden[0] * (1 - hidden[0]) * X[i][0]];
}

/**
 * ∂L/∂w₁₁ of a sample, the first entry of its gradient by automatic differentiation. The mean of the squares over two outputs is
 * half their sum.
 */
function byAutodiff(i: number): number {
  const { parameters } = f;
  using own = objective(model, new MeanSquaredError(), samples([X[i]], [Y[i]]), { comm: self(), parameters });
  own.valueAndGradient(x, gradient);
  return gradient[0];
}

// Every rank does its own samples; the rows of all ranks come together in their order.
const [begin, end] = partition(X.length, comm.size, comm.rank);
const own = Array.from({ length: end - begin }, (_, i) => [...byHand(begin + i), byAutodiff(begin + i)]);
const COLUMNS = 4;
const counts = Array.from({ length: comm.size }, (_, rank) => {
  const [first, last] = partition(X.length, comm.size, rank);
  return COLUMNS * (last - first);
});
const table = comm.allgather(Float64Array.from(own.flat()), { counts });
const column = (k: number) => Array.from(X, (_, i) => table[COLUMNS * i + k]);

say("sample    ŷ₁     ŷ₂    ∂L/∂w₁₁     by autodiff");
for (const i of X.keys()) {
  const [y1, y2, hand, automatic] = table.subarray(COLUMNS * i);
  say(`${i + 1}       ${y1.toFixed(3)}  ${y2.toFixed(3)}  ${hand.toFixed(8)}  ${automatic.toFixed(8)}`);
}

const exactly = (value: number) => value.toFixed(16);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value) / values.length;
const derivatives = column(2);
const parts = [derivatives.slice(0, 3), derivatives.slice(3)];
const means = parts.map(mean);
const weighted = means.reduce((sum, m, p) => sum + parts[p].length * m, 0) / X.length;
f.valueAndGradient(x, gradient);
say(`mean of all samples, over all ranks          ${exactly(gradient[0])}`);
say(`samples 1 to 3 ${exactly(means[0])}, samples 4 and 5 ${exactly(means[1])}`);
say(`the mean of these two means                  ${exactly(mean(means))}`);
say(`the same, weighted by numbers of samples     ${exactly(weighted)}`);

const losses: number[] = [];
for (let iteration = 1; iteration <= iterations; iteration++) {
  losses.push(f.valueAndGradient(x, gradient));
  for (let i = 0; i < x.length; i++) x[i] -= rate * gradient[i];
}
f.assign(x);
const predictions = predict(model, data, comm);
say(
  `after ${iterations} steps of gradient descent the loss is ${f.value(x).toFixed(6)}, from ${losses[0].toFixed(6)}`,
);
say("sample  target  predicted");
for (const [i, [a, b]] of Y.entries())
  say(`${i + 1}       ${a} ${b}     ${predictions[2 * i].toFixed(4)} ${predictions[2 * i + 1].toFixed(4)}`);

if (picture !== "" && comm.rank === 0) {
  const steps = losses.map((_, i) => i + 1);
  writeFileSync(picture, plot(steps, losses, { x: "iteration", y: "loss" }, { log: true }));
  say(`the loss over iterations is in ${picture}`);
}
