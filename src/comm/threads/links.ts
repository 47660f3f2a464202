import type { Matcher } from "../matching.js";
import { Schedules } from "../nonblocking/schedule.js";
import type { Control } from "./control.js";
import { readRecord, type Sender } from "./records.js";
import { openRing, type Ring } from "./ring.js";
import type { Send } from "./send.js";
import type { SharedBuffers } from "./shared-buffers.js";

/** Bytes of staging buffers beyond which a message waits for one to come back: about what the last cache level holds. */
const MOST_STAGED = 16 * 1024 * 1024;
/** Milliseconds that it waits; a fresh buffer costs more than a copy, because the system must clear its pages. */
const PATIENCE = 1;

/** The rings between one rank and all others, and the messages under way in them. */
export class Links {
  private readonly incoming: readonly { readonly ring: Ring; readonly sender: Sender }[];
  private readonly outgoing: readonly Ring[];
  /** Sends that wait for room in a ring, in order. */
  private waiting: Send[] = [];
  /** Long messages that their receivers have not taken yet. */
  private untaken: Send[] = [];
  /** Nonblocking collectives, which messages move on. */
  readonly schedules = new Schedules();
  /** Whether messages that were waited for have come to be taken. */
  private worthWaiting = true;
  /** Counts the sends that are started and everything that {@link Links.progress} achieves. */
  events = 0;

  constructor(
    rings: SharedArrayBuffer,
    rank: number,
    control: Control,
    private readonly buffers: SharedBuffers,
    private readonly matcher: Matcher,
  ) {
    const { size } = control;
    this.outgoing = Array.from({ length: size }, (_, dest) => openRing(rings, size, rank, dest));
    // each rank begins with its right neighbour, so that none is preferred by all
    this.incoming = Array.from({ length: size - 1 }, (_, i) => {
      const source = (rank + 1 + i) % size;
      const sender = { find: (id: number) => buffers.find(source, id), wake: () => control.wake(source) };
      return { ring: openRing(rings, size, source, rank), sender };
    });
  }

  /** The ring to another rank. */
  to(dest: number): Ring {
    return this.outgoing[dest];
  }

  /** Sends that are not complete. */
  get underWay(): readonly Send[] {
    return [...this.waiting, ...this.untaken];
  }

  /** Sends as far as possible without waiting; {@link Links.progress} does the rest. */
  start(send: Send): void {
    this.events++;
    if (this.waiting.some(({ dest }) => dest === send.dest) || !send.transmit()) this.waiting.push(send);
    else if (!send.done) this.untaken.push(send);
  }

  /** Moves everything on as far as possible without waiting, or until `until` is done. */
  progress(until?: { readonly done: boolean }): void {
    for (const { ring, sender } of this.incoming) {
      for (let at = ring.peek(); at >= 0; at = ring.peek()) {
        const message = readRecord(ring, at, sender);
        if (!this.matcher.offer(message)) {
          message.keep();
          this.matcher.keep(message);
        }
        ring.release();
        sender.wake(); // it may wait for room
        this.events++;
        if (until?.done) return;
      }
    }
    if (this.waiting.length > 0) this.transmitWaiting();
    if (this.untaken.length > 0) this.collectTaken();
    if (this.schedules.count > 0 && this.schedules.advance()) this.events++;
  }

  /**
   * A staging buffer for a long message. Where many are in use already it waits a little for the receivers, if they are at
   * it: a stream of messages then goes through few buffers, which stay in the cache.
   */
  stage(bytes: number): SharedArrayBuffer {
    const { buffers } = this;
    if (this.worthWaiting && buffers.stagedBytes + bytes > MOST_STAGED && this.untaken.length > 0) {
      const deadline = performance.now() + PATIENCE;
      while (buffers.stagedBytes + bytes > MOST_STAGED && this.untaken.length > 0 && this.worthWaiting) {
        this.collectTaken();
        this.worthWaiting = performance.now() < deadline;
      }
    }
    return buffers.stage(bytes);
  }

  private transmitWaiting(): void {
    const full = new Set<number>();
    this.waiting = this.waiting.filter((send) => {
      if (full.has(send.dest)) return true;
      if (!send.transmit()) {
        full.add(send.dest);
        return true;
      }
      if (!send.done) this.untaken.push(send);
      this.events++;
      return false;
    });
  }

  private collectTaken(): void {
    this.untaken = this.untaken.filter((send) => {
      if (!send.collect()) return true;
      this.worthWaiting = true;
      this.events++;
      return false;
    });
  }
}
