import type { Module } from "tutti/nn";
import { BinaryCrossEntropy, Linear, mlp } from "tutti/nn";
import type { MinimizeOptions, Objective } from "tutti/optim";
import { matmul, normal, sin } from "tutti/tensor";
import { objective } from "tutti/train";
import { LAW, SyntheticClasses } from "../../../../examples/support/synthetic.js";
import { PROBLEMS } from "../problems/index.js";

/** Something to minimise, by Tutti and by TAO. */
export interface Task {
  readonly name: string;
  readonly objective: Objective;
  readonly x0: ArrayLike<number>;
  readonly options?: MinimizeOptions;
}

/** The set of Moré, Garbow and Hillstrom, to the tolerances that are the default of both: 1e-8, absolute and over |f|. */
export const TEST_SET: readonly Task[] = PROBLEMS;

/** The same between bounds, of which some hold at the solution. */
export const BOUNDED: readonly Task[] = PROBLEMS.map(({ name, objective, x0 }) => ({
  name: `${name}, within bounds`,
  objective,
  x0,
  options: { bounds: { lower: x0.map((xi) => xi - 2), upper: x0.map((xi) => xi + 0.5) } },
}));

/** The same with a term that makes variables zero. */
export const SPARSE: readonly Task[] = PROBLEMS.map(({ name, objective, x0 }) => ({
  name: `${name}, sparse`,
  objective,
  x0,
  options: { l1: 0.1 },
}));

const [SAMPLES, FEATURES, SEED] = [400, 8, 13];
/** Where training would long have stopped. */
const options: MinimizeOptions = { gatol: 1e-6, grtol: 0 };

/** Two classifiers: logistic regression, and a small deep net with a ridge. Memory of theirs is kept as long as the process. */
export function classifiers(): readonly Task[] {
  const weights = normal([FEATURES, 1], { seed: SEED, stream: LAW });
  const data = new SyntheticClasses(SAMPLES, FEATURES, SEED, (x) => sin(matmul(x, weights)));
  const task = (name: string, model: Module, l2: number): Task => {
    const trained = objective(model, new BinaryCrossEntropy(), data, { l2, seed: SEED, microBatch: SAMPLES });
    return { name, objective: trained, x0: trained.start, options };
  };
  return [
    task("logistic regression", new Linear(FEATURES, 1), 0),
    task("deep net", mlp([FEATURES, 6, 4, 1], { activation: "tanh" }), 1e-3),
  ];
}
