// A deep classifier, trained as what it is: the minimum of a function.
//
//     npx tutti run examples/14-deep-classifier.ts --samples 10000 --features 16 --hidden1 32 --hidden2 16 --epochs 50
//     npx tutti run examples/14-deep-classifier.ts --tao_type nls
//     npx tutti run --engine mpi -n 2 examples/14-deep-classifier.ts --engine tao -tao_ls_type armijo
//
// The network ŷ = σ(W₃ tanh(W₂ tanh(W₁ x + b₁) + b₂) + b₃) is to make the binary cross-entropy
//
//     L(θ) = -1/N Σᵢ yᵢ log ŷᵢ + (1 - yᵢ) log(1 - ŷᵢ)
//
// small over all samples. θ, all weights end to end, is one flat vector, on every rank; the samples are shared out. An
// evaluation of L and its gradient is the sum over each rank's samples, block by block, and one reduction; the method
// (--tao_type) sees nothing of this. Its numbers are the same bits on every rank, which a line search needs: ranks that
// disagreed about a step would wait for each other for ever. Blocks are as large as the caches hold, or as --batch says (512
// in the seed); they are memory, not mini-batches: every evaluation sees all samples.
//
// tron and nls use second derivatives: products of the Hessian with vectors, by differentiating the gradient forwards. With
// --engine tao, PETSc's TAO minimises the same function. --report folder writes metrics.jsonl, report.html and loss.png.
//
// Samples are counter-based random numbers: sample i is a function of --seed and i alone, so that the data do not depend on the
// number of ranks. A teacher, a network of other shape, gives each the probability of its class.
// The reason at the end is in words: numbers would say 3 to 8 for success and -2 for too many iterations.

import { world } from "tutti/comm";
import { BinaryCrossEntropy, mlp } from "tutti/nn";
import { type MinimizeOptions, type MinimizeState, minimize } from "tutti/optim";
import { matmul, normal, scope, type Tensor, tanh } from "tutti/tensor";
import { evaluate, MinimizeReport, objective } from "tutti/train";
import { numberOption, options, wholeOption } from "./support/options.js";
import { LAW, SyntheticClasses } from "./support/synthetic.js";

/** Hidden units of the teacher, and how sure it is: by the defaults, knowing its law leaves a loss of 0.468. */
const TEACHER_UNITS = 8;
const TEACHER_SCALE = 0.8;
/** Samples are summed in so many parts in a fixed order: the bits are the same on up to so many ranks. */
const SHARDS = 8;

const given = options({
  ...{ samples: "10000", features: "16", hidden1: "32", hidden2: "16", epochs: "50", batch: "auto" },
  ...{ seed: "42", tao_type: "lmvm", engine: "tutti", l1: "0", report: "" },
});
const whole = (name: keyof typeof given, least = 1) => wholeOption(name, given[name], least);
const [samples, features, iterations] = [whole("samples"), whole("features"), whole("epochs", 0)];
const seed = whole("seed", 0);

const comm = world();
const say = (line: string) => {
  if (comm.rank === 0) console.log(line);
};

const teacher = {
  first: normal([features, TEACHER_UNITS], { seed, stream: LAW, deviation: 2 / Math.sqrt(features) }),
  second: normal([TEACHER_UNITS, 1], { seed, stream: LAW + 1, deviation: TEACHER_SCALE }),
};
const data = new SyntheticClasses(samples, features, seed, (x: Tensor) =>
  matmul(tanh(matmul(x, teacher.first)), teacher.second),
);

const model = mlp([features, whole("hidden1"), whole("hidden2"), 1], { activation: "tanh" });
const loss = new BinaryCrossEntropy();
using f = objective(model, loss, data, {
  ...{
    comm,
    seed,
    microBatch: given.batch === "auto" ? undefined : whole("batch"),
    shards: Math.max(SHARDS, comm.size),
  },
});
const shape = [features, given.hidden1, given.hidden2, 1].join("-");
say(`${samples} samples, ${shape} tanh network, ${f.size} parameters, ${given.tao_type} of ${given.engine}`);

const method: MinimizeOptions = {
  method: given.tao_type as MinimizeOptions["method"],
  engine: given.engine as MinimizeOptions["engine"],
  maxIt: iterations,
  ...(given.tao_type === "owlqn" ? { l1: numberOption("l1", given.l1) } : {}),
};
using report =
  given.report === ""
    ? undefined
    : new MinimizeReport(given.report, {
        ...{ name: "deep classifier", method: given.tao_type, objective: f, options: given },
      });
const end = minimize(f, f.start, {
  ...method,
  monitor: (state: MinimizeState) => {
    report?.monitor(state);
    const { iteration, value, gradientNorm } = state;
    say(
      `iter ${String(iteration).padStart(3)}  loss ${value.toFixed(6)}  |grad| ${gradientNorm.toExponential(4)}`,
    );
  },
});
f.assign(end.x);
const { accuracy } = scope(() => evaluate(model, data, loss, comm));
const { reason, value, gradientNorm, gradients, values, products } = end;
say(
  `${reason} after ${end.iteration} iterations: loss ${value.toFixed(6)}, |grad| ${gradientNorm.toExponential(4)}`,
);
say(`evaluations: ${gradients} with gradient, ${values} without, ${products} Hessian products`);
say(`training accuracy ${(100 * accuracy!).toFixed(2)} %`);
await report?.write(end);
