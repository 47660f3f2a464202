/**
 * Mean and population standard deviation; a constant has the standard deviation 1, so that dividing by it is safe.
 * Not finite if the values overflow or there are none.
 */
export function meanAndDeviation(values: Float64Array): { mean: number; std: number } {
  // Sums of differences from the first: a constant is its mean exactly, and rounding does not pass for variation.
  const [first] = values;
  const mean = first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, std: Math.sqrt(variance) || (variance === 0 ? 1 : variance) };
}
