// A forward and backward pass of the 4-3-1 network of the textbook example: what a step costs beside arithmetic.
//   node dist/bench/small-net.js [rounds]
import { valueAndGradInto } from "../src/autodiff/index.js";
import { bestTimes } from "../src/cli/bench/timing.js";
import { BinaryCrossEntropy, flatten, MeanSquaredError, mlp } from "../src/nn/index.js";
import { normal, sigmoid } from "../src/tensor/index.js";
import { roundsOr } from "./support.js";

const rounds = roundsOr(30);
const model = mlp([4, 3, 1], { activation: "sigmoid" });
const parameters = flatten(model, { dtype: "float64" });
const x = normal([3, 4], { seed: 1 });
const y = sigmoid(normal([3, 1], { seed: 2 }));

const LOSSES = {
  "sigmoid output, squared error": () => new MeanSquaredError().sum(sigmoid(model.forward(x)), y),
  "cross-entropy from logits": () => new BinaryCrossEntropy().sum(model.forward(x), y),
};
const passes = Object.values(LOSSES).map(
  (loss) => () => void valueAndGradInto(loss, parameters.values, parameters.grads),
);
const times = bestTimes(passes, rounds, 20);
for (const [i, name] of Object.keys(LOSSES).entries())
  console.log(
    `4-3-1, 3 samples, ${name}: ${(1000 * times[i]).toFixed(1)} µs forward and backward (target: 30 µs)`,
  );
