import type { BlockOp } from "../../comm/index.js";

/** Rows that are worked into a triangle at a time: few enough to stay in a processor's cache. */
const ROWS = 64;

/**
 * Works further rows into an upper triangle R so that RᵀR grows by theirs: by Householder's reflections, without the
 * squares, which would lose half of the digits. Both are stored row by row, `width` numbers each; the rows are used up.
 */
export function absorb(triangle: Float64Array, width: number, rows: Float64Array, count: number): void {
  const shares = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    let squares = 0;
    for (let i = 0; i < count; i++) squares += rows[i * width + j] ** 2;
    if (squares === 0) continue;
    const top = triangle[j * width + j];
    const norm = Math.sqrt(top * top + squares);
    const head = top > 0 ? top + norm : top - norm; // of the reflection's vector; no cancellation
    const factor = 2 / (head * head + squares);
    shares.fill(0);
    for (let c = j + 1; c < width; c++) shares[c] = head * triangle[j * width + c];
    for (let i = 0; i < count; i++) {
      const entry = rows[i * width + j];
      for (let c = j + 1; c < width; c++) shares[c] += entry * rows[i * width + c];
    }
    for (let c = j + 1; c < width; c++) {
      shares[c] *= factor;
      triangle[j * width + c] -= shares[c] * head;
    }
    for (let i = 0; i < count; i++) {
      const entry = rows[i * width + j];
      for (let c = j + 1; c < width; c++) rows[i * width + c] -= shares[c] * entry;
    }
    triangle[j * width + j] = top > 0 ? -norm : norm;
  }
}

/** The triangle of [J r]: J has `r.length` rows of `n`. */
export function triangleOf(jacobian: Float64Array, r: Float64Array, n: number): Float64Array {
  const width = n + 1;
  const triangle = new Float64Array(width * width);
  const rows = new Float64Array(ROWS * width);
  for (let first = 0; first < r.length; first += ROWS) {
    const count = Math.min(ROWS, r.length - first);
    for (let i = 0; i < count; i++) {
      const row = first + i;
      rows.set(jacobian.subarray(row * n, (row + 1) * n), i * width);
      rows[i * width + n] = r[row];
    }
    absorb(triangle, width, rows, count);
  }
  return triangle;
}

/**
 * The reduction that makes the triangle of all ranks' rows out of theirs.
 *
 * Source: Demmel, Grigori, Hoemmen and Langou, "Communication-optimal parallel and sequential QR and LU factorizations",
 * SIAM Journal on Scientific Computing 34 (2012).
 */
export const triangles = (width: number): BlockOp<Float64Array> => ({
  width: width * width,
  combine: (lower, higher, out) => {
    const [triangle, rows] = [lower.slice(), higher.slice()];
    absorb(triangle, width, rows, width);
    out.set(triangle);
  },
});
