import { type Comm, world } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import { onAllRanks } from "./agreement.js";
import { requireLength } from "./indices.js";
import { KSP } from "./ksp.js";
import { Mat } from "./mat.js";
import { enumName } from "./names.js";
import { PetscObject } from "./object.js";
import { options } from "./options.js";
import { petsc } from "./runtime.js";
import { Vec } from "./vec.js";

/** Methods of optimisation by name; others that PETSc has are accepted too. */
export type TAOType =
  | "lmvm"
  | "blmvm"
  | "nls"
  | "ntr"
  | "ntl"
  | "nm"
  | "cg"
  | "bncg"
  | "bqnls"
  | "bnls"
  | "bntr"
  | "tron"
  | "gpcg"
  | "owlqn"
  | "brgn"
  | "pounders"
  | "almm"
  | (string & {});

/** When an optimisation stops. What is absent stays as it is. */
export interface TAOTolerances {
  /** Absolute size of the norm of the gradient; 1e-8 at first. */
  readonly gatol?: number;
  /** The same over the size of the objective; 1e-8 at first. */
  readonly grtol?: number;
  /** The same over the norm at the beginning; 0 at first. */
  readonly gttol?: number;
  /** A value of the objective that is small enough; −∞ at first. */
  readonly fmin?: number;
  /** Most iterations. */
  readonly maxIt?: number;
  /** Most evaluations of the objective. */
  readonly maxEvaluations?: number;
}

/** How far an optimisation is. */
export interface TAOState {
  readonly iterations: number;
  /** Value of the objective; half the sum of squares for residuals. */
  readonly objective: number;
  /** Norm of the gradient, or of its projection for bounds. */
  readonly gradientNorm: number;
  /** Length of the last step. */
  readonly step: number;
}

/** How an optimisation has ended. */
export interface TAOConvergence extends TAOState {
  readonly converged: boolean;
  /** PETSc's name of the reason: `"CONVERGED_GATOL"`, `"DIVERGED_MAXITS"`, … */
  readonly reason: string;
}

const DEFAULT = -2;
/** PETSc's integers have 32 bits. */
const MOST = 2 ** 31 - 1;
const CONVERGED_USER = 8;

/** A solver of optimisation problems (PETSc's Tao). Callbacks are called on all ranks; `x` may only be read. */
export class TAO extends PetscObject {
  /** A solver without a problem. Collective. */
  static create(comm: Comm = world()): TAO {
    const { f, scratch, handleOf } = petsc();
    f.TaoCreate(handleOf(comm), scratch.at);
    return new TAO(comm, scratch.pointer());
  }

  /** Says what is to be minimised; every rank must return the same number. */
  setObjective(evaluate: (x: Vec) => number): void {
    const address = this.callback("i:pppp", (_: number, x: number, value: number) =>
      petsc().poke(value, evaluate(this.borrow(Vec, x))),
    );
    petsc().f.TaoSetObjective(this.handle, address, 0);
  }

  /** Says what is to be minimised, together with its gradient, which goes into `g`. */
  setObjectiveGradient(evaluate: (x: Vec, g: Vec) => number, gradient?: Vec): void {
    const address = this.callback("i:ppppp", (_: number, x: number, value: number, g: number) =>
      petsc().poke(value, evaluate(this.borrow(Vec, x), this.borrow(Vec, g))),
    );
    petsc().f.TaoSetObjectiveAndGradient(this.handle, gradient?.handle ?? 0, address, 0);
    this.keep("gradient", gradient);
  }

  /** Says what the gradient is: g ← ∇f(x). */
  setGradient(evaluate: (x: Vec, g: Vec) => void, gradient?: Vec): void {
    const address = this.callback("i:pppp", (_: number, x: number, g: number) =>
      evaluate(this.borrow(Vec, x), this.borrow(Vec, g)),
    );
    petsc().f.TaoSetGradient(this.handle, gradient?.handle ?? 0, address, 0);
    this.keep("gradient", gradient);
  }

