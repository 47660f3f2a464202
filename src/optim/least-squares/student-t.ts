/** Halvings of the angle's interval: as many as a double has digits. */
const HALVINGS = 60;

/**
 * The t for which |T| < t holds with probability `level`, for Student's distribution with so many degrees of freedom, a
 * whole number.
 *
 * Source: "Student" (1908); the probability is the finite sum of Abramowitz and Stegun, 26.7.3 and 26.7.4, over the angle
 * whose tangent is t/√ν.
 */
export function studentT(level: number, degrees: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (low + high) / 2;
    if (probability(middle, degrees) < level) low = middle;
    else high = middle;
  }
  return Math.tan(low) * Math.sqrt(degrees);
}

function probability(angle: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = degrees % 2;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = 2 + odd; k < degrees && term > sum * Number.EPSILON; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
