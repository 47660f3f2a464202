import type { Box } from "../minimize/bounds.js";

/** Which quotients of differences stand for derivatives. */
export type Differences = "forward" | "central";

/** The step of each kind that balances truncation against rounding, over the size of the variable. */
const STEP = { forward: Number.EPSILON ** (1 / 2), central: Number.EPSILON ** (1 / 3) };

/**
 * Writes the Jacobian of `residuals` at x by differences, row by row; all points are within the box.
 *
 * Where a central difference would leave the box, one of the same order looks at two points on the other side.
 *
 * @param r the residuals at x
 */
export function differencesJacobian(
  kind: Differences,
  residuals: (x: Float64Array, r: Float64Array) => void,
  x: Float64Array,
  r: Float64Array,
  jacobian: Float64Array,
  box: Box | undefined,
): void {
  const [n, m] = [x.length, r.length];
  const at = x.slice();
  const [one, two] = [new Float64Array(m), new Float64Array(m)];
  for (let k = 0; k < n; k++) {
    const [below, above] = [x[k] - (box?.lower[k] ?? -Infinity), (box?.upper[k] ?? Infinity) - x[k]];
    const wanted = STEP[kind] * (Math.abs(x[k]) || 1);
    const evaluate = (step: number, into: Float64Array) => {
      at[k] = x[k] + step;
      residuals(at, into);
      return at[k] - x[k]; // the step that was taken, after rounding
    };
    const column = (entry: (i: number) => number) => {
      for (let i = 0; i < m; i++) jacobian[i * n + k] = entry(i);
    };
    if (kind === "central" && wanted <= Math.min(below, above)) {
      const [up, down] = [evaluate(wanted, one), evaluate(-wanted, two)];
      column((i) => (one[i] - two[i]) / (up - down));
    } else {
      const reach = kind === "central" ? 2 : 1;
      const outwards = above >= Math.min(below, reach * wanted) ? 1 : -1;
      const room = Math.max(above, below) / reach;
      const h = evaluate(outwards * Math.min(wanted, room), one);
      if (h === 0)
        column(() => 0); // the bounds leave this variable no room
      else if (kind === "forward") column((i) => (one[i] - r[i]) / h);
      else {
        const g = evaluate(2 * h, two);
        column((i) => ((one[i] - r[i]) * g * g - (two[i] - r[i]) * h * h) / (h * g * (g - h)));
      }
    }
    at[k] = x[k];
  }
}
