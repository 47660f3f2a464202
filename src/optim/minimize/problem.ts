import type { Comm } from "../../comm/index.js";
import { TuttiError } from "../../errors.js";
import type { Box } from "./bounds.js";
import { requireFinite, requireSymmetric } from "./hessian-check.js";
import type { HessianProduct, Objective } from "./objective.js";
import type { MinimizeOptions, MinimizeResult, MinimizeState, Reason } from "./options.js";
import { SameOnAllRanks } from "./same-on-all-ranks.js";

/**
 * What a method sees of a minimisation: evaluations, which are counted and compared over ranks, and when to stop.
 *
 * A method goes on as long as {@link Problem.isOver} says false; it decides by what it is given here alone, which has the
 * same bits on every rank, so all ranks do the same.
 */
export class Problem {
  readonly options: MinimizeOptions;
  /** Where x may be, for methods with bounds; the first guess is inside. */
  readonly box: Box | undefined;
  values = 0;
  gradients = 0;
  products = 0;
  readonly #objective: Objective;
  readonly #same: SameOnAllRanks | undefined;
  #state: MinimizeState | undefined;
  #firstNorm = 0;
  #reason: Reason | undefined;
  #symmetric = false;

  constructor(objective: Objective, options: MinimizeOptions, box?: Box) {
    this.#objective = objective;
    this.options = options;
    this.box = box;
    const { comm } = objective;
    if (comm !== undefined && comm.size > 1) this.#same = new SameOnAllRanks(comm);
  }

  /** The objective for those who know nothing of a problem, with evaluations that are counted and compared. */
  get objective(): Objective {
    const { size, value } = this.#objective;
    return {
      size,
      value: value && ((x) => this.value(x)),
      valueAndGradient: (x, gradient) => this.valueAndGradient(x, gradient),
      hessian: this.hasHessian ? (x) => this.hessian(x) : undefined,
    };
  }

  /** The ranks that evaluate it together. */
  get comm(): Comm | undefined {
    return this.#objective.comm;
  }

  /** Whether it can multiply by the Hessian. */
  get hasHessian(): boolean {
    return this.#objective.hessian !== undefined;
  }

  /** Whether more than `maxEvaluations` were made: {@link Problem.isOver} ends for that, unless there is a better reason. */
  get isSpent(): boolean {
    const { maxEvaluations = Number.POSITIVE_INFINITY } = this.options;
    return this.values + this.gradients > maxEvaluations;
  }

  /** f(x). */
  value(x: Float64Array): number {
    const objective = this.#objective;
    if (objective.value === undefined) return this.valueAndGradient(x, new Float64Array(x.length));
    this.#check("evaluate f", x);
    this.values++;
    return this.#number(objective.value(x));
  }

  /** f(x), with its gradient in `gradient`. */
  valueAndGradient(x: Float64Array, gradient: Float64Array): number {
    this.#check("evaluate f and its gradient", x);
    this.gradients++;
    return this.#number(this.#objective.valueAndGradient(x, gradient));
  }

  /** The Hessian at x, which may be used until x changes; the first is checked for symmetry. */
  hessian(x: Float64Array): HessianProduct {
    this.#check("evaluate the Hessian", x);
    const multiply = this.#objective.hessian!(x);
    const checked: HessianProduct = (direction, product) => {
      this.#check("evaluate a product with the Hessian", direction);
      this.products++;
      multiply(direction, product);
      requireFinite(product, this.#state);
    };
    if (!this.#symmetric) requireSymmetric(checked, x.length);
    this.#symmetric = true;
    return checked;
  }

  /** Takes note of the point that an iteration has led to, the first guess too, and says whether it is the last. */
  isOver(x: Float64Array, value: number, gradientNorm: number, step: number): boolean {
    const iteration = this.#state === undefined ? 0 : this.#state.iteration + 1;
    if (iteration === 0) this.#firstNorm = gradientNorm;
    const goesOn = this.note({ iteration, value, gradientNorm, step, x });
    this.#reason = this.#reasonToStop() ?? (goesOn ? undefined : "CONVERGED_USER");
    return this.#reason !== undefined;
  }

  /** Takes note of a point, and says whether the monitor wants to go on: for methods that see for themselves when to stop. */
  note(state: MinimizeState): boolean {
    this.#state = state;
    return this.options.monitor?.(state) !== false;
  }

  /** Ends for a reason of the method's own, where it has last taken note of, or elsewhere. */
  stop(reason: Reason, state = this.#state): void {
    this.#state = state;
    this.#reason = reason;
  }

  /** What it has come to. Collective: no rank ends while others go on. */
  result(): MinimizeResult {
    const { values, gradients, products } = this;
    const reason = this.#reason!;
    this.#check(`end by ${reason}`, this.#state!.x);
    const converged = reason.startsWith("CONVERGED");
    const result = { ...this.#state!, converged, reason, values, gradients, products };
    if (reason !== "DIVERGED_NAN") return result;
    const { x } = result;
    return { ...result, explanation: this.#objective.explain?.(x) ?? this.#notFinite(x) };
  }

  /** Where f or its gradient is not finite at x, in words. */
  #notFinite(x: Float64Array): string {
    const gradient = new Float64Array(x.length);
    const value = this.#objective.valueAndGradient(x, gradient);
    if (!Number.isFinite(value)) return `f is ${value}`;
    const index = gradient.findIndex((entry) => !Number.isFinite(entry));
    if (index >= 0) return `f is ${value}, but entry ${index} of its gradient is ${gradient[index]}`;
    return `f is ${value} with a finite gradient here, but not where the method has looked next`;
  }

  /** The tests of TAO's default, in its order. */
  #reasonToStop(): Reason | undefined {
    const {
      gatol = 1e-8,
      grtol = 1e-8,
      gttol = 0,
      steptol = 0,
      fmin = Number.NEGATIVE_INFINITY,
    } = this.options;
    const { maxIt = 10_000 } = this.options;
    const { iteration, value, gradientNorm, step } = this.#state!;
    if (!Number.isFinite(value) || !Number.isFinite(gradientNorm)) return "DIVERGED_NAN";
    if (value <= fmin) return "CONVERGED_MINF";
    if (gradientNorm <= gatol) return "CONVERGED_GATOL";
    if (value !== 0 && gradientNorm / Math.abs(value) <= grtol) return "CONVERGED_GRTOL";
    if (this.#firstNorm !== 0 && gradientNorm / this.#firstNorm <= gttol) return "CONVERGED_GTTOL";
    if (iteration > 0 && step <= steptol) return "CONVERGED_STEPTOL";
    if (this.isSpent) return "DIVERGED_MAXFCN";
    if (iteration >= maxIt) return "DIVERGED_MAXITS";
    return undefined;
  }

  #check(what: string, x: Float64Array): void {
    this.#same?.require(what, x, this.#state?.iteration ?? 0, this.#state?.value ?? 0);
  }

  #number(value: unknown): number {
    if (typeof value === "number") return value;
    const message = `minimize: the objective's value is ${value}, expected a number`;
    throw new TuttiError("argument", message, { found: value });
  }
}
