import { dot } from "../minimize/vectors.js";

const MOST_SWEEPS = 60;

/** A = U diag(s) Vᵀ. */
export interface SingularValues {
  /** The columns of U diag(s), one after the other. */
  readonly images: readonly Float64Array[];
  /** The columns of V, one after the other. */
  readonly directions: readonly Float64Array[];
  /** Not sorted. */
  readonly values: Float64Array;
}

/**
 * The singular values and vectors of a matrix, given by its columns, by Jacobi's rotations from one side, which find even
 * the small ones to many digits where columns have similar norms.
 *
 * Source: Hestenes (1958); Demmel and Veselić, "Jacobi's method is more accurate than QR" (1992).
 */
export function singularValues(columns: readonly Float64Array[]): SingularValues {
  const n = columns.length;
  const images = columns.map((column) => column.slice());
  const directions = columns.map((_, k) => Float64Array.from({ length: n }, (_, i) => (i === k ? 1 : 0)));
  for (let sweep = 0, rotated = true; rotated && sweep < MOST_SWEEPS; sweep++) {
    rotated = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const [a, b, c] = [dot(images[p], images[p]), dot(images[q], images[q]), dot(images[p], images[q])];
        if (Math.abs(c) <= Number.EPSILON * Math.sqrt(a * b) || c === 0) continue;
        rotated = true;
        const zeta = (b - a) / (2 * c);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        rotate(images[p], images[q], cosine, cosine * tangent);
        rotate(directions[p], directions[q], cosine, cosine * tangent);
      }
    }
  }
  return { images, directions, values: Float64Array.from(images, (image) => Math.sqrt(dot(image, image))) };
}

function rotate(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i], y[i]];
    x[i] = cosine * a - sine * b;
    y[i] = sine * a + cosine * b;
  }
}