  /** Says how the Hessian is filled, and the matrix that preconditioners are made of, often the same one. */
  setHessian(
    evaluate: (x: Vec, hessian: Mat, preconditioner: Mat) => void,
    hessian: Mat,
    preconditioner: Mat = hessian,
  ): void {
    const address = this.callback("i:ppppp", (_: number, x: number, h: number, p: number) =>
      evaluate(this.borrow(Vec, x), this.borrow(Mat, h), this.borrow(Mat, p)),
    );
    petsc().f.TaoSetHessian(this.handle, hessian.handle, preconditioner.handle, address, 0);
    this.keep("hessian", hessian, preconditioner);
  }

  /** Keeps every entry of x between those of `lower` and `upper`, which may be infinite. Collective. */
  setVariableBounds(lower: Vec, upper: Vec): void {
    onAllRanks(this.comm, "setVariableBounds", () => requireOrder(lower.arrayRead, upper.arrayRead));
    petsc().f.TaoSetVariableBounds(this.handle, this.peer(lower), this.peer(upper));
    this.keep("bounds", lower, upper);
  }

  /** For sums of squares: says what the residuals are, r ← r(x), of which half the sum of squares is minimised. */
  setResidual(evaluate: (x: Vec, r: Vec) => void, residual: Vec): void {
    const address = this.callback("i:pppp", (_: number, x: number, r: number) =>
      evaluate(this.borrow(Vec, x), this.borrow(Vec, r)),
    );
    petsc().f.TaoSetResidualRoutine(this.handle, this.peer(residual), address, 0);
    this.keep("residual", residual);
  }

  /** For sums of squares: says how the Jacobian of the residuals is filled. */
  setJacobianResidual(
    evaluate: (x: Vec, jacobian: Mat, preconditioner: Mat) => void,
    jacobian: Mat,
    preconditioner: Mat = jacobian,
  ): void {
    const address = this.callback("i:ppppp", (_: number, x: number, j: number, p: number) =>
      evaluate(this.borrow(Vec, x), this.borrow(Mat, j), this.borrow(Mat, p)),
    );
    const { f } = petsc();
    f.TaoSetJacobianResidualRoutine(this.handle, jacobian.handle, preconditioner.handle, address, 0);
    this.keep("jacobian", jacobian, preconditioner);
  }

  /** Chooses the method; `"lmvm"` if none is chosen. */
  setType(type: TAOType): void {
    petsc().f.TaoSetType(this.handle, type);
  }

  /** When to stop; what is absent stays as it is. A limit may be Infinity: as many as PETSc's integers can count. */
  setTolerances(tolerances: TAOTolerances): void {
    const { gatol = DEFAULT, grtol = DEFAULT, gttol = DEFAULT, fmin, maxIt, maxEvaluations } = tolerances;
    const { f } = petsc();
    f.TaoSetTolerances(this.handle, gatol, grtol, gttol);
    if (fmin !== undefined) f.TaoSetFunctionLowerBound(this.handle, fmin);
    if (maxIt !== undefined) f.TaoSetMaximumIterations(this.handle, Math.min(maxIt, MOST));
    if (maxEvaluations !== undefined)
      f.TaoSetMaximumFunctionEvaluations(this.handle, Math.min(maxEvaluations, MOST));
  }

  /**
   * Takes what the command line says: `-tao_type`, `-tao_monitor`, `-tao_gatol`, …
   *
   * @param otherwise options by name, for those that the command line does not give
   */
  setFromOptions(otherwise: Readonly<Record<string, string | number>> = {}): void {
    const absent = Object.keys(otherwise).filter((name) => !options.has(name));
    for (const name of absent) options.set(name, otherwise[name]);
    try {
      petsc().f.TaoSetFromOptions(this.handle);
    } finally {
      for (const name of absent) options.delete(name);
    }
  }

