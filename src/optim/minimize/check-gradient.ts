import { TuttiError } from "../../errors.js";
import { normal, scope } from "../../tensor/index.js";
import { requireVector } from "./guess.js";
import { type HessianProduct, type Minimizable, objectiveOf } from "./objective.js";
import { along, dot, norm, slopeBetween } from "./vectors.js";

/** Options of {@link checkGradient}. */
export interface CheckGradientOptions {
  /** The direction d, not 0; random, of length 1, the same on every rank, if absent. */
  readonly direction?: ArrayLike<number>;
  /** The first h, more than 0, which each row halves; default 0.01. */
  readonly h?: number;
  /** Rows of the table, at least 2; default 6. */
  readonly rows?: number;
}

/** One line of the table: what is left of f(x + h d) after so many terms of its Taylor series, in absolute value. */
export interface TaylorRow {
  readonly h: number;
  /** |f(x + h d) − f(x)|: falls as h. */
  readonly zeroth: number;
  /** The same less h ∇f(x)ᵀd: falls as h² if the gradient is right. */
  readonly first: number;
  /** The same less ½ h² dᵀ∇²f(x)d: falls as h³ if the Hessian is right too; absent without one. */
  readonly second?: number;
}

const EPSILON = 2 ** -52;
/** Remainders that are less than this many roundings of f are noise. */
const NOISE = 100;
/** How far an observed rate may be from that of the theory. */
const SLACK = 0.25;

/**
 * Tests derivatives by the remainders of Taylor's series along a line, which must fall at the rates 1, 2 and 3.
 *
 * @example
 * console.log(`${checkGradient(f, x)}`); // the table
 * assert.ok(checkGradient(f, x).gradientIsRight);
 * @throws TuttiError `argument` if x or the direction has another length than the objective has variables or is not finite,
 *   and for options out of range; `diverged` if f or one of its derivatives is not finite
 */
export function checkGradient(
  given: Minimizable,
  x: ArrayLike<number>,
  { direction, h = 0.01, rows = 6 }: CheckGradientOptions = {},
): TaylorTable {
  const f = objectiveOf("checkGradient", given);
  requireVector("checkGradient", "x", x);
  const from = vectorOf("x", x, f.size ?? x.length);
  const d =
    direction === undefined ? randomDirection(from.length) : vectorOf("direction", direction, x.length);
  requireUsable(d, h, rows);
  const gradient = new Float64Array(from.length);
  const value = f.valueAndGradient(from, gradient);
  requireFinite("f", [value], "at x");
  requireFinite("the gradient", gradient, "at x");
  const product = f.hessian && productAlong(d, f.hessian(from));
  const [point, unused] = [new Float64Array(from.length), new Float64Array(from.length)];
  const table = Array.from({ length: rows }, (_, i): TaylorRow => {
    const step = h / 2 ** i;
    along(from, step, d, point);
    const there = f.value?.(point) ?? f.valueAndGradient(point, unused);
    requireFinite("f", [there], `at x + h d for h = ${step}; take a smaller h`);
    const change = there - value;
    // The step is point − x, which is h d but for the rounding of x + h d.
    const first = change - slopeBetween(gradient, from, point);
    const row = { h: step, zeroth: Math.abs(change), first: Math.abs(first) };
    if (product === undefined) return row;
    const bend = slopeBetween(product, from, point) - (step * dot(product, d)) / 2;
    return { ...row, second: Math.abs(first - step * bend) };
  });
  return new TaylorTable(table, NOISE * EPSILON * Math.max(Math.abs(value), norm(gradient) * norm(d) * h));
}

/** Remainders of Taylor's series for smaller and smaller steps; as text, a table with the rates at which they fall. */
export class TaylorTable {
  readonly rows: readonly TaylorRow[];
  /** Remainders below this are roundings of f. */
  readonly noise: number;

  constructor(rows: readonly TaylorRow[], noise: number) {
    this.rows = rows;
    this.noise = noise;
  }

  /** Whether f less its first two terms falls as h², as far as rounding lets it be seen. */
  get gradientIsRight(): boolean {
    return this.#falls("first", 2);
  }

