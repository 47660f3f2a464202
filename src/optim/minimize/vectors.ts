// Sums go in four parts, of which a processor adds several at a time; the order is fixed, so that all ranks get the same bits.

/** xᵀy. */
export function dot(x: Float64Array, y: Float64Array): number {
  const whole = x.length & ~3;
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += x[i] * y[i];
    b += x[i + 1] * y[i + 1];
    c += x[i + 2] * y[i + 2];
    d += x[i + 3] * y[i + 3];
  }
  for (let i = whole; i < x.length; i++) a += x[i] * y[i];
  return a + b + (c + d);
}

/** Below this, some squares that a sum is made of have fewer digits than others. */
const SMALLEST_SQUARE = 2 ** -960;

/** Euclidean norm, of entries of any size. */
export function norm(x: Float64Array): number {
  const square = dot(x, x);
  if (square >= SMALLEST_SQUARE && square < Number.POSITIVE_INFINITY) return Math.sqrt(square);
  const largest = x.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  const scaledDown = x.map((entry) => entry / largest);
  return largest * Math.sqrt(dot(scaledDown, scaledDown));
}

/** gᵀ(b − a): how much a function of gradient g rises from a to b. */
export function slopeBetween(g: Float64Array, a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < g.length; i++) sum += g[i] * (b[i] - a[i]);
  return sum;
}

/** y ← y + a x. */
export function axpy(a: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) y[i] += a * x[i];
}

/** y ← y + a x, and then yᵀz: both in one pass over memory, which is what level-1 operations on long vectors wait for. */
export function axpyDot(a: number, x: Float64Array, y: Float64Array, z: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const moved = y[i] + a * x[i];
    y[i] = moved;
    sum += moved * z[i];
  }
  return sum;
}

/** out ← x + a d: the point that a step leads to. */
export function along(x: Float64Array, a: number, d: Float64Array, out: Float64Array): void {
  for (let i = 0; i < x.length; i++) out[i] = x[i] + a * d[i];
}

/** out ← x − y. */
export function difference(x: Float64Array, y: Float64Array, out: Float64Array): void {
  for (let i = 0; i < x.length; i++) out[i] = x[i] - y[i];
}

/** y ← a x. */
export function scaled(a: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) y[i] = a * x[i];
}