  /**
   * Adds a function that is called in each iteration, with the present point, which may only be read; what returns false
   * ends the optimisation. Collective.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a monitor that returns nothing goes on
  setMonitor(monitor: (state: TAOState, x: Vec) => boolean | void): void {
    const { f, library, scratch } = petsc();
    // some types let another solver do their work, which then calls
    const address = this.callback("i:pp", (solver: number) => {
      f.TaoGetSolution(solver, scratch.at);
      const x = this.borrow(Vec, scratch.pointer());
      if (monitor(stateOf(solver), x) === false) f.TaoSetConvergedReason(solver, CONVERGED_USER);
    });
    const call = library.has("TaoMonitorSet") ? "TaoMonitorSet" : "TaoSetMonitor"; // renamed in 3.21
    f[call](this.handle, address, 0, 0);
  }

  /** Removes all monitors, those of the command line, too. */
  cancelMonitors(): void {
    const { f, library } = petsc();
    f[library.has("TaoMonitorCancel") ? "TaoMonitorCancel" : "TaoCancelMonitors"](this.handle); // renamed in 3.21
  }

  /** The linear solver of Newton's steps; undefined for methods without one. */
  get ksp(): KSP | undefined {
    const { f, scratch } = petsc();
    f.TaoGetKSP(this.handle, scratch.at);
    const address = scratch.pointer();
    return address === 0 ? undefined : this.borrow(KSP, address);
  }

  /** Minimises from the first guess in `x`, which becomes the solution. An end without success is a result. Collective. */
  solve(x: Vec): TAOConvergence {
    const { f } = petsc();
    if (this.type === undefined) this.setType("lmvm"); // PETSc would return without having done anything
    if (this.type === "pounders") requireSingle(this.comm);
    f.TaoSetSolution(this.handle, this.peer(x));
    this.keep("solution", x);
    f.TaoSolve(this.handle);
    return this.convergence;
  }

  /** How far the optimisation is. */
  get state(): TAOState {
    return stateOf(this.handle);
  }

  /** How the last optimisation has ended. */
  get convergence(): TAOConvergence {
    const state = stateOf(this.handle);
    const reason = petsc().scratch.ints[10];
    return { ...state, converged: reason > 0, reason: enumName("TaoConvergedReasons", reason) };
  }

  protected override setPrefix(prefix: string): void {
    petsc().f.TaoSetOptionsPrefix(this.handle, prefix);
  }
}

/** What PETSc says of a solver by its address; the number of its reason stays at place 5 of the results. */
function stateOf(solver: number): TAOState {
  const { f, scratch } = petsc();
  const { at, ints, doubles } = scratch;
  f.TaoGetSolutionStatus(solver, at, at + 8, at + 16, at + 24, at + 32, at + 40);
  return { iterations: ints[0], objective: doubles[1], gradientNorm: doubles[2], step: doubles[4] };
}

/** PETSc's pounders fails on several ranks in LAPACK or ends them, from C and Python too (seen with 3.18). */
function requireSingle({ size }: Comm): void {
  if (size === 1) return;
  const message = `TAO.solve: PETSc's pounders works on one rank only, found ${size}; give TAO.create self(), with all residuals on every rank, or take "brgn"`;
  throw new TuttiError("unsupported", message, { found: size, wanted: 1 });
}

/** PETSc would take bounds without anything between them, and call whatever comes out converged. */
function requireOrder(lower: Float64Array, upper: Float64Array): void {
  requireLength("setVariableBounds", "upper", upper.length, lower.length);
  const wrong = lower.findIndex((bound, i) => !(bound <= upper[i]));
  if (wrong < 0) return;
  const message = `setVariableBounds: lower bounds must not be above upper ones, found ${lower[wrong]} above ${upper[wrong]} at local entry ${wrong}`;
  throw new TuttiError("argument", message, { entry: wrong });
}
