import type { Problem } from "../problem.js";
import { along, dot, slopeBetween } from "../vectors.js";
import { Interval, type Trial } from "./interval.js";
import { type LineSearch, type LineStart, MOST_TRIALS, SUFFICIENT } from "./line-search.js";

/** The slope that is flat enough, over that at the beginning. */
const FLAT = 0.9;
/** The interval that is too narrow, over its far end. */
const NARROW = 1e-10;
/** A decrease counts as sufficient up to rounding, over |f|. */
const ROUNDING = 1e-10;
/** How much farther than the last step the next may be while no minimum is bracketed. */
const FARTHER = 4;
/** What must remain of an interval, at most, after two trials. */
const SHRUNK = 0.66;
const FARTHEST = 1e20;
/** Where the first and the last bounds are if there are none. */
const FREE = { first: Number.POSITIVE_INFINITY, last: Number.POSITIVE_INFINITY };

/**
 * Looks for a step that satisfies strong Wolfe conditions: f(x + t d) ≤ f(x) + 10⁻⁴ t ∇f(x)ᵀd and
 * |∇f(x + t d)ᵀd| ≤ 0.9 |∇f(x)ᵀd|. With bounds, it goes along the projected path, and beyond the first bound a decrease
 * suffices. Where f is not finite it backs off.
 *
 * Source: Moré and Thuente, "Line search algorithms with guaranteed sufficient decrease" (1994), with the constants of
 * PETSc's TAO, and its treatment of bounds.
 */
export const moreThuente: LineSearch = (problem, start, x, gradient) => {
  const { box } = problem;
  const { first, last } = box?.clip(start.x, start.direction) ?? FREE;
  const origin: Trial = { step: 0, value: start.value, slope: dot(start.gradient, start.direction) };
  if (!(origin.slope < 0)) return undefined;
  const tilt = SUFFICIENT * origin.slope;
  const interval = new Interval(origin);
  const widest = Math.min(FARTHEST, last);
  let widths = [2 * widest, widest];
  let tilting = true;
  let { step } = start;
  for (let trial = 1; trial <= MOST_TRIALS; trial++) {
    const { best, other, bracketed } = interval;
    const lowest = bracketed ? Math.min(best.step, other.step) : best.step;
    const highest = bracketed ? Math.max(best.step, other.step) : step + FARTHER * (step - best.step);
    step = Math.min(Math.max(step, lowest), highest);
    const narrow = bracketed && highest - lowest <= NARROW * highest;
    const stuck = bracketed && (step <= lowest || step >= highest);
    if (best.step !== 0 && (narrow || stuck || trial >= MOST_TRIALS)) ({ step } = best);

    const now = evaluate(problem, start, first, step, x, gradient);
    const { value, slope } = now;
    const finite = Number.isFinite(value) && Number.isFinite(slope);
    const wanted = start.value + step * tilt;
    const enough = value - wanted <= ROUNDING * Math.abs(start.value);
    if (finite && enough && Math.abs(slope) <= -FLAT * origin.slope) return { step, value };
    if (step >= first && value <= start.value + SUFFICIENT * step * tilt) return { step, value };
    if (narrow || (bracketed && (step <= lowest || step >= highest))) return undefined;
    if (!finite) {
      step = interval.backOff(step);
      continue;
    }
    if (step === highest && value <= wanted && slope <= tilt) return undefined;
    if (step === lowest && value >= wanted && slope >= tilt) return undefined;
    if (best.slope * (step - best.step) >= 0) return undefined;

    if (value <= wanted && slope >= tilt) tilting = false;
    step = interval.narrow(now, tilting && value <= best.value && value > wanted ? tilt : 0, lowest, highest);
    if (!interval.bracketed) continue;
    if (interval.width >= SHRUNK * widths[0]) step = (interval.best.step + interval.other.step) / 2;
    widths = [widths[1], interval.width];
  }
  return undefined;
};

/** Evaluates f and its derivative along the line, or along its projection from the first bound on. */
function evaluate(
  problem: Problem,
  start: LineStart,
  bend: number,
  step: number,
  x: Float64Array,
  gradient: Float64Array,
): Trial {
  along(start.x, step, start.direction, x);
  problem.box?.project(x);
  const value = problem.valueAndGradient(x, gradient);
  const slope = step < bend ? dot(gradient, start.direction) : slopeBetween(gradient, start.x, x) / step;
  return { step, value, slope };
}
