/** How much of the update is Davidon, Fletcher and Powell's, the rest Broyden, Fletcher, Goldfarb and Shanno's. */
const DFP = 0.125;
/** Least curvature sᵀBs that counts. */
const SMALLEST = 1e-8;

/** The diagonal of a Hessian, as far as steps have shown it: the diagonal of Broyden's update of a diagonal matrix, rescaled. */
export class DiagonalHessian {
  readonly #inverse: Float64Array;

  constructor(size: number) {
    this.#inverse = new Float64Array(size).fill(1);
  }

  /** It becomes the identity, over `scale`. */
  reset(scale: number): void {
    this.#inverse.fill(scale);
  }

  /** x ← B⁻¹ x. */
  solve(x: Float64Array): void {
    const inverse = this.#inverse;
    for (let i = 0; i < x.length; i++) x[i] *= inverse[i];
  }

  /** Takes a step s in, on which the gradient changed by y, and ys = yᵀs. */
  update(s: Float64Array, y: Float64Array, ys: number): void {
    const inverse = this.#inverse;
    let sBs = 0;
    for (let i = 0; i < s.length; i++) sBs += (s[i] * s[i]) / inverse[i];
    sBs = Math.max(sBs, SMALLEST);
    const fromY = (1 + (DFP * sBs) / ys) / ys;
    const fromS = -(1 - DFP) / sBs;
    const fromBoth = (-2 * DFP) / ys;
    let yHy = 0;
    for (let i = 0; i < s.length; i++) {
      const b = 1 / inverse[i];
      const bs = b * s[i];
      const updated = b + fromY * y[i] * y[i] + fromS * bs * bs + fromBoth * bs * y[i];
      inverse[i] = Math.abs(1 / updated);
      yHy += inverse[i] * y[i] * y[i];
    }
    // Of all multiples, the one that maps y nearest to s.
    const scale = ys / yHy;
    if (!(scale > 0) || scale === Number.POSITIVE_INFINITY) return;
    for (let i = 0; i < s.length; i++) inverse[i] *= scale;
  }
}
