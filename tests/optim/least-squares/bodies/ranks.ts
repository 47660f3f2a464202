import type { Comm } from "../../../../src/comm/index.js";
import { type LeastSquaresOptions, leastSquares } from "../../../../src/optim/index.js";
import { exp, mul, split, sub, type Tensor, tensor } from "../../../../src/tensor/index.js";
import { REGRESSIONS, residualsOf } from "../nist.js";

/** The share of so many rows that each rank has: rank 0 has none if there are others. */
const share = ({ rank, size }: Comm, rows: number): [first: number, end: number] => {
  if (size === 1) return [0, rows];
  const bound = (r: number) => Math.floor((rows * Math.max(0, r - 1)) / (size - 1));
  return [bound(rank), bound(rank + 1)];
};

/** What a fit of a set of NIST's comes to over all ranks: every number that a user sees. */
export function regression(
  comm: Comm,
  [name, options]: [name: string, options: LeastSquaresOptions],
): number[] {
  const set = REGRESSIONS.find((each) => each.name === name)!;
  const own = residualsOf(set, ...share(comm, set.x.length));
  const history: number[] = [];
  const fit = leastSquares({ ...own, comm }, set.starts[1], {
    ...options,
    monitor: ({ value }) => void history.push(value),
  });
  const { x, covariance, standardErrors, value, evaluations, jacobians, count } = fit;
  return [...x, ...standardErrors, ...covariance, value, count, evaluations, jacobians, ...history];
}

/** A fit of differentiable operations, of which each rank has those of its measurements. */
export function differentiable(comm: Comm): number[] {
  const times = Array.from({ length: 12 }, (_, i) => i / 2).filter((_, i) => i % comm.size === comm.rank);
  const vector = (values: number[]) => tensor(values, { dtype: "float64" });
  const [t, y] = [vector(times), vector(times.map((time) => 2 * Math.exp(-0.7 * time)))];
  const residuals = (x: Tensor) => {
    const [amplitude, rate] = split(x, 2);
    return sub(mul(amplitude, exp(mul(mul(rate, t), -1))), y);
  };
  return Array.from(leastSquares(residuals, [1, 1], { comm }).x);
}

/** What is said of a residual that is not finite on the last rank, and of ranks that begin elsewhere. */
export function wrong(comm: Comm): string[] {
  const last = comm.rank === comm.size - 1;
  const said = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  const fit = (bad: number, x0: number, goesOn = true) =>
    leastSquares(
      {
        comm,
        count: 2,
        residuals: ([a], r) => void r.set([a, last ? bad : 2 * a]),
        jacobian: (_, jacobian) => void jacobian.set([1, 2]),
      },
      [x0],
      { monitor: () => goesOn },
    );
  return [said(() => fit(Number.NaN, 1)), said(() => fit(1, last ? 2 : 1)), said(() => fit(1, 1, !last))];
}
