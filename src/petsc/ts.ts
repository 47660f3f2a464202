import { type Comm, world } from "../comm/index.js";
import { addressOf } from "../native/index.js";
import type { DM } from "./dm/dm.js";
import { Mat } from "./mat.js";
import { enumName, numberOf } from "./names.js";
import { handlesOf, PetscObject } from "./object.js";
import { petsc } from "./runtime.js";
import { SNES } from "./snes.js";
import { Vec } from "./vec.js";

/** Methods of time integration by name; others that PETSc has are accepted too. */
export type TSType =
  | "euler"
  | "beuler"
  | "cn"
  | "theta"
  | "rk"
  | "ssp"
  | "arkimex"
  | "rosw"
  | "bdf"
  | "glle"
  | "alpha"
  | "alpha2"
  | "basicsymplectic"
  | "irk"
  | "mimex"
  | "pseudo"
  | (string & {});

/** What happens at the end: stop after the step that passes it, shorten that step, or interpolate back. */
export type ExactFinalTime = "stepover" | "interpolate" | "matchstep";

const EXACT: readonly ExactFinalTime[] = ["stepover", "interpolate", "matchstep"];
const NONLINEAR = 1;
const LINEAR = 0;

/** How an integration has ended. */
export interface TSConvergence {
  readonly converged: boolean;
  /** PETSc's name of the reason: `"CONVERGED_TIME"`, `"DIVERGED_STEP_REJECTED"`, … */
  readonly reason: string;
  readonly steps: number;
  /** The time that was reached. */
  readonly time: number;
}

/** Events to look for while time goes on. */
export interface TSEvents {
  /** Of each event: which sign changes count, of the value from − to + ("up"), the other way, or both. */
  readonly directions: readonly ("up" | "down" | "both")[];
  /** Of each event: whether the integration ends there. */
  readonly terminate?: readonly boolean[];
  /** Writes a number for each event to `values`; an event is where it becomes 0. */
  indicator(time: number, u: Vec, values: Float64Array): void;
  /** Called where events, by number, have happened; may change `u`. */
  handle?(events: readonly number[], time: number, u: Vec): void;
}

/** Lists of vectors that PETSc reads later than when it is given them. */
const addresses = new WeakMap<TS, readonly BigUint64Array[]>();

const DIRECTIONS = { down: -1, both: 0, up: 1 } as const;

/**
 * An integrator of ordinary differential equations in time (PETSc's TS): u' = G(t, u), F(t, u, u') = 0, or both,
 * F(t, u, u') = G(t, u), of which methods like arkimex treat F implicitly and G explicitly.
 */
export class TS extends PetscObject {
  #dm: DM | undefined;

  /** An integrator without an equation. Collective. */
  static create(comm: Comm = world()): TS {
    const { f, scratch, handleOf } = petsc();
    f.TSCreate(handleOf(comm), scratch.at);
    return new TS(comm, scratch.pointer());
  }

  /** Gives the integrator a domain, which makes its vectors and matrices. */
  setDM(dm: DM): void {
    petsc().f.TSSetDM(this.handle, dm.handle);
    this.#dm = dm;
  }

  /** Whether the equation is linear; it is not, at first. */
  setLinear(linear = true): void {
    petsc().f.TSSetProblemType(this.handle, linear ? LINEAR : NONLINEAR);
  }

  /** Chooses the method. */
  setType(type: TSType): void {
    petsc().f.TSSetType(this.handle, type);
  }

  /** Says what G is: g ← G(t, u). */
  setRHSFunction(evaluate: (time: number, u: Vec, g: Vec) => void, result?: Vec): void {
    const address = this.callback("i:pdppp", (_: number, time: number, u: number, g: number) =>
      evaluate(time, this.borrow(Vec, u), this.borrow(Vec, g)),
    );
    petsc().f.TSSetRHSFunction(this.handle, result?.handle ?? 0, address, 0);
    this.keep("rhs function", result);
  }

