import { type Comm, world } from "../comm/index.js";
import { type Mat, PetscObject, type Vec } from "../petsc/index.js";
import { enumName } from "../petsc/names.js";
import { slepc } from "./runtime.js";

/** Methods by name; others that SLEPc has are accepted too. */
export type SVDType = "cross" | "cyclic" | "lanczos" | "trlanczos" | "randomized" | "lapack" | (string & {});

/** Which singular values are wanted. */
export type WhichTriplets = "largest" | "smallest";

const DEFAULT = -2;
const RELATIVE = 1;

/** How a solve has ended. */
export interface SingularConvergence {
  /** Singular triplets that have converged, which may be more than asked for. */
  readonly converged: number;
  /** SLEPc's name of the reason: `"CONVERGED_TOL"`, `"DIVERGED_ITS"`, … */
  readonly reason: string;
  readonly iterations: number;
}

/** A solver for singular values and vectors, A v = σ u (SLEPc's SVD). */
export class SVD extends PetscObject {
  /** A solver without a matrix. Collective. */
  static create(comm: Comm = world()): SVD {
    const { f, scratch, handleOf } = slepc();
    f.SVDCreate(handleOf(comm), scratch.at);
    return new SVD(comm, scratch.pointer());
  }

  /** The matrix. Collective. */
  setOperator(a: Mat): void {
    slepc().f.SVDSetOperators(this.handle, this.peer(a), 0);
    this.keep("operator", a);
  }

  /** Chooses the method. */
  setType(type: SVDType): void {
    slepc().f.SVDSetType(this.handle, type);
  }

  /** Says which singular values are wanted; the largest at first. */
  setWhichSingularTriplets(which: WhichTriplets): void {
    slepc().f.SVDSetWhichSingularTriplets(this.handle, which === "largest" ? 0 : 1);
  }

  /** How many triplets are wanted, and, if given, how large the subspaces may be. */
  setDimensions(nsv: number, ncv = DEFAULT, mpd = DEFAULT): void {
    slepc().f.SVDSetDimensions(this.handle, nsv, ncv, mpd);
  }

  /** When a triplet has converged, 1e-8 at first, and the most iterations. */
  setTolerances({
    tol = DEFAULT,
    maxIt = DEFAULT,
  }: {
    readonly tol?: number;
    readonly maxIt?: number;
  }): void {
    slepc().f.SVDSetTolerances(this.handle, tol, maxIt);
  }

  /** Takes what the command line says: `-svd_nsv`, `-svd_type`, … */
  setFromOptions(): void {
    slepc().f.SVDSetFromOptions(this.handle);
  }

  /** Finds singular triplets. Too few of them is a result. Collective. */
  solve(): SingularConvergence {
    const { f, scratch, library } = slepc();
    f.SVDSolve(this.handle);
    f.SVDGetConverged(this.handle, scratch.at);
    const converged = scratch.ints[0];
    f.SVDGetIterationNumber(this.handle, scratch.at);
    const iterations = scratch.ints[0];
    f.SVDGetConvergedReason(this.handle, scratch.at);
    return { converged, reason: enumName("SVDConvergedReasons", scratch.ints[0], library), iterations };
  }

  /** Singular value `i` of those that have converged; its vectors go into `u` and `v`, where given. Collective. */
  getSingularTriplet(i: number, u?: Vec, v?: Vec): number {
    const { f, scratch } = slepc();
    f.SVDGetSingularTriplet(this.handle, i, scratch.at, u?.handle ?? 0, v?.handle ?? 0);
    return scratch.doubles[0];
  }

  /** The norm of the residual of triplet `i` over σ. Collective. */
  computeError(i: number): number {
    const { f, scratch } = slepc();
    f.SVDComputeError(this.handle, i, RELATIVE, scratch.at);
    return scratch.doubles[0];
  }

  protected override setPrefix(prefix: string): void {
    slepc().f.SVDSetOptionsPrefix(this.handle, prefix);
  }
}
