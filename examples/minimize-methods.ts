// Every method of `minimize` on one problem, in pictures.
//
//     npx tutti run -n 1 examples/minimize-methods.ts --folder pictures
//
// Rosenbrock's function 100 (y - x²)² + (1 - x)² has its minimum 0 at (1, 1), at the end of a bent valley that is flat along
// its bottom. Steepest descent leaps between its sides, up now and then; methods that know of curvature follow it.
//
// With --folder it writes minimize-paths.svg, the way of each method over the plane, and minimize-values.svg, the value over
// evaluations. Value, gradient, and each product with the Hessian count as one evaluation, value and gradient together, too.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkGradient, METHOD_NAMES, type MethodName, minimize, type Objective } from "tutti/optim";
import { pathsPicture, type Trace, valuesPicture } from "./support/convergence.js";
import { options } from "./support/options.js";

const given = options({ folder: "" });
const START = [-1.2, 1];

const value = (x: number, y: number) => 100 * (y - x * x) ** 2 + (1 - x) ** 2;

const rosenbrock: Objective = {
  size: 2,
  value: ([x, y]) => value(x, y),
  valueAndGradient([x, y], gradient) {
    gradient.set([-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)]);
    return value(x, y);
  },
  hessian:
    ([x, y]) =>
    ([u, v], product) =>
      product.set([(1200 * x * x - 400 * y + 2) * u - 400 * x * v, -400 * x * u + 200 * v]),
};

/** The objective, with a count of its evaluations. */
function counted(f: Objective): { objective: Objective; count: () => number } {
  let count = 0;
  const counting =
    <A extends unknown[], R>(evaluate: (...args: A) => R) =>
    (...args: A): R => {
      count++;
      return evaluate(...args);
    };
  const objective: Objective = {
    size: f.size,
    value: counting(f.value!),
    valueAndGradient: counting(f.valueAndGradient),
    hessian: (x) => counting(f.hessian!(x)),
  };
  return { objective, count: () => count };
}

function trace(method: MethodName): Trace {
  const { objective, count } = counted(rosenbrock);
  const points: Trace["points"][number][] = [];
  const { reason, iteration, x } = minimize(objective, START, {
    ...{ method, gatol: 1e-8, grtol: 0, maxIt: 100_000 },
    l1: method === "owlqn" ? 0 : undefined,
    monitor: ({ x: [x, y], value }) => void points.push({ x, y, value, evaluations: count() }),
  });
  const end = `${x[0].toFixed(6)}, ${x[1].toFixed(6)}`;
  console.log(
    `${method.padEnd(7)} ${reason} after ${iteration} iterations, ${count()} evaluations, at (${end})`,
  );
  return { method, points };
}

console.log(`${checkGradient(rosenbrock, START)}\n`);
const traces = METHOD_NAMES.map(trace);
if (given.folder !== "") {
  mkdirSync(given.folder, { recursive: true });
  const plane = { x: [-1.5, 1.5], y: [-0.6, 1.6] } as const;
  writeFileSync(join(given.folder, "minimize-paths.svg"), pathsPicture(traces, value, plane));
  writeFileSync(join(given.folder, "minimize-values.svg"), valuesPicture(traces, 1e-16));
}
