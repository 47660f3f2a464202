/** ‖x‖₁. */
export function absoluteSum(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.abs(x[i]);
  return sum;
}

/** The slope of f(x) + λ|x| where f has the given one; at 0, where there are two, the one that leads down, or 0. */
export function pseudoSlope(x: number, slope: number, lambda: number): number {
  if (x > 0) return slope + lambda;
  if (x < 0) return slope - lambda;
  return Math.sign(slope) * Math.max(0, Math.abs(slope) - lambda);
}
