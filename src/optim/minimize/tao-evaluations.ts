import { TuttiError } from "../../errors.js";
import type { Mat, TAO } from "../../petsc/index.js";
import { petscModules } from "../petsc.js";
import { absoluteSum } from "./l1.js";
import type { HessianProduct } from "./objective.js";
import type { Problem } from "./problem.js";

/** What TAO calls: evaluations of a problem, on vectors of PETSc's. */
export class TaoEvaluations {
  /** The last value. */
  value = 0;
  readonly #problem: Problem;

  constructor(problem: Problem) {
    this.#problem = problem;
  }

  /** Tells a solver how to evaluate f and its gradient. */
  giveObjective(tao: TAO): void {
    const problem = this.#problem;
    const { l1 = 0 } = problem.options; // TAO's owlqn adds it to gradients, not to values
    tao.setObjective((x) => {
      this.value = problem.value(x.arrayRead) + l1 * absoluteSum(x.arrayRead);
      return this.value;
    });
    tao.setObjectiveGradient((x, g) => {
      this.value = problem.valueAndGradient(x.arrayRead, g.array) + l1 * absoluteSum(x.arrayRead);
      return this.value;
    });
  }

  /** Tells a solver how to multiply by the Hessian; the matrix must live as long as the solver. */
  giveHessian(tao: TAO, size: number): Mat {
    const at = new Float64Array(size); // PETSc may use the memory of x for another point
    let multiply: HessianProduct;
    const { Mat } = petscModules();
    const matrix = Mat.createShell(
      size,
      { mult: (direction, product) => multiply(direction.arrayRead, product.array) },
      { comm: tao.comm },
    );
    tao.setHessian((x) => {
      at.set(x.arrayRead);
      multiply = this.#problem.hessian(at);
      matrix.assemble(); // it would else keep the shift of the one before
    }, matrix);
    return matrix;
  }
}

/** Throws what an evaluation has thrown, or what PETSc says if not of a value or gradient that is not finite. */
export function requireNotFinite(error: unknown): void {
  if (!(error instanceof TuttiError) || error.code !== "petsc") throw error;
  if (error.cause !== undefined) throw error.cause;
  if (!/\b(Inf|infinity) or NaN\b/i.test(error.message)) throw error;
}
