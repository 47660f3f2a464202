import { availableParallelism } from "node:os";
import type { TuttiError } from "../../errors.js";
import type { Control } from "./control.js";
import type { Links } from "./links.js";

/** Milliseconds that a rank looks for what it waits for before it sleeps. Falling asleep and waking up takes about 0.04. */
const SPIN = 0.2;
/** The same when ranks share cores, so that looking keeps another rank from working. */
const SPIN_CROWDED = 0.005;

/** What a rank tells the launcher that it waits in. */
export interface Reason {
  readonly call: number;
  readonly peer: number;
  readonly tag: number;
  /** Name of the communicator. */
  readonly communicator: string;
}

/** How one rank waits. */
export class Waiter {
  private readonly spinTime: number;
  private currentTurn: Promise<void> | undefined;

  constructor(
    private readonly rank: number,
    private readonly control: Control,
    private readonly links: Links,
  ) {
    this.spinTime = control.size <= availableParallelism() ? SPIN : SPIN_CROWDED;
  }

  /**
   * Waits until `ready`: first looking, then asleep.
   *
   * `lost` says why `ready` can never become true, if so. It is asked before the last messages are taken in: a rank that
   * has returned may have sent what is waited for.
   */
  block(
    reason: Reason,
    ready: () => boolean,
    lost: () => TuttiError | undefined,
    until?: { readonly done: boolean },
  ): void {
    const { control, rank, links } = this;
    if (this.spin(ready, until)) return;
    control.startWaiting(rank, reason.call, reason.peer, reason.tag, reason.communicator);
    try {
      do {
        const seen = control.doorbell(rank);
        control.announceSleep(rank);
        try {
          const error = lost();
          links.progress();
          if (ready()) return;
          control.throwIfAborted();
          if (error !== undefined) throw error;
          control.sleep(rank, seen);
        } finally {
          control.awake(rank);
        }
      } while (!this.spin(ready, until));
    } finally {
      control.stopWaiting(rank);
    }
  }

  /**
   * Resolves when something has happened that a pending request may wait for. Several requests share one turn.
   *
   * @param seen the doorbell as it was before the request was found to be pending
   */
  turn(reason: Reason, seen: number): Promise<void> {
    this.currentTurn ??= this.awaitTurn(reason, seen).finally(() => {
      this.currentTurn = undefined;
    });
    return this.currentTurn;
  }

  private async awaitTurn(reason: Reason, seen: number): Promise<void> {
    const { control, rank, links } = this;
    const before = links.events;
    control.announceSleep(rank);
    // the promise of a sleeper does not keep the event loop alive
    const alive = setInterval(() => {}, 0x7fffffff);
    try {
      links.progress();
      const asleep = links.events === before ? control.sleepAsync(rank, seen) : undefined;
      if (asleep !== undefined)
        control.startWaiting(rank, reason.call, reason.peer, reason.tag, reason.communicator);
      await (asleep ?? new Promise((resolve) => setImmediate(resolve)));
    } finally {
      clearInterval(alive);
      control.stopWaiting(rank);
      control.awake(rank);
    }
  }

  private spin(ready: () => boolean, until?: { readonly done: boolean }): boolean {
    const deadline = performance.now() + this.spinTime;
    do {
      for (let i = 0; i < 64; i++) {
        this.links.progress(until);
        if (ready()) return true;
      }
    } while (performance.now() < deadline);
    return false;
  }
}
