import type { Comm } from "../../comm/index.js";
import { TuttiError } from "../../errors.js";
import type { Box } from "../minimize/bounds.js";
import { SameOnAllRanks } from "../minimize/same-on-all-ranks.js";
import { dot } from "../minimize/vectors.js";
import { differencesJacobian } from "./differences.js";
import type { LeastSquaresOptions, LeastSquaresReason, LeastSquaresState } from "./options.js";
import type { Residuals } from "./residuals.js";
import { triangleOf, triangles } from "./triangle.js";

/**
 * What a method sees of a fit: evaluations of this rank's residuals, which are counted, and what all ranks' come to.
 *
 * A method decides by what is the same on every rank alone, so all ranks do the same; it never looks at ranks.
 */
export class FitProblem {
  readonly options: LeastSquaresOptions;
  readonly comm: Comm | undefined;
  /** Where the unknowns may be. */
  readonly box: Box;
  /** How many residuals each rank has. */
  readonly counts: readonly number[];
  /** Evaluations of the residuals, those for differences included. */
  evaluations = 0;
  /** Evaluations of their derivatives, by differences too. */
  jacobians = 0;
  readonly #given: Residuals;
  readonly #same: SameOnAllRanks | undefined;
  readonly #jacobian: Float64Array;
  #state: LeastSquaresState | undefined;
  #reason: LeastSquaresReason | undefined;

  constructor(given: Residuals, options: LeastSquaresOptions, box: Box) {
    this.#given = given;
    this.options = options;
    this.box = box;
    const { comm, count } = given;
    if (comm !== undefined && comm.size > 1) this.#same = new SameOnAllRanks(comm, "leastSquares");
    this.comm = comm;
    this.counts = comm === undefined ? [count] : comm.allgatherObject(count);
    this.#jacobian = new Float64Array(this.hasJacobian ? count * box.lower.length : 0);
  }

  /** How many residuals this rank has. */
  get count(): number {
    return this.#given.count;
  }

  /** How many residuals all ranks have. */
  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Whether it has derivatives. */
  get hasJacobian(): boolean {
    return this.options.jacobian !== undefined || this.#given.jacobian !== undefined;
  }

  /** Half the sum of squares of all ranks' residuals at x; this rank's go to `r`. Not finite if a residual is not. */
  value(x: Float64Array, r: Float64Array): number {
    this.#check("evaluate the residuals", x);
    this.#evaluate(x, r);
    const own = dot(r, r) / 2;
    return this.comm?.allreduce(own) ?? own;
  }

  /**
   * The triangle of [J r] at x, all ranks' rows together: J as far as it matters to sums of squares.
   *
   * @param r this rank's residuals at x
   */
  triangle(x: Float64Array, r: Float64Array): Float64Array {
    const own = triangleOf(this.jacobian(x, r), r, x.length);
    const all = this.comm?.allreduce(own, { op: triangles(x.length + 1) }) ?? own;
    if (!all.every(Number.isFinite)) this.#complain("derivatives", this.#jacobian, x.length);
    return all;
  }

  /** This rank's rows of the Jacobian at x, which are only lent. */
  jacobian(x: Float64Array, r: Float64Array): Float64Array {
    this.#check("evaluate the Jacobian", x);
    this.jacobians++;
    const jacobian = this.#jacobian;
    const { jacobian: kind } = this.options;
    if (kind === undefined) this.#given.jacobian!(x, jacobian);
    else differencesJacobian(kind, (at, out) => this.#evaluate(at, out), x, r, jacobian, this.box);
    return jacobian;
  }

  /** Throws unless residuals, whose value this is, are finite. */
  requireFinite(value: number, r: Float64Array): void {
    if (!Number.isFinite(value)) this.#complain("residuals", r, 1);
  }

  /** Takes note of the point that an iteration has led to, the first guess too, and says whether the monitor goes on. */
  note(state: LeastSquaresState): boolean {
    this.#state = state;
    return this.options.monitor?.(state) !== false;
  }

  /** Ends, where it has last taken note of, or elsewhere. */
  stop(reason: LeastSquaresReason, state = this.#state): void {
    this.#reason = reason;
    this.#state = state;
  }

  /** How it has ended. Collective: no rank ends while others go on. */
  end(): { readonly reason: LeastSquaresReason; readonly state: LeastSquaresState } {
    const [reason, state] = [this.#reason!, this.#state!];
    this.#check(`end by ${reason}`, state.x);
    return { reason, state };
  }

  #evaluate(x: Float64Array, r: Float64Array): void {
    this.evaluations++;
    this.#given.residuals(x, r);
  }

  #check(what: string, x: Float64Array): void {
    this.#same?.require(what, x, this.#state?.iteration ?? 0, this.#state?.value ?? 0);
  }

  /** Throws what says on which rank and where the first number is that is not finite. */
  #complain(what: "residuals" | "derivatives", entries: Float64Array, width: number): never {
    const at = entries.findIndex((entry) => !Number.isFinite(entry));
    const found = at < 0 ? undefined : { at, value: entries[at] };
    const all = this.comm?.allgatherObject(found) ?? [found];
    const rank = all.findIndex((each) => each !== undefined);
    const where = `in iteration ${this.#state?.iteration ?? 0}`;
    if (rank < 0) {
      const message = `leastSquares: ${what} ${where} are so large that their squares overflow; scale them`;
      throw new TuttiError("diverged", message);
    }
    const { at: index, value } = all[rank]!;
    const [row, column] = [Math.floor(index / width), index % width];
    const which =
      what === "residuals" ? `residual ${row}` : `the derivative of residual ${row} by x[${column}]`;
    const who = all.length === 1 ? "" : ` of rank ${rank}`;
    const message = `leastSquares: ${which}${who} is ${value} ${where}, expected a finite number`;
    throw new TuttiError("diverged", message, { rank, residual: row, found: value });
  }
}
