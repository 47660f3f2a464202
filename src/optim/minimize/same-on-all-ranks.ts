import type { Comm } from "../../comm/index.js";
import { TuttiError } from "../../errors.js";

/**
 * Compares what ranks are about to do, to evaluate something or to end, before they do: ranks that have drifted apart
 * would else wait for each other in a line search for ever. Two numbers travel: a check sum and its negative, of which
 * the smallest are taken.
 */
export class SameOnAllRanks {
  readonly #comm: Comm;
  readonly #call: string;
  readonly #limits = new Float64Array(2);
  readonly #number = new Float64Array(1);

  /** @param call who asks, for messages */
  constructor(comm: Comm, call = "minimize") {
    this.#comm = comm;
    this.#call = call;
  }

  /**
   * Collective.
   *
   * @param what it is about to do, in words
   * @throws TuttiError `mismatch`, on every rank, that names the iteration and the ranks that differ from most others
   */
  require(what: string, x: Float64Array, iteration: number, value: number): void {
    const comm = this.#comm;
    this.#number[0] = value;
    let sum = hash(this.#number, 0x811c9dc5);
    for (let i = 0; i < what.length; i++) sum = mix(sum, what.charCodeAt(i));
    sum = hash(x, mix(sum, iteration)) >>> 0;
    this.#limits.set([sum, -sum]);
    comm.allreduce(this.#limits, { op: "min", out: this.#limits });
    const [smallest, greatest] = [this.#limits[0], -this.#limits[1]];
    if (smallest === greatest) return;
    const all = comm.allgatherObject({ sum, what, iteration });
    const count = ({ sum }: { sum: number }) => all.filter((other) => other.sum === sum).length;
    const common = all.reduce((best, each) => (count(each) > count(best) ? each : best));
    const ranks = all.flatMap((each, rank) => (each.sum === common.sum ? [] : [rank]));
    const first = all[ranks[0]];
    const found =
      first.what === common.what && first.iteration === common.iteration
        ? `${what} at another point than`
        : `${first.what} in iteration ${first.iteration}, not ${common.what} in iteration ${common.iteration} as`;
    const who = ranks.length === 1 ? `rank ${ranks[0]} would` : `ranks ${ranks.join(", ")} would`;
    const message =
      `${this.#call}: in iteration ${common.iteration} ${who} ${found} rank ${all.indexOf(common)}. ` +
      "All ranks need the same first guess, options and answers of the monitor, and the same bits from the objective: " +
      "reduce over ranks, with no rank's own numbers";
    throw new TuttiError("mismatch", message, { iteration: common.iteration, ranks });
  }
}

/** One step of Fowler, Noll and Vo's hash (FNV-1a), on 32 bits at once. */
const mix = (sum: number, bits: number): number => Math.imul(sum ^ bits, 0x01000193);

function hash(x: Float64Array, seed: number): number {
  const bits = new Int32Array(x.buffer, x.byteOffset, 2 * x.length);
  let sum = seed;
  for (let i = 0; i < bits.length; i++) {
    sum = mix(sum, bits[i]);
    sum ^= sum >>> 15; // multiplication alone carries nothing downwards
  }
  return sum;
}