  /** Whether f less its first three terms falls as h³; undefined if the objective has no Hessian. */
  get hessianIsRight(): boolean | undefined {
    return this.rows[0].second === undefined ? undefined : this.#falls("second", 3);
  }

  /** log₂ of how much smaller a remainder is in each row than in the row before, from the second row on. */
  rates(of: "zeroth" | "first" | "second"): number[] {
    return this.rows.slice(1).map((row, i) => Math.log2((this.rows[i][of] ?? NaN) / (row[of] ?? NaN)));
  }

  toString(): string {
    const kinds = (["zeroth", "first", "second"] as const).filter((kind) => this.rows[0][kind] !== undefined);
    const titles = { zeroth: "|f(x+hd)-f(x)|", first: "less h g'd", second: "less h²d'Hd/2" };
    const head = ["h", ...kinds.flatMap((kind) => [titles[kind], "rate"])];
    const lines = this.rows.map((row, i) => [
      row.h.toExponential(2),
      ...kinds.flatMap((kind) => [
        row[kind]!.toExponential(3),
        i === 0 || row[kind]! <= this.noise ? "" : this.rates(kind)[i - 1].toFixed(2),
      ]),
    ]);
    const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
    return [head, ...lines]
      .map((line) =>
        line
          .map((cell, column) => cell.padStart(widths[column]))
          .join("  ")
          .trimEnd(),
      )
      .join("\n");
  }

  /** Every remainder above the noise falls from the one before at least at this rate, or all are noise. */
  #falls(of: "first" | "second", rate: number): boolean {
    const seen = this.rows.filter((row) => row[of]! > this.noise);
    if (seen.length === 0) return true;
    if (seen.length === 1) return seen[0] === this.rows[0];
    const last = seen.at(-1)!;
    const before = seen.at(-2)!;
    return Math.log2(before[of]! / last[of]!) / Math.log2(before.h / last.h) > rate - SLACK;
  }
}

function vectorOf(name: string, given: ArrayLike<number>, length: number): Float64Array {
  if (given.length !== length || length === 0) {
    const message = `checkGradient: ${name} has ${given.length} entries, expected ${length || "at least one"}`;
    throw new TuttiError("argument", message, { found: given.length, wanted: length });
  }
  const vector = Float64Array.from(given);
  const index = vector.findIndex((entry) => !Number.isFinite(entry));
  if (index < 0) return vector;
  const message = `checkGradient: ${name}[${index}] is ${vector[index]}, expected a finite number`;
  throw new TuttiError("argument", message, { index, found: vector[index] });
}

function requireUsable(direction: Float64Array, h: number, rows: number): void {
  const wrong = (name: string, found: unknown, wanted: string) =>
    new TuttiError("argument", `checkGradient: ${name} is ${found}, expected ${wanted}`, { found });
  if (norm(direction) === 0) throw wrong("direction", 0, "a vector along which x can move");
  if (!(h > 0 && h < Number.POSITIVE_INFINITY)) throw wrong("h", h, "a finite number above 0");
  if (!(Number.isSafeInteger(rows) && rows >= 2)) throw wrong("rows", rows, "a whole number from 2");
}

function requireFinite(what: string, entries: ArrayLike<number>, where: string): void {
  const index = Array.prototype.findIndex.call(entries, (entry) => !Number.isFinite(entry));
  if (index < 0) return;
  const which = entries.length === 1 && what === "f" ? what : `entry ${index} of ${what}`;
  const message = `checkGradient: ${which} is ${entries[index]} ${where}`;
  throw new TuttiError("diverged", message, { index, found: entries[index] });
}

function randomDirection(length: number): Float64Array {
  const direction = scope(() => normal([length], { seed: 1 }).data.slice()) as Float64Array;
  const size = norm(direction);
  return direction.map((entry) => entry / size);
}

function productAlong(d: Float64Array, multiply: HessianProduct): Float64Array {
  const product = new Float64Array(d.length);
  multiply(d, product);
  requireFinite("the product of the Hessian and the direction", product, "at x");
  return product;
}
