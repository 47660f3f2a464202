import type { Comm } from "../../../../src/comm/index.js";
import { minimize, type Objective } from "../../../../src/optim/index.js";

/** Σ over ranks of ½ (r + 1) |x − r|², whose minimum is the weighted mean of the ranks' numbers. */
function wells(comm: Comm, error = 0): Objective {
  const sums = new Float64Array(3);
  return {
    comm,
    valueAndGradient(x, gradient) {
      const weight = comm.rank + 1;
      const [a, b] = [x[0] - comm.rank, x[1] + comm.rank];
      sums.set([(weight * (a * a + b * b)) / 2, weight * a, weight * b]);
      comm.allreduce(sums, { out: sums });
      gradient.set(sums.subarray(1));
      return sums[0] + (comm.rank === comm.size - 1 ? error : 0);
    },
  };
}

/** Where the minimisation over all ranks ends, and its history. */
export function together(comm: Comm): { x: number[]; history: number[] } {
  const history: number[] = [];
  const { x } = minimize(wells(comm), [10, 10], {
    method: "gd",
    monitor: ({ value }) => void history.push(value),
  });
  return { x: Array.from(x), history };
}

/** What ranks say when the last one starts elsewhere, gets another value in its objective, or ends before the others. */
export function apart(comm: Comm, what: "guess" | "value" | "monitor" | "options"): string {
  const last = comm.rank === comm.size - 1;
  const guess = what === "guess" && last ? [10, 11] : [10, 10];
  const monitor = () => !(what === "monitor" && last);
  const maxIt = what === "options" && last ? 0 : 10;
  try {
    minimize(wells(comm, what === "value" ? 1e-12 : 0), guess, { method: "gd", monitor, maxIt });
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}
