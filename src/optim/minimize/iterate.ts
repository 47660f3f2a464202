import { LINE_SEARCHES, type LineSearch } from "./line-search/index.js";
import type { Problem } from "./problem.js";

/** Where a method with line searches is: x, and f and its gradient there. */
export class Iterate {
  readonly x: Float64Array;
  readonly gradient: Float64Array;
  value: number;
  /** Length of the last step along its direction. */
  step = 1;
  readonly #problem: Problem;
  readonly #search: LineSearch;
  readonly #from: Float64Array;
  readonly #slope: Float64Array;

  /** @param search the one that the options name if absent */
  constructor(
    problem: Problem,
    x: Float64Array,
    search: LineSearch = LINE_SEARCHES[problem.options.lineSearch ?? "more-thuente"],
  ) {
    this.x = x;
    this.gradient = new Float64Array(x.length);
    this.#from = new Float64Array(x.length);
    this.#slope = new Float64Array(x.length);
    this.#problem = problem;
    this.#search = search;
    this.value = problem.valueAndGradient(x, this.gradient);
  }

  /**
   * Goes along a direction as far as the line search leads, which tries `step` first; stays, and says false, if it fails.
   *
   * @param reference the value below which a decrease counts; that here if absent
   */
  move(direction: Float64Array, step: number, reference = this.value): boolean {
    this.#from.set(this.x);
    this.#slope.set(this.gradient);
    const start = { x: this.#from, value: reference, gradient: this.#slope, direction, step };
    const end = this.#search(this.#problem, start, this.x, this.gradient);
    if (end === undefined) {
      this.x.set(this.#from);
      this.gradient.set(this.#slope);
      return false;
    }
    ({ step: this.step, value: this.value } = end);
    return true;
  }
}
