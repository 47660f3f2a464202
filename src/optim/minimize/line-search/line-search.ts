import type { Problem } from "../problem.js";

/** Where a line search begins. */
export interface LineStart {
  readonly x: Float64Array;
  /** f(x). */
  readonly value: number;
  /** ∇f(x). */
  readonly gradient: Float64Array;
  /** Where to look. With bounds, what leads out of them at once is set to 0. */
  readonly direction: Float64Array;
  /** The first length to try. */
  readonly step: number;
}

/** Where it has led, with f there. */
export interface LineEnd {
  readonly step: number;
  readonly value: number;
}

/**
 * Looks along a direction of descent for a better point, within the problem's bounds. The point goes into `x`, its
 * gradient into `gradient`; undefined, with anything in both, if there is none.
 */
export type LineSearch = (
  problem: Problem,
  start: LineStart,
  x: Float64Array,
  gradient: Float64Array,
) => LineEnd | undefined;

/** The decrease that suffices, over that of the tangent. */
export const SUFFICIENT = 1e-4;

/** Most evaluations of one search. */
export const MOST_TRIALS = 30;
