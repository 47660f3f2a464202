import { TuttiError } from "../../errors.js";
import { listed } from "../../nearest.js";
import type { TAOType, Vec } from "../../petsc/index.js";
import { petscModules } from "../petsc.js";
import type { OwnOption } from "./methods.js";
import type { MinimizeOptions, Reason } from "./options.js";
import type { Problem } from "./problem.js";
import { requireNotFinite, TaoEvaluations } from "./tao-evaluations.js";

/** Limits are as wide as those of Tutti's methods where none are given. */
const LIMITS = { maxIt: 10_000, maxEvaluations: Number.POSITIVE_INFINITY };

/** Types that take an option; others would pass over it in silence. */
const TAKERS: Partial<Record<OwnOption, readonly string[]>> = {
  bounds: [
    "blmvm",
    "tron",
    "bncg",
    "bqnls",
    "bnls",
    "bntr",
    "bntl",
    "bqnkls",
    "bqnktr",
    "bqnktl",
    "gpcg",
    "bqpip",
  ],
  cgType: ["cg"],
  l1: ["owlqn"],
  memory: ["lmvm", "blmvm"],
};

const CONSTRAINTS = "problems with constraints, which an objective does not have";
const COMPLEMENTARITY = "complementarity problems";
const SQUARES = "sums of squares, for which there is leastSquares";

/** What the types are for that want more than an objective, or something else. */
const OTHERS: Readonly<Record<string, string>> = {
  ...{ brgn: SQUARES, pounders: SQUARES },
  ...{ almm: CONSTRAINTS, admm: CONSTRAINTS, ipm: CONSTRAINTS, lcl: CONSTRAINTS, pdipm: CONSTRAINTS },
  ...{ asfls: COMPLEMENTARITY, asils: COMPLEMENTARITY, ssfls: COMPLEMENTARITY, ssils: COMPLEMENTARITY },
  shell: "solvers that are written against PETSc itself",
};

/**
 * Minimises by a type of PETSc's TAO. Each rank has a solver of its own, on vectors of its own: all of them see the same
 * numbers and do the same, and only the objective's evaluations communicate, as with Tutti's methods.
 */
export function runTao(problem: Problem, x: Float64Array): void {
  const { TAO, Vec, options } = petscModules();
  using solution = filled(Vec.createSeq(x.length), x);
  using tao = TAO.create(solution.comm);
  const { bounds, method = bounds ? "blmvm" : "lmvm", ...others } = problem.options;
  tao.setType(options.get("-tao_type") ?? (method as TAOType));
  const pc = tao.ksp?.pc;
  if (pc !== undefined && pc.type === undefined) pc.setType("none"); // products alone give no factors
  const { maxIt = LIMITS.maxIt, maxEvaluations = LIMITS.maxEvaluations } = others;
  tao.setTolerances({ ...others, maxIt, maxEvaluations });
  const evaluations = new TaoEvaluations(problem);
  evaluations.giveObjective(tao);
  using _hessian = problem.hasHessian ? evaluations.giveHessian(tao, x.length) : undefined;
  tao.setFromOptions(ownOptions(problem.options, tao.type));
  requireMinimizer(tao.type);
  requireTaken(problem.options, tao.type);
  using lower = bounds && filled(solution.duplicate(), problem.box!.lower);
  using upper = bounds && filled(solution.duplicate(), problem.box!.upper);
  if (lower && upper) tao.setVariableBounds(lower, upper);
  if (problem.comm !== undefined && problem.comm.rank > 0) tao.cancelMonitors(); // what rank 0 says is enough
  const state = ({ iterations: iteration, objective: value, gradientNorm, step } = tao.state) => ({
    ...{ iteration, value, gradientNorm, step },
    x: solution.array,
  });
  let last = -1;
  tao.setMonitor((now, at) => {
    if (now.iterations === last) return; // some types report the beginning twice
    last = now.iterations;
    return problem.note({ ...state(now), x: at.arrayRead });
  });
  try {
    const { reason } = tao.solve(solution);
    x.set(solution.array);
    problem.stop(reason as Reason, { ...state(), x });
  } catch (error) {
    requireNotFinite(error);
    x.set(solution.array);
    const { iterations: iteration, step } = tao.state;
    problem.stop("DIVERGED_NAN", { iteration, value: evaluations.value, gradientNorm: Number.NaN, step, x });
  }
}

/** Refuses types for problems of other kinds, of which some would end the process by a segmentation fault. */
function requireMinimizer(type = ""): void {
  const kind = OTHERS[type];
  if (kind === undefined) return;
  const message = `minimize: TAO's type "${type}" is for ${kind}; take another, such as "lmvm" or "ntr"`;
  throw new TuttiError("argument", message, { method: type });
}

/** Gives a vector of this rank its entries. */
function filled(vec: Vec, entries: Float64Array): Vec {
  vec.array.set(entries);
  return vec;
}

/** What PETSc calls the options of methods. */
function ownOptions({ cgType, l1, lineSearch, memory, steptol }: MinimizeOptions, type = "") {
  const named = {
    "-tao_steptol": steptol,
    "-tao_ls_type": lineSearch,
    "-tao_cg_type": cgType,
    "-tao_owlqn_lambda": l1,
    [`-tao_${type}_mat_lmvm_hist_size`]: memory,
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string | number>;
}

function requireTaken(options: MinimizeOptions, type = ""): void {
  for (const [option, types] of Object.entries(TAKERS)) {
    if (options[option as OwnOption] === undefined || types.includes(type)) continue;
    const message = `minimize: TAO's type "${type}" does not take \`${option}\`; types that do are ${listed(types)}`;
    throw new TuttiError("argument", message, { method: type, option, methods: types });
  }
}
