import { isIdle, seemsIdle } from "../explain/idle.js";
import { listOf, type Waiting } from "../explain/operation.js";
import { sourceLine } from "../explain/source-line.js";
import type { Control } from "./control.js";
import type { Explainer } from "./explainer.js";
import { anyOf } from "./first.js";
import type { Links } from "./links.js";
import type { WaitBoard } from "./wait-board.js";
import type { Blocking } from "./waiter.js";

/** Milliseconds without news after which a rank looks whether its event loop has anything left to do. */
const PATIENCE = 100;

interface Awaited {
  readonly blocking: Blocking;
  /** Where, if that matters. */
  readonly at?: string;
}

/**
 * How one rank waits while its event loop turns.
 *
 * A rank that awaits a request may do other things meanwhile. Once nothing else is left in its event loop it waits as one that
 * blocks, and posts that. If a deadlock is suspected, its requests look once more and say where they are awaited; then the
 * rank looks for the last time and explains, unless it has found anything to do.
 */
export class Awaiting {
  /** What is awaited in the present turn. */
  private readonly awaited = new Map<object, Awaited>();
  private current: Promise<void> | undefined;
  private isPosted = false;
  /** What there was when the rank posted that it waits; see {@link Links.events}. */
  private eventsThen = 0;
  /** Settles when the suspicion of a deadlock is settled; absent while there is none. */
  private verdict: Promise<void> | undefined;

  constructor(
    private readonly rank: number,
    private readonly control: Control,
    private readonly board: WaitBoard,
    private readonly links: Links,
    private readonly explainer: Explainer,
  ) {}

  /**
   * Resolves when something has happened that a pending request may wait for. Several requests share one turn.
   *
   * @param request what is awaited
   * @param seen the doorbell as it was before the request was found to be pending
   * @throws TuttiError "deadlock" if all that the rank awaits it awaits in vain
   */
  turn(request: object, blocking: Blocking, seen: number): Promise<void> {
    if (this.isPosted) this.interrupt(); // it waits for more than it has posted
    this.awaited.set(request, { blocking, at: this.verdict && sourceLine() });
    this.current ??= this.verdict ?? this.sleep(seen);
    return this.current;
  }

  /** To be called before the rank does anything that others may be waiting for: it does not only wait any more. */
  interrupt(): void {
    const { explainer } = this;
    const called = this.verdict !== undefined || (this.isPosted && explainer.leave());
    this.isPosted = false;
    this.verdict = undefined;
    if (called) explainer.explain(undefined);
  }

  private async sleep(seen: number): Promise<void> {
    const { control, rank, links, board } = this;
    const before = links.events;
    control.announceSleep(rank);
    // the promise of a sleeper does not keep the event loop alive
    const alive = setInterval(() => this.look(seen), PATIENCE);
    try {
      links.progress();
      const asleep = links.events === before ? control.sleepAsync(rank, seen) : undefined;
      if (asleep !== undefined) board.setNote(rank, { waiting: together([...this.awaited.values()]) });
      await (asleep ?? new Promise((resolve) => setImmediate(resolve)));
    } finally {
      clearInterval(alive);
      board.setNote(rank, undefined);
      control.awake(rank);
      this.begin();
    }
  }

  /** Ends a turn, and begins what settles the suspicion if there is one. */
  private begin(): void {
    this.take();
    if (!this.isPosted) return;
    this.isPosted = false;
    if (!this.explainer.leave()) return;
    const verdict = new Promise<void>((resolve, reject) => {
      // by then the requests have looked once more
      setTimeout(() => {
        const awaited = this.current === verdict ? this.take() : [];
        try {
          if (this.verdict === verdict) this.settle(awaited);
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    verdict.catch(() => {}); // perhaps no request is left
    this.verdict = verdict;
  }

  /** Posts that this rank waits, if it can do nothing else. */
  private look(seen: number): void {
    const { control, rank, links, board } = this;
    if (this.isPosted || control.doorbell(rank) !== seen || !seemsIdle()) return;
    if (this.hasNews([...this.awaited.values()])) {
      control.alert(rank);
      return;
    }
    const waiting = together([...this.awaited.values()]);
    this.eventsThen = links.events;
    this.isPosted = true;
    board.setNote(rank, { waiting });
    board.post(rank, waiting, seen, true);
    this.explainer.look(waiting, true);
  }

  /** Throws if this rank waits in vain; somebody suspects it. */
  private settle(awaited: readonly Awaited[]): void {
    const { board, rank, links } = this;
    this.verdict = undefined;
    const canGoOn =
      awaited.length === 0 || this.hasNews(awaited) || links.events !== this.eventsThen || !isIdle();
    const lines = [...new Set(awaited.flatMap(({ at }) => at ?? []))];
    try {
      const error = this.explainer.explain(
        canGoOn ? undefined : together(awaited),
        lines.length > 0 ? listOf(lines, "and") : undefined,
      );
      if (error !== undefined) throw error;
    } finally {
      board.setNote(rank, undefined);
    }
  }

  /** Whether it is worth for a request to look again. */
  private hasNews(awaited: readonly Awaited[]): boolean {
    const { links } = this;
    const before = links.events;
    links.progress();
    return links.events !== before || awaited.some(({ blocking }) => blocking.ready());
  }

  /** What was awaited in the turn that ends here. */
  private take(): Awaited[] {
    const awaited = [...this.awaited.values()];
    this.awaited.clear();
    this.current = undefined;
    return awaited;
  }
}

function together(awaited: readonly Awaited[]): Waiting {
  const all = awaited.map(({ blocking }) => blocking.waiting());
  return all.length === 1 ? all[0] : anyOf("await", all);
}
