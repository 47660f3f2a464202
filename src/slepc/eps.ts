import { type Comm, world } from "../comm/index.js";
import { addressOf } from "../native/index.js";
import { type Mat, PetscObject, type Vec } from "../petsc/index.js";
import { enumName, numberOf } from "../petsc/names.js";
import { handlesOf } from "../petsc/object.js";
import { slepc } from "./runtime.js";
import { ST } from "./st.js";

/** Methods by name; others that SLEPc has are accepted too. */
export type EPSType =
  | "krylovschur"
  | "lanczos"
  | "arnoldi"
  | "lobpcg"
  | "gd"
  | "jd"
  | "rqcg"
  | "power"
  | "subspace"
  | "lapack"
  | "ciss"
  | (string & {});

/** What is known of A and B: (generalised) Hermitian or not, or with B semi-definite or A and B indefinite. */
export type ProblemType = "hep" | "ghep" | "nhep" | "gnhep" | "pgnhep" | "ghiep";

/** Which eigenvalues are wanted. */
export type WhichEigenpairs =
  | "largest-magnitude"
  | "smallest-magnitude"
  | "largest-real"
  | "smallest-real"
  | "largest-imaginary"
  | "smallest-imaginary"
  | "target-magnitude"
  | "target-real"
  | "target-imaginary"
  | "all";

const PROBLEMS: readonly ProblemType[] = ["hep", "ghep", "nhep", "gnhep", "pgnhep", "ghiep"];
const WHICH: readonly WhichEigenpairs[] = [
  "largest-magnitude",
  "smallest-magnitude",
  "largest-real",
  "smallest-real",
  "largest-imaginary",
  "smallest-imaginary",
  "target-magnitude",
  "target-real",
  "target-imaginary",
  "all",
];
const DEFAULT = -2;
const ERRORS = ["absolute", "relative", "backward"] as const;

/** How an eigenvalue is measured: the residual itself, over |λ|, or over the norms of the matrices. */
export type ErrorType = (typeof ERRORS)[number];

/** How a solve has ended. */
export interface EigenConvergence {
  /** Eigenpairs that have converged, which may be more than asked for. */
  readonly converged: number;
  /** SLEPc's name of the reason: `"CONVERGED_TOL"`, `"DIVERGED_ITS"`, … */
  readonly reason: string;
  readonly iterations: number;
}

/** An eigenvalue. */
export interface Eigenvalue {
  readonly real: number;
  readonly imaginary: number;
}

/** A solver of A x = λ x or A x = λ B x (SLEPc's EPS). */
export class EPS extends PetscObject {
  /** A solver without a problem. Collective. */
  static create(comm: Comm = world()): EPS {
    const { f, scratch, handleOf } = slepc();
    f.EPSCreate(handleOf(comm), scratch.at);
    return new EPS(comm, scratch.pointer());
  }

  /** The matrices; a standard problem without `b`. Collective. */
  setOperators(a: Mat, b?: Mat): void {
    slepc().f.EPSSetOperators(this.handle, this.peer(a), b ? this.peer(b) : 0);
    this.keep("operators", a, b);
  }

  /** Says what is known of the matrices, which allows faster methods. */
  setProblemType(type: ProblemType): void {
    slepc().f.EPSSetProblemType(this.handle, 1 + numberOf("setProblemType: the type", PROBLEMS, type));
  }

  /** Chooses the method. */
  setType(type: EPSType): void {
    slepc().f.EPSSetType(this.handle, type);
  }

  /** Says which eigenvalues are wanted. */
  setWhichEigenpairs(which: WhichEigenpairs): void {
    slepc().f.EPSSetWhichEigenpairs(
      this.handle,
      1 + numberOf("setWhichEigenpairs: the choice", WHICH, which),
    );
  }

  /** The number near which eigenvalues are wanted; also the shift of shift-and-invert. */
  setTarget(target: number): void {
    slepc().f.EPSSetTarget(this.handle, target);
  }

  /** The interval in which all eigenvalues are wanted, for `"all"`. */
  setInterval(low: number, high: number): void {
    slepc().f.EPSSetInterval(this.handle, low, high);
  }

  /** How many eigenpairs are wanted, and, if given, how large the subspaces may be. */
  setDimensions(nev: number, ncv = DEFAULT, mpd = DEFAULT): void {
    slepc().f.EPSSetDimensions(this.handle, nev, ncv, mpd);
  }

  /** When a pair has converged, 1e-8 at first, and the most iterations. */
  setTolerances({
    tol = DEFAULT,
    maxIt = DEFAULT,
  }: {
    readonly tol?: number;
    readonly maxIt?: number;
  }): void {
    slepc().f.EPSSetTolerances(this.handle, tol, maxIt);
  }

  /** Vectors to begin with. */
  setInitialSpace(vectors: readonly Vec[]): void {
    const handles = handlesOf(vectors);
    slepc().f.EPSSetInitialSpace(this.handle, vectors.length, addressOf(handles));
  }

  /** Takes what the command line says: `-eps_nev`, `-eps_type`, `-st_type`, `-eps_monitor`, … */
  setFromOptions(): void {
    slepc().f.EPSSetFromOptions(this.handle);
  }

  /** Adds a function that is called in each iteration with its number and that of the pairs found so far. Collective. */
  setMonitor(monitor: (iteration: number, converged: number) => void): void {
    const address = this.callback("i:piipppip", (_: number, iteration: number, converged: number) =>
      monitor(iteration, converged),
    );
    slepc().f.EPSMonitorSet(this.handle, address, 0, 0);
  }

  /** The transformation of the spectrum. */
  get st(): ST {
    const { f, scratch } = slepc();
    f.EPSGetST(this.handle, scratch.at);
    return this.borrow(ST, scratch.pointer());
  }

  /** Finds eigenpairs. Too few of them is a result. Collective. */
  solve(): EigenConvergence {
    slepc().f.EPSSolve(this.handle);
    return this.convergence;
  }

  /** How the last solve has ended. */
  get convergence(): EigenConvergence {
    const { f, scratch, library } = slepc();
    f.EPSGetConverged(this.handle, scratch.at);
    const converged = scratch.ints[0];
    f.EPSGetIterationNumber(this.handle, scratch.at);
    const iterations = scratch.ints[0];
    f.EPSGetConvergedReason(this.handle, scratch.at);
    return { converged, reason: enumName("EPSConvergedReasons", scratch.ints[0], library), iterations };
  }

  /** Eigenvalue `i` of those that have converged; its eigenvector goes into `real` and `imaginary`, where given. Collective. */
  getEigenpair(i: number, real?: Vec, imaginary?: Vec): Eigenvalue {
    const { f, scratch } = slepc();
    f.EPSGetEigenpair(this.handle, i, scratch.at, scratch.at + 8, real?.handle ?? 0, imaginary?.handle ?? 0);
    return { real: scratch.doubles[0], imaginary: scratch.doubles[1] };
  }

  /** How well pair `i` fulfils the equation, as the norm of the residual over |λ| or what `type` says. Collective. */
  computeError(i: number, type: ErrorType = "relative"): number {
    const { f, scratch } = slepc();
    f.EPSComputeError(this.handle, i, numberOf("computeError: the type", ERRORS, type), scratch.at);
    return scratch.doubles[0];
  }

  protected override setPrefix(prefix: string): void {
    slepc().f.EPSSetOptionsPrefix(this.handle, prefix);
  }
}
