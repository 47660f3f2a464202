import { type Comm, world } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import type { Mat } from "./mat.js";
import { enumName } from "./names.js";
import { PetscObject } from "./object.js";
import { PC } from "./pc.js";
import { petsc } from "./runtime.js";
import type { Vec } from "./vec.js";

/** Krylov methods by name; others that PETSc has are accepted too. */
export type KSPType =
  | "cg"
  | "pipecg"
  | "groppcg"
  | "gmres"
  | "fgmres"
  | "lgmres"
  | "dgmres"
  | "pgmres"
  | "gcr"
  | "bcgs"
  | "bcgsl"
  | "fbcgs"
  | "ibcgs"
  | "bicg"
  | "cgs"
  | "tfqmr"
  | "tcqmr"
  | "minres"
  | "symmlq"
  | "cr"
  | "lsqr"
  | "cgls"
  | "cgne"
  | "chebyshev"
  | "richardson"
  | "preonly"
  | "none"
  | (string & {});

/** When a solver stops. What is absent stays as it is. */
export interface KSPTolerances {
  /** Relative decrease of the residual norm; 1e-5 at first. */
  readonly rtol?: number;
  /** Absolute size of the residual norm; 1e-50 at first. */
  readonly atol?: number;
  /** Relative increase at which it has diverged; 1e5 at first. */
  readonly divtol?: number;
  /** Most iterations; 10,000 at first. */
  readonly maxIt?: number;
}

/** How a solve has ended. */
export interface Convergence {
  readonly converged: boolean;
  /** PETSc's name of the reason: `"CONVERGED_RTOL"`, `"DIVERGED_ITS"`, … */
  readonly reason: string;
  readonly iterations: number;
  /** Norm of the last residual. */
  readonly residualNorm: number;
}

/** Called in each iteration with its number and the residual norm. */
export type KSPMonitor = (iteration: number, residualNorm: number) => void;

const DEFAULT = -2;

/** A solver of linear systems (PETSc's KSP). */
export class KSP extends PetscObject {
  #hasOperators = false;

  /** A solver without a system. Collective. */
  static create(comm: Comm = world()): KSP {
    const { f, scratch, handleOf } = petsc();
    f.KSPCreate(handleOf(comm), scratch.at);
    return new KSP(comm, scratch.pointer());
  }

  /** The matrix of the system, and the one that the preconditioner is made of, the same if absent. Collective. */
  setOperators(a: Mat, p: Mat = a): void {
    petsc().f.KSPSetOperators(this.handle, this.peer(a), p.handle);
    this.#hasOperators = true;
    this.keep("operators", a, p);
  }

  /** Chooses the method. */
  setType(type: KSPType): void {
    petsc().f.KSPSetType(this.handle, type);
  }

  setTolerances({ rtol = DEFAULT, atol = DEFAULT, divtol = DEFAULT, maxIt = DEFAULT }: KSPTolerances): void {
    petsc().f.KSPSetTolerances(this.handle, rtol, atol, divtol, maxIt);
  }

  /** Takes what the command line says: `-ksp_type`, `-pc_type`, `-ksp_rtol`, `-ksp_monitor`, … */
  setFromOptions(): void {
    petsc().f.KSPSetFromOptions(this.handle);
  }

  /** Whether the solution's vector holds a first guess, which is 0 otherwise. */
  setInitialGuessNonzero(nonzero: boolean): void {
    petsc().f.KSPSetInitialGuessNonzero(this.handle, Number(nonzero));
  }

  /** Adds a function that is called in each iteration. Collective. */
  setMonitor(monitor: KSPMonitor): void {
    const address = this.callback("i:pidp", (_: number, iteration: number, norm: number) =>
      monitor(iteration, norm),
    );
    petsc().f.KSPMonitorSet(this.handle, address, 0, 0);
  }

  /** The preconditioner. */
  get pc(): PC {
    const { f, scratch } = petsc();
    f.KSPGetPC(this.handle, scratch.at);
    return this.borrow(PC, scratch.pointer());
  }

  /** Prepares the solver for its matrices; {@link KSP.solve} does it otherwise. Collective. */
  setUp(): void {
    petsc().f.KSPSetUp(this.handle);
  }

  /**
   * Solves A x = b. Collective.
   *
   * A solve that does not converge is a result: look at `converged`, or call {@link KSP.setErrorIfNotConverged} before.
   */
  solve(b: Vec, x: Vec): Convergence {
    if (!this.#hasOperators)
      throw new TuttiError("argument", "solve: this KSP has no matrix; call setOperators first");
    petsc().f.KSPSolve(this.handle, this.peer(b), this.peer(x));
    return this.convergence;
  }

  /** Makes a solve that does not converge an error. */
  setErrorIfNotConverged(error = true): void {
    petsc().f.KSPSetErrorIfNotConverged(this.handle, Number(error));
  }

  /** How the last solve has ended. */
  get convergence(): Convergence {
    const { f, scratch } = petsc();
    f.KSPGetConvergedReason(this.handle, scratch.at);
    const reason = scratch.ints[0];
    f.KSPGetIterationNumber(this.handle, scratch.at);
    const iterations = scratch.ints[0];
    f.KSPGetResidualNorm(this.handle, scratch.at);
    const residualNorm = scratch.doubles[0];
    const name = enumName("KSPConvergedReasons", reason);
    return { converged: reason > 0, reason: name, iterations, residualNorm };
  }

  protected override setPrefix(prefix: string): void {
    petsc().f.KSPSetOptionsPrefix(this.handle, prefix);
  }
}
