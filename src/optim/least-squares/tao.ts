import { requireNotFinite } from "../minimize/tao-evaluations.js";
import { petscModules } from "../petsc.js";
import type { FitProblem } from "./fit-problem.js";
import { LinearModel } from "./model.js";
import type { LeastSquaresReason } from "./options.js";

/** Limits where none are given. */
const LIMITS = { maxIt: 1000, maxEvaluations: Number.POSITIVE_INFINITY };

/**
 * Fits by a type of PETSc's TAO for sums of squares. Each rank has a solver of its own, which sees the residuals of all
 * ranks, gathered in each evaluation, and their Jacobian as one dense matrix. Values that brgn tells monitors contain its
 * regularisation; its prox term vanishes at the solution.
 *
 * @param x becomes the best point
 * @returns the model there, if there are derivatives
 */
export function fitByTao(problem: FitProblem, x: Float64Array): LinearModel | undefined {
  const { TAO, Vec, Mat, options } = petscModules();
  const { comm, counts, total, box } = problem;
  const { steptol, bounds, method = "brgn", ...tolerances } = problem.options;
  const n = x.length;
  const r = new Float64Array(problem.count);
  const value = problem.value(x, r);
  problem.requireFinite(value, r);
  using solution = Vec.createSeq(n);
  solution.array.set(x);
  using residuals = Vec.createSeq(total);
  using tao = TAO.create(solution.comm);
  tao.setType(options.get("-tao_type") ?? method);
  const { maxIt = LIMITS.maxIt, maxEvaluations = LIMITS.maxEvaluations } = tolerances;
  tao.setTolerances({ ...tolerances, maxIt, maxEvaluations });
  tao.setResidual((from, into) => {
    problem.value(from.arrayRead, r);
    into.array.set(comm?.allgather(r, { counts }) ?? r);
  }, residuals);
  using matrix = problem.hasJacobian ? Mat.createDense([total, n], { comm: solution.comm }) : undefined;
  const rows = Array.from({ length: total }, (_, i) => i);
  const columns = Array.from({ length: n }, (_, k) => k);
  if (matrix !== undefined) {
    tao.setJacobianResidual((from) => {
      const own = problem.jacobian(from.arrayRead, r);
      const all = comm?.allgather(own, { counts: counts.map((count) => count * n) }) ?? own;
      matrix.setValues(rows, columns, all);
      matrix.assemble();
    }, matrix);
  }
  using lower = bounds && solution.duplicate();
  using upper = bounds && solution.duplicate();
  if (lower && upper) {
    lower.array.set(box.lower);
    upper.array.set(box.upper);
    tao.setVariableBounds(lower, upper);
  }
  tao.setFromOptions(steptol === undefined ? {} : { "-tao_steptol": steptol });
  if (comm !== undefined && comm.rank > 0) tao.cancelMonitors(); // what rank 0 says is enough
  let last = -1;
  tao.setMonitor(({ iterations: iteration, objective, gradientNorm, step }, x) => {
    if (iteration === last) return; // some types report the beginning twice
    last = iteration;
    const value = tao.type === "pounders" ? objective / 2 : objective; // it minimises the sum of squares itself
    return problem.note({ iteration, value, gradientNorm, step, x: x.arrayRead });
  });
  let reason: LeastSquaresReason = "DIVERGED_NAN";
  try {
    reason = tao.solve(solution).reason as LeastSquaresReason;
  } catch (error) {
    requireNotFinite(error);
  }
  x.set(solution.array);
  const found = problem.value(x, r);
  const model = matrix && new LinearModel(problem.triangle(x, r));
  const { iterations: iteration, gradientNorm, step } = tao.state;
  problem.stop(reason, { iteration, value: found, gradientNorm, step, x });
  return model;
}
