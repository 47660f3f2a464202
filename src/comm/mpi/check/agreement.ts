import { CALLS } from "../../calls.js";
import { type Operation, waitingIn } from "../../explain/operation.js";
import { lineOf } from "../../explain/source-line.js";
import { describeSignature, mismatchError, type Signature, signatureDetails } from "../../signature.js";
import type { MpiOperation } from "../requests.js";
import type { Exchange, Exchanges } from "./exchanges.js";
import type { Channel } from "./inbox.js";
import type { Task } from "./requests.js";
import type { Watch } from "./watch.js";

/** Bytes for a line of a user's program. */
const LINE_BYTES = 512;

/** What a rank shows of a collective before it starts: its signature, and one number that the call gives a meaning. */
interface Shown {
  readonly kind: number;
  readonly root: number;
  readonly count: number;
  readonly extra: number;
}

/** How the ranks of one communicator make sure that all mean the same collective. */
export class Agreement {
  constructor(
    private readonly watch: Watch,
    readonly channel: Channel,
    readonly exchanges: Exchanges,
  ) {}

  /**
   * Returns what all ranks show, when all have called the same collective.
   *
   * @throws TuttiError `mismatch`, on all ranks, if they have not
   */
  agree(signature: Signature, extra = 0): readonly Shown[] {
    const { exchanges } = this;
    const exchange = exchanges.begin(record(signature, extra));
    this.wait(signature, exchange);
    const shown = this.channel.group.ranks.map((_, r) => readRecord(exchange.of(r)));
    if (!areAlike(shown, signature.uniform))
      throw this.mismatch(signature, shown, "called different collectives");
    return shown;
  }

  /**
   * Starts to show the signature of a nonblocking collective: what it waits for is that all have started it, and alike.
   *
   * @param underway the collective itself
   */
  accompany<T>(signature: Signature, underway: MpiOperation<T>): Task<T> {
    const { exchanges, channel } = this;
    const exchange = exchanges.begin(record(signature, 0));
    let alike: boolean | undefined;
    const shown = () => channel.group.ranks.map((_, r) => readRecord(exchange.of(r)));
    const agree = () => {
      alike ??= areAlike(shown(), signature.uniform);
      return alike;
    };
    return {
      waiting: waitingIn(this.operation(signature)),
      meeting: exchange.number,
      isComing: () => exchange.ready(),
      ready: () => exchange.ready() && (!agree() || underway.poll()),
      result: () => {
        if (agree()) return underway.wait();
        const { name, rank } = channel.group;
        const error = mismatchError(name, "called different collectives", shown().map(describeSignature));
        if (rank !== 0) this.watch.toldElsewhere.add(error);
        throw error;
      },
    };
  }

  /** Shows further numbers, the same number of them on all ranks; those of each rank. */
  share(signature: Signature, mine: readonly number[]): readonly Float64Array[] {
    const exchange = this.exchanges.begin(new Uint8Array(Float64Array.from(mine).buffer));
    this.wait(signature, exchange);
    return this.channel.group.ranks.map((_, r) => new Float64Array(exchange.of(r).slice().buffer));
  }

  /** The error of ranks that disagree, to be thrown by all of them. */
  mismatch(signature: Signature, shown: readonly Shown[], what: string): Error {
    const exchange = this.exchanges.begin(lineRecord(new Error()));
    this.wait(signature, exchange);
    const { name } = this.channel.group;
    const calls = shown.map((one, r) => `${describeSignature(one)}${readLine(exchange.of(r))}`);
    const error = mismatchError(name, what, calls);
    if (this.channel.group.rank !== 0) this.watch.toldElsewhere.add(error);
    return error;
  }

  private wait(signature: Signature, exchange: Exchange): void {
    this.watch.waitFor({
      waiting: waitingIn(this.operation(signature)),
      ready: () => exchange.ready(),
      meeting: exchange.number,
    });
  }

  private operation(signature: Signature): Operation {
    const { ranks, rank, name, context } = this.channel.group;
    return {
      call: CALLS[signature.call],
      role: "collective",
      kind: "all",
      peers: ranks.filter((_, r) => r !== rank),
      details: signatureDetails(signature),
      communicator: name,
      context,
    };
  }
}

/** The bytes in which a rank shows a signature. */
export function record({ kind, root, count }: Signature, extra: number): Uint8Array {
  return new Uint8Array(Float64Array.of(kind, root, count, extra).buffer);
}

export function readRecord(bytes: Uint8Array): Shown {
  const [kind, root, count, extra] = new Float64Array(bytes.slice().buffer);
  return { kind, root, count, extra };
}

/** Whether all have called the same collective. */
export function areAlike(shown: readonly Shown[], uniform: boolean): boolean {
  const [first] = shown;
  return shown.every(
    ({ kind, root, count }) =>
      kind === first.kind && root === first.root && (!uniform || count === first.count),
  );
}

/** The bytes in which a rank shows where in the user's program `error` was made. */
export function lineRecord({ stack = "" }: Error): Uint8Array {
  const bytes = new Uint8Array(LINE_BYTES);
  new TextEncoder().encodeInto(lineOf(stack) ?? "", bytes);
  return bytes;
}

function readLine(bytes: Uint8Array): string {
  const line = new TextDecoder().decode(bytes).replace(/\0+$/, "");
  return line === "" ? "" : ` at ${line}`;
}
