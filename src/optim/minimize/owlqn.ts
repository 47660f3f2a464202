import { gradientStep } from "./gradient-step.js";
import { InverseHessian } from "./inverse-hessian.js";
import { Iterate } from "./iterate.js";
import { absoluteSum, pseudoSlope } from "./l1.js";
import { orthantWise } from "./line-search/index.js";
import type { Run } from "./methods.js";
import { norm } from "./vectors.js";

/**
 * Orthant-wise limited-memory quasi-Newton: minimises f(x) + λ‖x‖₁, one orthant after the other, in each of which that
 * is smooth. The Hessian is that of f.
 *
 * Source: Andrew and Gao, "Scalable training of L1-regularized log-linear models" (2007).
 */
export const owlqn: Run = (problem, x) => {
  const lambda = problem.options.l1!;
  const at = new Iterate(problem, x, orthantWise(lambda));
  const { gradient } = at;
  const hessian = new InverseHessian(x.length, problem.options.memory);
  const pseudo = new Float64Array(x.length);
  const direction = new Float64Array(x.length);
  const isOver = () => {
    for (let i = 0; i < x.length; i++) pseudo[i] = pseudoSlope(x[i], gradient[i], lambda);
    const size = norm(pseudo);
    hessian.scale = gradientStep(at.value, size);
    return problem.isOver(x, at.value, size, at.step);
  };
  const stays = (i: number) => x[i] === 0 && pseudo[i] === 0;
  const restrict = (v: Float64Array) => {
    for (let i = 0; i < v.length; i++) if (stays(i)) v[i] = 0;
  };
  const aim = () => {
    hessian.update(x, gradient);
    hessian.multiply(pseudo, direction, restrict);
    for (let i = 0; i < x.length; i++) {
      // An entry that is 0 may only leave towards the side where f is lower.
      direction[i] = x[i] === 0 && direction[i] * pseudo[i] <= 0 ? 0 : -direction[i];
    }
  };
  at.value += lambda * absoluteSum(x);
  while (!isOver()) {
    aim();
    if (at.move(direction, 1)) continue;
    hessian.reset();
    aim();
    if (!at.move(direction, 1)) return problem.stop("DIVERGED_LS_FAILURE");
  }
};
