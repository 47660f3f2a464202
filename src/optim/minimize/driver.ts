import type { Comm } from "../../comm/index.js";
import { TuttiError } from "../../errors.js";
import type { HessianProduct, Objective } from "./objective.js";
import type { MinimizeResult } from "./options.js";

/** What the driver asks the servers to do, with the vector x, or the direction, that it sends along. */
const ASK = { end: 0, value: 1, valueAndGradient: 2, hessian: 3, product: 4, explain: 5, fail: 6 } as const;
type Ask = keyof typeof ASK;

/** What the driver tells the servers of an error of its own. */
interface Told {
  readonly message: string;
  readonly stack?: string;
}

/**
 * One rank minimises, with a method that knows nothing of ranks, while the others serve evaluations of the objective, which
 * all ranks compute together. Collective.
 *
 * What the driver throws by itself ends the minimisation on every rank. A rank whose objective throws just throws, for the
 * others may wait for it inside the objective: the end of the job is then the end of all.
 * Source: Xu, Zhu and Darve, mpi_optimize of ADCME.
 *
 * @param size of x on every rank
 * @param solve minimises on the driver, whose objective it is given
 */
export function driven(
  objective: Objective,
  size: number,
  driver: number,
  solve: (objective: Objective) => MinimizeResult,
): MinimizeResult {
  const comm = commOf(objective, driver);
  const buffer = new Float64Array(size + 1);
  return comm.rank === driver
    ? drive(objective, comm, buffer, solve)
    : serve(objective, comm, buffer, driver);
}

function commOf({ comm }: Objective, driver: number): Comm {
  if (comm === undefined) {
    const message = `minimize: driver is ${driver}, but the objective does not say whose it is; give it \`comm\``;
    throw new TuttiError("argument", message, { driver });
  }
  if (Number.isInteger(driver) && driver >= 0 && driver < comm.size) return comm;
  const message = `minimize: driver is ${driver}, expected a rank from 0 to ${comm.size - 1}`;
  throw new TuttiError("argument", message, { driver, ranks: comm.size });
}

function drive(
  objective: Objective,
  comm: Comm,
  buffer: Float64Array,
  solve: (objective: Objective) => MinimizeResult,
): MinimizeResult {
  const root = comm.rank;
  let broken: { readonly error: unknown } | undefined;
  const ask = (what: Ask, x?: Float64Array) => {
    buffer[0] = ASK[what];
    if (x !== undefined) buffer.set(x, 1);
    comm.bcast(buffer, { root });
  };
  /** An evaluation on all ranks. After one that has failed there are no others to ask. */
  const together = <T>(what: Ask, x: Float64Array, evaluate: () => T): T => {
    if (broken !== undefined) throw broken.error;
    ask(what, x);
    try {
      return evaluate();
    } catch (error) {
      broken = { error };
      throw error;
    }
  };
  const { value, hessian, explain } = objective;
  const served: Objective = {
    size: buffer.length - 1,
    value: value && ((x) => together("value", x, () => value.call(objective, x))),
    valueAndGradient: (x, gradient) =>
      together("valueAndGradient", x, () => objective.valueAndGradient(x, gradient)),
    hessian:
      hessian &&
      ((x) => {
        const multiply = together("hessian", x, () => hessian.call(objective, x));
        return (direction, product) => together("product", direction, () => multiply(direction, product));
      }),
    explain: explain && ((x) => together("explain", x, () => explain.call(objective, x))),
  };
  let result: MinimizeResult;
  try {
    result = solve(served);
  } catch (error) {
    if (broken !== undefined) throw error;
    ask("fail");
    comm.bcastObject<Told>(toldOf(error), { root });
    throw error;
  }
  if (broken !== undefined) throw broken.error;
  ask("end");
  return comm.bcastObject(result, { root });
}

function serve(objective: Objective, comm: Comm, buffer: Float64Array, driver: number): MinimizeResult {
  const x = new Float64Array(buffer.length - 1);
  const out = new Float64Array(buffer.length - 1);
  let multiply: HessianProduct | undefined;
  for (;;) {
    comm.bcast(buffer, { root: driver });
    const [what] = buffer;
    if (what === ASK.end) return comm.bcastObject<MinimizeResult>(undefined as never, { root: driver });
    if (what === ASK.fail)
      throw failureOf(driver, comm.bcastObject<Told>(undefined as never, { root: driver }));
    const lent = buffer.subarray(1);
    if (what === ASK.product) multiply!(lent, out);
    else if (what === ASK.value) objective.value!(lent);
    else if (what === ASK.valueAndGradient) objective.valueAndGradient(lent, out);
    else if (what === ASK.explain) objective.explain!(lent);
    else {
      x.set(lent); // the Hessian is used at x while directions and trial points come in
      multiply = objective.hessian!(x);
    }
  }
}

function toldOf(error: unknown): Told {
  return error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
}

/** The driver's error as the servers throw it: with the driver's own words and stack as its cause. */
function failureOf(driver: number, { message, stack }: Told): TuttiError {
  const cause = new Error(message);
  if (stack !== undefined) cause.stack = stack;
  const text = `minimize: the driver, rank ${driver}, has failed: ${message}`;
  return new TuttiError("aborted", text, { rank: driver }, { cause });
}
