import type { Comm } from "../../../../src/comm/index.js";
import { TuttiError } from "../../../../src/errors.js";
import { type MinimizeOptions, minimize, type Objective, type Solver } from "../../../../src/optim/index.js";

/** (Σ θʲ over j < terms − 2)², whose terms are dealt out to the ranks like cards. */
export function polynomial(comm: Comm, terms = 4): Objective {
  const sums = new Float64Array(3);
  const derivatives = (theta: number) => {
    sums.fill(0);
    for (let j = comm.rank; j < terms; j += comm.size) {
      sums[0] += theta ** j;
      sums[1] += j * theta ** Math.max(0, j - 1);
      sums[2] += j * (j - 1) * theta ** Math.max(0, j - 2);
    }
    comm.allreduce(sums, { out: sums });
    return { error: sums[0] - 2, slope: sums[1], curvature: sums[2] };
  };
  return {
    size: 1,
    comm,
    value: ([theta]) => derivatives(theta).error ** 2,
    valueAndGradient([theta], gradient) {
      const { error, slope } = derivatives(theta);
      gradient[0] = 2 * error * slope;
      return error ** 2;
    },
    hessian: ([theta]) => {
      const { error, slope, curvature } = derivatives(theta);
      return ([direction], product) => {
        comm.barrier(); // products may communicate, too
        product[0] = 2 * (slope ** 2 + error * curvature) * direction;
      };
    },
  };
}

/** Newton's method as somebody might write it who knows of no ranks. */
const newton: Solver = (f, [theta]) => {
  const [gradient, curvature] = [new Float64Array(1), new Float64Array(1)];
  for (let i = 0; i < 60; i++) {
    const x = Float64Array.of(theta);
    f.valueAndGradient(x, gradient);
    f.hessian!(x)(Float64Array.of(1), curvature);
    theta -= gradient[0] / curvature[0];
  }
  return [theta];
};

export interface Root {
  readonly theta: number;
  readonly value: number;
  readonly reason: string;
  readonly gradients: number;
  /** How often this rank's monitor was called. */
  readonly seen: number;
}

/** The root of 1 + θ + θ² + θ³ = 2 on every rank, found by one of them. */
export function root(comm: Comm, { driver, own }: { driver?: number; own: boolean }): Root {
  let seen = 0;
  const options: MinimizeOptions = {
    method: own ? newton : "gd",
    driver,
    gatol: 1e-15,
    grtol: 0,
    maxIt: 500,
  };
  // only the driver's first guess counts
  const guess = driver === undefined || comm.rank === driver ? [1] : [99];
  const { x, value, reason, gradients } = minimize(polynomial(comm), guess, {
    ...options,
    monitor: () => void seen++,
  });
  return { theta: x[0], value, reason, gradients, seen };
}

/** What each rank says when the last rank's optimiser throws. */
export function failingDriver(comm: Comm): { code: string; message: string; cause: string } {
  const driver = comm.size - 1;
  const method: Solver = (f, x) => {
    f.valueAndGradient(x, new Float64Array(1));
    throw new TuttiError("argument", "the optimiser is at its wits' end");
  };
  try {
    minimize(polynomial(comm), [1], { method, driver });
  } catch (error) {
    const { code, message, cause } = error as TuttiError;
    return { code, message, cause: (cause as Error | undefined)?.stack ?? "" };
  }
  return { code: "", message: "", cause: "" };
}

/** What is said to a driver that there is not, to one without ranks, to TAO, and to a method that returns nothing. */
export function refused(comm: Comm): string[] {
  const f = polynomial(comm);
  const { comm: _, ...nobodys } = f;
  const cases: [Objective, MinimizeOptions][] = [
    [f, { driver: comm.size }],
    [f, { driver: -1 }],
    [nobodys, { driver: 0 }],
    [f, { driver: 0, engine: "tao" }],
    [f, { engine: "tao", method: newton }],
    [f, { method: () => [1, 2] }],
    [f, { method: (() => undefined) as unknown as Solver }],
    [f, { method: newton, bounds: { lower: 0 } } as MinimizeOptions],
  ];
  return cases.map(([objective, options]) => {
    try {
      minimize(objective, [1], options);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  });
}
