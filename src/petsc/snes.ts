import { type Comm, world } from "../comm/index.js";
import type { DM } from "./dm/dm.js";
import { type Convergence, KSP } from "./ksp.js";
import { Mat } from "./mat.js";
import { enumName } from "./names.js";
import { PetscObject } from "./object.js";
import { petsc } from "./runtime.js";
import { Vec } from "./vec.js";

/** Nonlinear methods by name; others that PETSc has are accepted too. */
export type SNESType =
  | "newtonls"
  | "newtontr"
  | "qn"
  | "ngmres"
  | "anderson"
  | "fas"
  | "ncg"
  | "nrichardson"
  | "ngs"
  | "vinewtonrsls"
  | "vinewtonssls"
  | "aspin"
  | "composite"
  | "shell"
  | (string & {});

/** f ← F(x). Called on all ranks; `x` may only be read. */
export type SNESFunction = (x: Vec, f: Vec) => void;

/** Fills the matrices at x: the Jacobian of F, and what the preconditioner is made of, often the same one. */
export type SNESJacobian = (x: Vec, jacobian: Mat, preconditioner: Mat) => void;

/** When a nonlinear solver stops. What is absent stays as it is. */
export interface SNESTolerances {
  /** Absolute size of the norm of F; 1e-50 at first. */
  readonly atol?: number;
  /** Relative decrease of the norm of F; 1e-8 at first. */
  readonly rtol?: number;
  /** Relative size of a step; 1e-8 at first. */
  readonly stol?: number;
  /** Most iterations; 50 at first. */
  readonly maxIt?: number;
  /** Most evaluations of F; 10,000 at first. */
  readonly maxF?: number;
}

const DEFAULT = -2;

/** A solver of nonlinear systems F(x) = 0 (PETSc's SNES). */
export class SNES extends PetscObject {
  #dm: DM | undefined;

  /** A solver without a system. Collective. */
  static create(comm: Comm = world()): SNES {
    const { f, scratch, handleOf } = petsc();
    f.SNESCreate(handleOf(comm), scratch.at);
    return new SNES(comm, scratch.pointer());
  }

  /**
   * Gives the solver a domain, which makes its vectors and matrices. PETSc keeps the functions of a solver in its domain: a
   * second solver with the same one begins with those of the first.
   */
  setDM(dm: DM): void {
    petsc().f.SNESSetDM(this.handle, dm.handle);
    this.#dm = dm;
  }

  /** Chooses the method. */
  setType(type: SNESType): void {
    petsc().f.SNESSetType(this.handle, type);
  }

  /** Says what F is; `residual` is a vector for its values, made by the solver if absent. Collective. */
  setFunction(evaluate: SNESFunction, residual?: Vec): void {
    const address = this.callback("i:pppp", (_: number, x: number, f: number) =>
      evaluate(this.borrow(Vec, x), this.borrow(Vec, f)),
    );
    petsc().f.SNESSetFunction(this.handle, residual ? this.peer(residual) : 0, address, 0);
    this.keep("residual", residual);
  }

  /** Says how the Jacobian is computed; the matrices are made by the domain if absent. Collective. */
  setJacobian(evaluate: SNESJacobian, jacobian?: Mat, preconditioner: Mat | undefined = jacobian): void {
    const address = this.callback("i:ppppp", (_: number, x: number, j: number, p: number) =>
      evaluate(this.borrow(Vec, x), this.borrow(Mat, j), this.borrow(Mat, p)),
    );
    petsc().f.SNESSetJacobian(this.handle, jacobian?.handle ?? 0, preconditioner?.handle ?? 0, address, 0);
    this.keep("jacobian", jacobian, preconditioner);
  }

  /** Takes what the command line says: `-snes_type`, `-snes_monitor`, `-snes_fd_color`, `-snes_mf`, `-ksp_type`, … */
  setFromOptions(): void {
    petsc().f.SNESSetFromOptions(this.handle);
  }

  setTolerances(tolerances: SNESTolerances): void {
    const { atol = DEFAULT, rtol = DEFAULT, stol = DEFAULT, maxIt = DEFAULT, maxF = DEFAULT } = tolerances;
    petsc().f.SNESSetTolerances(this.handle, atol, rtol, stol, maxIt, maxF);
  }

  /** Adds a function that is called in each iteration with its number and the norm of F. Collective. */
  setMonitor(monitor: (iteration: number, functionNorm: number) => void): void {
    const address = this.callback("i:pidp", (_: number, iteration: number, norm: number) =>
      monitor(iteration, norm),
    );
    petsc().f.SNESMonitorSet(this.handle, address, 0, 0);
  }

  /** The linear solver of Newton's steps. */
  get ksp(): KSP {
    const { f, scratch } = petsc();
    f.SNESGetKSP(this.handle, scratch.at);
    return this.borrow(KSP, scratch.pointer());
  }

  /**
   * Solves F(x) = b, or F(x) = 0 if `b` is null, from the first guess in `x`. Collective. A solve that does not converge is
   * a result.
   */
  solve(b: Vec | null, x: Vec): Convergence {
    petsc().f.SNESSolve(this.handle, b ? this.peer(b) : 0, this.peer(x));
    return this.convergence;
  }

  /** How the last solve has ended; `residualNorm` is that of F. */
  get convergence(): Convergence {
    const { f, scratch } = petsc();
    f.SNESGetConvergedReason(this.handle, scratch.at);
    const reason = scratch.ints[0];
    f.SNESGetIterationNumber(this.handle, scratch.at);
    const iterations = scratch.ints[0];
    f.SNESGetFunctionNorm(this.handle, scratch.at);
    const residualNorm = scratch.doubles[0];
    const name = enumName("SNESConvergedReasons", reason);
    return { converged: reason > 0, reason: name, iterations, residualNorm };
  }

  /** Iterations of the linear solver in all Newton steps. */
  get linearSolveIterations(): number {
    const { f, scratch } = petsc();
    f.SNESGetLinearSolveIterations(this.handle, scratch.at);
    return scratch.ints[0];
  }

  protected override get callbackHeir(): DM | undefined {
    return this.#dm;
  }

  protected override setPrefix(prefix: string): void {
    petsc().f.SNESSetOptionsPrefix(this.handle, prefix);
  }
}
