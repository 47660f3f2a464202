import { availableParallelism } from "node:os";
import type { TuttiError } from "../../errors.js";
import type { Waiting } from "../explain/operation.js";
import type { Awaiting } from "./awaiting.js";
import type { Control } from "./control.js";
import type { Explainer } from "./explainer.js";
import type { Links } from "./links.js";
import { SpinTime } from "./spin-time.js";
import type { WaitBoard } from "./wait-board.js";

/** What a rank blocks in. */
export interface Blocking {
  /** Whether it can go on. */
  readonly ready: () => boolean;
  /**
   * Why it never can, if that is so: asked before the last messages are taken in, because a rank that has returned may have
   * sent what is waited for. Absent where {@link Blocking.waiting} tells all there is to know.
   */
  readonly lost?: () => TuttiError | undefined;
  /** What it waits for as things are; asked before the rank sleeps, after it has looked for the last time. */
  readonly waiting: () => Waiting;
}

/** How one rank blocks. */
export class Waiter {
  private readonly spinTime: SpinTime;

  constructor(
    private readonly rank: number,
    private readonly control: Control,
    private readonly board: WaitBoard,
    private readonly links: Links,
    private readonly explainer: Explainer,
    private readonly awaiting: Awaiting,
  ) {
    this.spinTime = new SpinTime(control.size > availableParallelism());
  }

  /**
   * Waits until `ready`: first looking, then asleep.
   *
   * @param until lets the looking end as soon as it is done
   */
  block(blocking: Blocking, until?: { readonly done: boolean }): void {
    const { control, rank, board, explainer, spinTime } = this;
    const time = spinTime.next(performance.now());
    if (this.spin(blocking, time, until)) {
      spinTime.succeeded(time);
      return;
    }
    this.awaiting.interrupt();
    let noted = false;
    try {
      do {
        const seen = control.doorbell(rank);
        let suspected = false;
        control.announceSleep(rank);
        try {
          const error = blocking.lost?.();
          this.links.progress();
          if (blocking.ready()) return;
          control.throwIfAborted();
          if (error !== undefined) throw error;
          const waiting = blocking.waiting();
          if (!noted) board.setNote(rank, { waiting });
          noted = true;
          board.post(rank, waiting, seen);
          explainer.look(waiting, blocking.lost === undefined);
          const start = performance.now();
          control.sleep(rank, seen);
          const woken = performance.now();
          spinTime.slept(woken - start, woken);
          suspected = explainer.leave();
        } finally {
          control.awake(rank);
        }
        if (suspected) this.settle(blocking);
      } while (!this.spin(blocking, time, until));
    } finally {
      if (noted) board.setNote(rank, undefined);
    }
  }

  /** Throws if this rank waits in vain; somebody suspects it. */
  private settle({ ready, waiting }: Blocking): void {
    const { links, explainer } = this;
    const before = links.events;
    links.progress();
    const error = explainer.explain(links.events !== before || ready() ? undefined : waiting());
    if (error !== undefined) throw error;
  }

  private spin({ ready }: Blocking, time: number, until?: { readonly done: boolean }): boolean {
    const deadline = performance.now() + time;
    do {
      for (let i = 0; i < 64; i++) {
        this.links.progress(until);
        if (ready()) return true;
      }
    } while (performance.now() < deadline);
    return false;
  }
}
