import { DiagonalHessian } from "./diagonal-hessian.js";
import { axpy, axpyDot, difference, dot } from "./vectors.js";

interface Pair {
  /** How far x went. */
  readonly s: Float64Array;
  /** How much the gradient changed on the way. */
  readonly y: Float64Array;
  /** yᵀs, which is positive. */
  ys: number;
  /** A number of the two-loop recursion. */
  alpha: number;
}

/** The curvature yᵀs that counts as positive, over ‖s‖². */
const CURVED = Number.EPSILON ** (2 / 3);

/**
 * The inverse of a Hessian, as far as the last few steps have shown it (L-BFGS), on top of a diagonal estimate.
 *
 * Sources: Nocedal, "Updating quasi-Newton matrices with limited storage" (1980); Gilbert and Lemaréchal, "Some numerical
 * experiments with variable-storage quasi-Newton algorithms" (1989), for the diagonal; parameters as in PETSc's TAO.
 */
export class InverseHessian {
  /** What it is as long as it knows no step: so many times the identity. */
  scale = 1;
  /** The steps that it knows, the oldest first. */
  readonly #pairs: Pair[] = [];
  /** Where the next one is written. */
  #spare: Pair;
  readonly #memory: number;
  readonly #diagonal: DiagonalHessian;
  readonly #x: Float64Array;
  readonly #gradient: Float64Array;
  #known = false;
  #rejected = 0;

  constructor(size: number, memory = 5) {
    this.#memory = memory;
    this.#spare = empty(size);
    this.#diagonal = new DiagonalHessian(size);
    this.#x = new Float64Array(size);
    this.#gradient = new Float64Array(size);
  }

  /** Whether it knows no step. */
  get isScaling(): boolean {
    return this.#pairs.length === 0;
  }

  /** Forgets all steps. */
  reset(): void {
    this.#pairs.length = 0;
    this.#diagonal.reset(this.scale);
    this.#known = false;
    this.#rejected = 0;
  }

  /** Takes note of the gradient at x; what it has changed since the last x says how f is curved on the way. */
  update(x: Float64Array, gradient: Float64Array): void {
    if (this.#known) this.#take(x, gradient);
    else this.#diagonal.reset(this.scale);
    this.#x.set(x);
    this.#gradient.set(gradient);
    this.#known = true;
  }

  /**
   * product ← H⁻¹ vector.
   *
   * @param restrict sets those entries to 0 that stay as they are: the product is then, nearly, by the inverse of the
   *   Hessian of the others
   */
  multiply(vector: Float64Array, product: Float64Array, restrict?: (product: Float64Array) => void): void {
    const pairs = this.#pairs;
    product.set(vector);
    const last = pairs.length - 1;
    let along = last < 0 ? 0 : dot(pairs[last].s, product);
    for (let i = last; i >= 0; i--) {
      const pair = pairs[i];
      pair.alpha = along / pair.ys;
      if (i > 0) along = axpyDot(-pair.alpha, pair.y, product, pairs[i - 1].s);
      else axpy(-pair.alpha, pair.y, product);
    }
    restrict?.(product);
    this.#diagonal.solve(product);
    along = last < 0 ? 0 : dot(pairs[0].y, product);
    for (let i = 0; i <= last; i++) {
      const { s, ys, alpha } = pairs[i];
      if (i < last) along = axpyDot(alpha - along / ys, s, product, pairs[i + 1].y);
      else axpy(alpha - along / ys, s, product);
    }
    restrict?.(product);
  }

  #take(x: Float64Array, gradient: Float64Array): void {
    const pair = this.#spare;
    const { s, y } = pair;
    difference(x, this.#x, s);
    difference(gradient, this.#gradient, y);
    pair.ys = dot(y, s);
    const ss = dot(s, s);
    if (pair.ys > (ss < CURVED ? 0 : CURVED * ss)) {
      const pairs = this.#pairs;
      pairs.push(pair);
      this.#spare = pairs.length > this.#memory ? pairs.shift()! : empty(x.length);
      this.#rejected = 0;
      this.#diagonal.update(s, y, pair.ys);
      return;
    }
    this.#diagonal.reset(1);
    if (++this.#rejected > Math.floor(this.#memory / 2)) this.reset();
  }
}

const empty = (size: number): Pair => ({
  s: new Float64Array(size),
  y: new Float64Array(size),
  ys: 0,
  alpha: 0,
});