  /** Says how ∂G/∂u is filled; the matrix is made by the domain if absent. */
  setRHSJacobian(
    evaluate: (time: number, u: Vec, jacobian: Mat, preconditioner: Mat) => void,
    jacobian?: Mat,
    preconditioner: Mat | undefined = jacobian,
  ): void {
    const address = this.callback("i:pdpppp", (_: number, time: number, u: number, j: number, p: number) =>
      evaluate(time, this.borrow(Vec, u), this.borrow(Mat, j), this.borrow(Mat, p)),
    );
    const { f } = petsc();
    f.TSSetRHSJacobian(this.handle, jacobian?.handle ?? 0, preconditioner?.handle ?? 0, address, 0);
    this.keep("rhs jacobian", jacobian, preconditioner);
  }

  /** Says what F is: f ← F(t, u, u'). */
  setIFunction(evaluate: (time: number, u: Vec, uDot: Vec, f: Vec) => void, result?: Vec): void {
    const call = (_: number, time: number, u: number, uDot: number, f: number) =>
      evaluate(time, this.borrow(Vec, u), this.borrow(Vec, uDot), this.borrow(Vec, f));
    const address = this.callback("i:pdpppp", call);
    petsc().f.TSSetIFunction(this.handle, result?.handle ?? 0, address, 0);
    this.keep("i function", result);
  }

  /** Says how shift · ∂F/∂u' + ∂F/∂u is filled; the matrix is made by the domain if absent. */
  setIJacobian(
    evaluate: (time: number, u: Vec, uDot: Vec, shift: number, jacobian: Mat, preconditioner: Mat) => void,
    jacobian?: Mat,
    preconditioner: Mat | undefined = jacobian,
  ): void {
    const call = (
      _: number,
      time: number,
      u: number,
      uDot: number,
      shift: number,
      j: number,
      p: number,
    ): void => {
      const [at, rate] = [this.borrow(Vec, u), this.borrow(Vec, uDot)];
      evaluate(time, at, rate, shift, this.borrow(Mat, j), this.borrow(Mat, p));
    };
    const address = this.callback("i:pdppdppp", call);
    const { f } = petsc();
    f.TSSetIJacobian(this.handle, jacobian?.handle ?? 0, preconditioner?.handle ?? 0, address, 0);
    this.keep("i jacobian", jacobian, preconditioner);
  }

  /** The time at which the integration begins, 0 at first. */
  setTime(time: number): void {
    petsc().f.TSSetTime(this.handle, time);
  }

  /** The time at which it ends. */
  setMaxTime(time: number): void {
    petsc().f.TSSetMaxTime(this.handle, time);
  }

  /** Most steps. */
  setMaxSteps(steps: number): void {
    petsc().f.TSSetMaxSteps(this.handle, steps);
  }

  /** The first step; the only one for methods that do not adapt. */
  setTimeStep(step: number): void {
    petsc().f.TSSetTimeStep(this.handle, step);
  }

  /** What happens at the end. */
  setExactFinalTime(how: ExactFinalTime): void {
    petsc().f.TSSetExactFinalTime(this.handle, 1 + numberOf("setExactFinalTime: the way", EXACT, how));
  }

  /** The local errors that methods with adaptive steps allow. */
  setTolerances({ atol = -2, rtol = -2 }: { readonly atol?: number; readonly rtol?: number }): void {
    petsc().f.TSSetTolerances(this.handle, atol, 0, rtol, 0);
  }

  /** Takes what the command line says: `-ts_type`, `-ts_dt`, `-ts_monitor`, `-snes_type`, … */
  setFromOptions(): void {
    petsc().f.TSSetFromOptions(this.handle);
  }

  /** Adds a function that is called at the beginning and after each step. Collective. */
  setMonitor(monitor: (step: number, time: number, u: Vec) => void): void {
    const address = this.callback("i:pidpp", (_: number, step: number, time: number, u: number) =>
      monitor(step, time, this.borrow(Vec, u)),
    );
    petsc().f.TSMonitorSet(this.handle, address, 0, 0);
  }

