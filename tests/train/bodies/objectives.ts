import { hvpInto, valueAndGradInto } from "../../../src/autodiff/index.js";
import type { Comm } from "../../../src/comm/index.js";
import { ArrayDataset, ndarray } from "../../../src/data/index.js";
import { kernels } from "../../../src/kernels/index.js";
import { BinaryCrossEntropy, flatten, Linear } from "../../../src/nn/index.js";
import { minimize } from "../../../src/optim/index.js";
import { scope, zerosLike } from "../../../src/tensor/index.js";
import { type ObjectiveOptions, objective } from "../../../src/train/index.js";
import { type Failed, FEATURES, failure, noise, prepared, type Setup } from "./problem.js";

export interface Evaluations {
  readonly value: number;
  readonly both: number;
  readonly gradient: Float64Array;
  readonly product: Float64Array;
  /** By one derivation of the mean loss over all samples, without ranks. */
  readonly expected: { value: number; gradient: Float64Array; product: Float64Array };
  /** Collective calls of the three evaluations. */
  readonly reductions: number;
  /** Bytes of the heap that a second round of evaluations has left in use, and that are left at the end. */
  readonly grown: number;
  readonly left: number;
}

/** Value, gradient and a product with the Hessian of a setup's mean loss, at the first parameters. */
export function evaluations(
  comm: Comm,
  { setup, options }: { setup: Setup; options: ObjectiveOptions },
): Evaluations {
  const { model, data, options: fitting } = prepared(setup, comm);
  const { heap } = kernels();
  const before = heap.bytesInUse;
  const f = objective(model, fitting.loss, data, { comm, dtype: setup.dtype, seed: 3, ...options });
  const x = f.start;
  const direction = Float64Array.from(x, (_, i) => Math.fround(Math.sin(i + 1)));
  const [gradient, product] = [new Float64Array(f.size), new Float64Array(f.size)];
  const evaluate = () => {
    const value = f.value(x);
    const both = f.valueAndGradient(x, gradient);
    f.hessian(x)(direction, product);
    return { value, both };
  };
  evaluate();
  const inUse = heap.bytesInUse;
  const reductions = countCollectives(comm);
  const { value, both } = evaluate();
  const counted = reductions();
  const grown = heap.bytesInUse - inUse;
  f.dispose();
  const left = heap.bytesInUse - before;
  return {
    ...{ value, both, gradient, product, grown, left },
    reductions: counted,
    expected: expectedOf(comm, setup, direction, options.l2 ?? 0),
  };
}

/** Counts calls of the collectives that reductions use until the function returned is called. */
function countCollectives(comm: Comm): () => number {
  let calls = 0;
  for (const name of ["allreduce", "allgather", "allgatherObject", "bcast"] as const) {
    const inherited = comm[name] as (...args: unknown[]) => unknown;
    Object.defineProperty(comm, name, {
      configurable: true,
      value: (...args: unknown[]) => {
        calls++;
        return inherited.apply(comm, args);
      },
    });
  }
  return () => {
    for (const name of ["allreduce", "allgather", "allgatherObject", "bcast"])
      Reflect.deleteProperty(comm, name);
    return calls;
  };
}

function expectedOf(comm: Comm, setup: Setup, direction: Float64Array, l2: number): Evaluations["expected"] {
  const { model, data, options } = prepared(setup, comm);
  using parameters = flatten(model, { dtype: setup.dtype, seed: 3 });
  return scope(() => {
    const { inputs, targets } = data.batch(Int32Array.from({ length: data.length }, (_, i) => i));
    const mean = () => options.loss.mean(model.forward(inputs), targets!);
    const { value } = valueAndGradInto(mean, parameters.values, parameters.grads);
    const x = Float64Array.from(parameters.value.data);
    const gradient = Float64Array.from(parameters.grad.data, (g, i) => g + l2 * x[i]);
    const flat = zerosLike(parameters.value);
    flat.data.set(direction);
    hvpInto(mean, parameters.values, parameters.viewsOf(flat), parameters.grads);
    const product = Float64Array.from(parameters.grad.data, (p, i) => p + l2 * direction[i]);
    const penalty = (l2 / 2) * x.reduce((sum, each) => sum + each * each, 0);
    return { value: value.item() + penalty, gradient, product };
  });
}

/** Where logistic regression with an L2 penalty ends, and how; all ranks minimise, or the last drives. */
export function regression(
  comm: Comm,
  { shards, driven }: { shards: number; driven: boolean },
): { x: Float64Array; gradientNorm: number } {
  const data = noise(LOGISTIC, 301, 1);
  using f = objective(new Linear(FEATURES, 1), new BinaryCrossEntropy(), data, { comm, l2: 0.1, shards });
  const driver = driven ? comm.size - 1 : undefined;
  const { x, gradientNorm } = minimize(f, f.start, { method: "ntr", gatol: 1e-9, grtol: 0, driver });
  return { x, gradientNorm };
}

const LOGISTIC: Setup = {
  loss: "binary-cross-entropy",
  dtype: "float64",
  optimizer: "sgd",
  samples: 301,
  batchSize: 1,
  epochs: 1,
};

/** What a minimisation says of something that is not finite. */
export function notFinite(
  comm: Comm,
  what: "sample" | "layer" | "nothing",
): { reason: string; explanation?: string } {
  const values = new Float64Array(40).fill(1);
  if (what === "sample") values[27] = Number.NaN;
  if (what === "layer") values[0] = 1e300;
  const data = new ArrayDataset(ndarray("float64", [20, 2], values), ndarray("float64", [20, 1]));
  using f = objective(new Linear(2, 1), new BinaryCrossEntropy(), data, { comm });
  const { reason, explanation } = minimize(f, [1e10, 1, 0], { method: "gd", maxIt: 0 });
  return { reason, explanation };
}

/** What `objective` says of wrong options. */
export function refused(comm: Comm, { options, samples, targets }: Wrong): Failed | undefined {
  const inputs = ndarray("float64", [samples ?? 5, 2]);
  const data = new ArrayDataset(inputs, targets === false ? null : ndarray("float64", [samples ?? 5, 1]));
  return failure(() => objective(new Linear(2, 1), new BinaryCrossEntropy(), data, { comm, ...options }));
}

export interface Wrong {
  readonly options?: ObjectiveOptions;
  readonly samples?: number;
  readonly targets?: false;
}
