import { TuttiError } from "../../../../src/errors.js";
import {
  type MinimizeOptions,
  type MinimizeResult,
  minimize,
  type Objective,
} from "../../../../src/optim/index.js";
import { options as petscOptions } from "../../../../src/petsc/index.js";
import { BOUNDED, classifiers, SPARSE, type Task, TEST_SET } from "./tasks.js";

/** A method of both. */
export interface Contender {
  readonly name: string;
  readonly options: MinimizeOptions;
  /** What TAO calls it, where that is not the same, with an option of PETSc's that it takes. */
  readonly tao?: { readonly method: string; readonly option: readonly [name: string, value: string] };
  readonly tasks: readonly Task[];
}

/** Ends on one task. */
export interface Comparison {
  readonly task: string;
  readonly ours: MinimizeResult;
  /** Undefined where PETSc has ended with an error. */
  readonly tao: MinimizeResult | undefined;
  /** Whether a tolerance was met, at a lower point than the first guess. */
  readonly solved: boolean;
  readonly solvedByTao: boolean;
}

/** How often TAO may evaluate f for one task. */
export const MOST = 2000;
/** Tutti may go on for so much longer, so that its figure is known even where it is bad. */
const PATIENCE = 10;

/** Every method, with the tasks that it is for. */
export function contenders(): readonly Contender[] {
  const smooth = [...TEST_SET, ...classifiers()];
  const bounded = [...smooth, ...BOUNDED];
  const cg = (["fr", "pr", "prp", "hs", "dy"] as const).map((cgType) => ({
    name: `cg ${cgType}`,
    options: { method: "cg", cgType },
    tasks: smooth,
  }));
  return [
    {
      name: "gd",
      options: { method: "gd" },
      tao: { method: "bncg", option: ["-tao_bncg_type", "gd"] },
      tasks: smooth,
    },
    ...cg,
    { name: "lmvm", options: { method: "lmvm" }, tasks: smooth },
    { name: "owlqn", options: { method: "owlqn" }, tasks: SPARSE },
    { name: "blmvm", options: { method: "blmvm" }, tasks: bounded },
    { name: "nls", options: { method: "nls" }, tasks: smooth },
    { name: "ntr", options: { method: "ntr" }, tasks: smooth },
    { name: "tron", options: { method: "tron" }, tasks: bounded },
  ];
}

/** Lets both minimise all tasks of a method, from the same first guess to the same tolerance. */
export const compare = ({ options, tao: other, tasks }: Contender): Comparison[] =>
  tasks.map(({ name, objective, x0, options: own }) => {
    const all = { ...own, ...options };
    const limit = (maxEvaluations: number) => ({ maxIt: maxEvaluations, maxEvaluations });
    let tao: MinimizeResult | undefined;
    if (other) petscOptions.set(...other.option);
    try {
      const method = other?.method ?? options.method;
      tao = minimize(objective, x0, { ...all, ...limit(MOST), method, engine: "tao" });
    } catch (error) {
      if (!(error instanceof TuttiError && error.code === "petsc")) throw error;
    } finally {
      if (other) petscOptions.delete(other.option[0]);
    }
    const known = tao?.converged ? PATIENCE * evaluations(tao) : 0;
    const ours = minimize(objective, x0, { ...all, ...limit(Math.max(MOST, known)) });
    const first = firstValue(objective, x0, all);
    // TAO's owlqn stops where f has grown so much that a gradient is small beside it
    const isSolved = (end?: MinimizeResult) => end?.converged === true && end.value <= first;
    return { task: name, ours, tao, solved: isSolved(ours), solvedByTao: isSolved(tao) };
  });

/** What is to become smaller, at the first guess. */
function firstValue(objective: Objective, x0: ArrayLike<number>, { l1 = 0 }: MinimizeOptions): number {
  const sizes = Array.from(x0, Math.abs).reduce((sum, size) => sum + size, 0);
  return objective.valueAndGradient(Float64Array.from(x0), new Float64Array(x0.length)) + l1 * sizes;
}

/** How often f was evaluated, with its gradient or without. */
export const evaluations = ({ values, gradients }: MinimizeResult): number => values + gradients;

/** Comparisons of a method in figures; ratios are ours over TAO's, on tasks that both have solved. */
export interface Summary {
  readonly tasks: number;
  readonly solved: number;
  readonly solvedByTao: number;
  /** Tasks that TAO alone has solved. */
  readonly missed: readonly string[];
  readonly evaluations: number;
  readonly evaluationsOfTao: number;
  readonly ratio: number;
  /** The geometric mean of the ratios of single tasks. */
  readonly mean: number;
  readonly products: number;
  readonly productsOfTao: number;
  /** The task where ours is worst, and its ratio. */
  readonly worst: { readonly task: string; readonly ratio: number };
}

export function summarize(comparisons: readonly Comparison[]): Summary {
  const both = comparisons.filter(({ solved, solvedByTao }) => solved && solvedByTao);
  const sum = (of: (comparison: Comparison) => number) => both.reduce((total, each) => total + of(each), 0);
  const ours = sum(({ ours }) => evaluations(ours));
  const tao = sum(({ tao }) => evaluations(tao!));
  const ratios = both.map(({ task, ours, tao }) => ({ task, ratio: evaluations(ours) / evaluations(tao!) }));
  return {
    tasks: comparisons.length,
    solved: comparisons.filter(({ solved }) => solved).length,
    solvedByTao: comparisons.filter(({ solvedByTao }) => solvedByTao).length,
    missed: comparisons.filter(({ solved, solvedByTao }) => solvedByTao && !solved).map(({ task }) => task),
    evaluations: ours,
    evaluationsOfTao: tao,
    ratio: ours / tao,
    mean: Math.exp(ratios.reduce((total, { ratio }) => total + Math.log(ratio), 0) / ratios.length),
    products: sum(({ ours }) => ours.products),
    productsOfTao: sum(({ tao }) => tao!.products),
    worst: ratios.reduce((a, b) => (b.ratio > a.ratio ? b : a)),
  };
}