  /** Looks for places where numbers that depend on time and u become 0. Collective. */
  setEventHandler({ directions, terminate = [], indicator, handle }: TSEvents): void {
    const { f, copy } = petsc();
    const count = directions.length;
    const values = new Float64Array(new SharedArrayBuffer(8 * count));
    const valuesAt = addressOf(values);
    const numbers = new Int32Array(new SharedArrayBuffer(4 * count));
    const numbersAt = addressOf(numbers);
    const indicate = this.callback("i:pdppp", (_: number, time: number, u: number, into: number) => {
      indicator(time, this.borrow(Vec, u), values);
      copy(into, valuesAt, 8 * count);
    });
    const happened = this.callback(
      "i:pipdpip",
      (_: number, found: number, list: number, time: number, u: number) => {
        copy(numbersAt, list, 4 * found);
        handle?.([...numbers.subarray(0, found)], time, this.borrow(Vec, u));
      },
    );
    const ways = Int32Array.from(directions, (direction) => DIRECTIONS[direction]);
    const ends = Int32Array.from(directions, (_, i) => Number(terminate[i] ?? false));
    f.TSSetEventHandler(this.handle, count, addressOf(ways), addressOf(ends), indicate, happened, 0);
  }

  /** The solver of the nonlinear systems of implicit methods. */
  get snes(): SNES {
    const { f, scratch } = petsc();
    f.TSGetSNES(this.handle, scratch.at);
    return this.borrow(SNES, scratch.pointer());
  }

  /**
   * Integrates from the state in `u`, which becomes that at the end. Collective. A state that is not finite has not converged,
   * with the reason `"DIVERGED_NANORINF"`; methods with fixed steps do not look.
   */
  solve(u: Vec): TSConvergence {
    petsc().f.TSSolve(this.handle, this.peer(u));
    const end = this.convergence;
    if (!end.converged || Number.isFinite(u.sum())) return end;
    return { ...end, converged: false, reason: "DIVERGED_NANORINF" };
  }

  /** Keeps the states of the next integration in memory, for {@link TS.adjointSolve}. Call it before {@link TS.solve}. */
  saveTrajectory(): void {
    const { f, scratch } = petsc();
    f.TSSetSaveTrajectory(this.handle);
    f.TSGetTrajectory(this.handle, scratch.at);
    f.TSTrajectorySetType(scratch.pointer(), this.handle, "memory"); // else each state becomes a file
  }

  /**
   * Gives numbers that depend on the state at the end. Before {@link TS.adjointSolve} the vectors hold their derivatives
   * there, by u and by parameters; after it those by the state at the beginning, and by parameters.
   */
  setCostGradients(byState: readonly Vec[], byParameters: readonly Vec[] = []): void {
    const { f } = petsc();
    const [states, parameters] = [handlesOf(byState), handlesOf(byParameters)];
    const at = parameters.length === 0 ? 0 : addressOf(parameters);
    f.TSSetCostGradients(this.handle, byState.length, addressOf(states), at);
    this.keep("cost gradients", ...byState, ...byParameters);
    addresses.set(this, [states, parameters]);
  }

  /** Says how ∂G/∂p is filled, for derivatives by parameters p. */
  setRHSJacobianP(evaluate: (time: number, u: Vec, jacobian: Mat) => void, jacobian: Mat): void {
    const address = this.callback("i:pdppp", (_: number, time: number, u: number, j: number) =>
      evaluate(time, this.borrow(Vec, u), this.borrow(Mat, j)),
    );
    petsc().f.TSSetRHSJacobianP(this.handle, jacobian.handle, address, 0);
    this.keep("parameter jacobian", jacobian);
  }

  /** Goes back through the integration with the derivatives (the discrete adjoint of the method). Collective. */
  adjointSolve(): void {
    petsc().f.TSAdjointSolve(this.handle);
  }

  /** How the last integration has ended. */
  get convergence(): TSConvergence {
    const { f, scratch } = petsc();
    f.TSGetStepNumber(this.handle, scratch.at);
    const steps = scratch.ints[0];
    f.TSGetSolveTime(this.handle, scratch.at);
    const time = scratch.doubles[0];
    f.TSGetConvergedReason(this.handle, scratch.at);
    const reason = scratch.ints[0];
    return { converged: reason > 0, reason: enumName("TSConvergedReasons", reason), steps, time };
  }

  protected override get callbackHeir(): DM | undefined {
    return this.#dm;
  }

  protected override setPrefix(prefix: string): void {
    petsc().f.TSSetOptionsPrefix(this.handle, prefix);
  }
}
