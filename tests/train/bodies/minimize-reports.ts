import { join } from "node:path";
import type { Comm } from "../../../src/comm/index.js";
import { BinaryCrossEntropy, Linear } from "../../../src/nn/index.js";
import { minimize, type Objective } from "../../../src/optim/index.js";
import { MinimizeReport, objective } from "../../../src/train/index.js";
import { FEATURES, noise } from "./problem.js";

/** 100 (y − x²)² + (1 − x)². */
export const rosenbrock: Objective = {
  size: 2,
  valueAndGradient([x, y], gradient) {
    const [a, b] = [y - x * x, 1 - x];
    gradient.set([-400 * a * x - 2 * b, 200 * a]);
    return 100 * a * a + b * b;
  },
};

/** Writes the report of a small training on all ranks into a folder named by the rank. */
export async function ranksReport(comm: Comm, folder: string): Promise<null> {
  const setup = {
    loss: "binary-cross-entropy",
    dtype: "float64",
    optimizer: "",
    samples: 30,
    batchSize: 1,
    epochs: 1,
  } as const;
  const data = noise(setup, 30, 1);
  using f = objective(new Linear(FEATURES, 1), new BinaryCrossEntropy(), data, { comm });
  using report = new MinimizeReport(join(folder, `${comm.rank}`), {
    name: "noise",
    method: "gd",
    comm,
    objective: f,
  });
  await report.write(minimize(f, f.start, { method: "gd", maxIt: 5, monitor: report.monitor }));
  return null;
}
