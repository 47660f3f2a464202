import type { HessianProduct } from "./objective.js";
import type { Problem } from "./problem.js";
import { agreement, LARGEST } from "./trust-radius.js";
import { along, dot, norm } from "./vectors.js";

/** Where a method is; its vectors change as it goes on. */
export interface Point {
  readonly x: Float64Array;
  value: number;
  readonly gradient: Float64Array;
}

const TRIALS = 5;
const FIRST = 100;
const SMALLEST = 1e-10;
/** How far the decrease over that foretold may be from 1 for a great, and for a good agreement. */
const GREAT = 0.35;
const GOOD = 0.5;
/** The share by which the interpolated decrease shall differ from that of the model. */
const THETA = 0.25;
/** The least factor by which the radius changes. */
const LEAST = 1 / 16;

/**
 * Finds how far a quadratic model can be trusted, by a few steps of steepest descent whose lengths follow from how well
 * the model foretold the last. The lowest point that they meet is where to go on. Does one product with the Hessian.
 *
 * Source: Sartenaer, "Automatic determination of an initial trust region in nonlinear programming" (1997); Conn, Gould
 * and Toint, "Trust-Region Methods" (2000), section 17.2; with the constants of PETSc's TAO.
 */
export function firstRadius(
  problem: Problem,
  at: Point,
  multiply: HessianProduct,
): { radius: number; moved: boolean } {
  const { x, value, gradient } = at;
  const size = norm(gradient);
  const point = new Float64Array(x.length);
  const product = new Float64Array(x.length);
  multiply(gradient, product);
  const curvature = dot(gradient, product) / (size * size);
  let radius = FIRST;
  let trusted = 0;
  let lowest = value;
  let step = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    along(x, -radius / size, gradient, point);
    const found = problem.value(point);
    if (!Number.isFinite(found)) {
      radius *= LEAST;
      continue;
    }
    if (found < lowest) {
      lowest = found;
      step = radius / size;
    }
    const actual = value - found;
    const foretold = radius * (size - (radius * curvature) / 2);
    const off = Math.abs(agreement(actual, foretold, value) - 1);
    if (off <= GOOD) trusted = Math.max(trusted, radius);
    radius *= growth(off, size * radius, foretold, actual);
  }
  const moved = step > 0;
  if (moved) {
    along(x, -step, gradient, x);
    at.value = problem.valueAndGradient(x, gradient);
  }
  return { radius: Math.min(LARGEST, Math.max(SMALLEST, radius, trusted)), moved };
}

/** By how much the radius changes: to where a parabola through the values is a share θ above or below the model. */
function growth(off: number, linear: number, foretold: number, actual: number): number {
  const above = (THETA * linear) / (THETA * linear + (1 - THETA) * foretold - actual);
  const below = (THETA * linear) / (THETA * linear - (1 + THETA) * foretold + actual);
  const least = Math.min(above, below);
  const most = Math.max(above, below);
  if (off <= GREAT) return most < 1 ? 2 : Math.min(most, 5);
  if (off <= GOOD) return Math.min(2, Math.max(most, 0.5));
  if (least > 1) return 0.5;
  if (most < LEAST || (least < LEAST && most >= 1)) return LEAST;
  return most < 1 ? most : least;
}
