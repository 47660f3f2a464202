import { CALLS } from "../../calls.js";
import { type Operation, type Waiting, waitingIn } from "../../explain/operation.js";
import { type Signature, signatureDetails } from "../../signature.js";
import { Comparison, type Counts } from "./comparison.js";
import type { Exchanges } from "./exchanges.js";
import type { Channel } from "./inbox.js";
import type { Mover, Watch } from "./watch.js";

/** What a collective has beside its signature. */
export interface Particulars {
  readonly counts?: Counts;
  /** Called when all ranks have called the same. */
  readonly then?: () => void;
  /** Made where the user has called a collective that does not wait. */
  readonly called?: Error;
}

/**
 * How the ranks of one communicator make sure that all mean the same collectives, one after the other in the order in which
 * they are called.
 */
export class Agreement implements Mover {
  private readonly queue: Comparison[] = [];

  /**
   * @param first where signatures are compared, at once when a collective is called
   * @param further where everything else is compared, when all collectives before have been
   */
  constructor(
    readonly watch: Watch,
    readonly channel: Channel,
    readonly first: Exchanges,
    readonly further: Exchanges,
  ) {}

  /**
   * Returns when all ranks have called the same collective.
   *
   * @throws TuttiError `mismatch`, on all ranks, if they have not, `deadlock` if some never will
   */
  agree(signature: Signature, counts?: Counts): void {
    const comparison = this.begin(signature, { counts });
    this.watch.waitFor({
      waiting: this.waitingIn(signature),
      meeting: comparison.number,
      ready: () => comparison.isOver,
      isComing: () => comparison.hasMet,
    });
    const error = comparison.failure();
    if (error !== undefined) throw error;
  }

  /** Begins to compare without waiting for anybody. */
  begin(signature: Signature, particulars: Particulars = {}): Comparison {
    const comparison = new Comparison(this, signature, particulars);
    this.queue.push(comparison);
    this.watch.movers.add(this);
    return comparison;
  }

  /** Whether all collectives that have been called have been compared. */
  get isIdle(): boolean {
    return this.queue.length === 0;
  }

  advance(): void {
    const { queue } = this;
    while (queue.length > 0 && queue[0].advance()) queue.shift();
    if (queue.length === 0) this.watch.movers.delete(this);
  }

  /** The wait for the other ranks to call a collective. */
  waitingIn(signature: Signature): Waiting {
    const { ranks, rank, name, context } = this.channel.group;
    const operation: Operation = {
      call: CALLS[signature.call],
      role: "collective",
      kind: "all",
      peers: ranks.filter((_, r) => r !== rank),
      details: signatureDetails(signature),
      communicator: name,
      context,
    };
    return waitingIn(operation);
  }

  free(): void {
    this.first.free();
    this.further.free();
  }
}
