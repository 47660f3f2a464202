import { type Comm, world } from "../comm/index.js";

const QUIET_SECONDS = 1;
const SECONDS_BETWEEN = 2;

/** Options of {@link progress}. */
export interface ProgressOptions {
  /** The ranks that solve together, of which rank 0 tells; `world()` if absent. */
  readonly comm?: Comm;
  /** What the number that comes with an iteration is; `"norm"` if absent. */
  readonly figure?: string;
}

/**
 * A monitor for long solves: tells on rank 0's standard error, from the first second on every two seconds, how far they are.
 *
 * @example
 * ksp.setMonitor(progress("pressure")); // pressure: iteration 1204, norm 3.1e-4, 5 s
 * ts.setMonitor(progress("heat", { figure: "time" }));
 * @param what what is solved
 */
export function progress(
  what: string,
  { comm = world(), figure = "norm" }: ProgressOptions = {},
): (iteration: number, value: number) => void {
  let begin = 0;
  let next = 0;
  return (iteration, value) => {
    const now = performance.now() / 1000;
    if (iteration === 0 || begin === 0) {
      begin = now;
      next = now + QUIET_SECONDS;
    }
    if (comm.rank !== 0 || now < next) return;
    next = now + SECONDS_BETWEEN;
    const number = Number.isInteger(value) ? `${value}` : value.toPrecision(3);
    console.error(`${what}: iteration ${iteration}, ${figure} ${number}, ${Math.round(now - begin)} s`);
  };
}
