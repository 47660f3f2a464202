import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { type Waiting, waitingIn } from "../explain/operation.js";
import type { Group } from "../matching.js";
import type { Endpoint } from "./endpoint.js";

/*
 * The locks of a window, one block of int32 words in shared memory for the memory of each rank.
 *
 * MUTEX guards updates for a moment: 0 free, 1 held, 2 held and somebody sleeps on it.
 *
 * TICKETS, READERS and WRITERS are a lock of readers and writers: who comes draws the next ticket and waits until READERS
 * (for a shared lock) or WRITERS (for an exclusive one) has come to it. A reader lets the next reader in as soon as it is in;
 * whoever leaves lets the next writer in. So ranks enter in the order in which they came, and none waits for ever.
 *
 * Behind that, what each rank does here and its ticket, so that it is known whom to wake and who is in the way.
 */

const MUTEX = 0;
const TICKETS = 1;
const READERS = 2;
const WRITERS = 3;
const STATES = 4;

const OUTSIDE = 0;
const WAITING = 1;
const SHARED = 2;
const EXCLUSIVE = 3;

/** Looks at a mutex before sleeping: it is held for less than a microsecond, unless its holder has lost its core. */
const GLANCES = 500;
/** Milliseconds of sleep before looking whether the job has ended. */
const NAP = 20;

function blockWords(size: number): number {
  return Math.ceil((STATES + 2 * size) / 32) * 32; // whole cache lines
}

/** Memory for the locks of a window of `size` ranks. */
export function allocateLocks(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * size * blockWords(size));
}

/** The locks of one window as one of its ranks uses them. */
export class WindowLocks {
  private readonly words: Int32Array;
  private readonly block: number;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly group: Group,
    memory: SharedArrayBuffer,
  ) {
    this.words = new Int32Array(memory);
    this.block = blockWords(group.ranks.length);
  }

  /** Holds the mutex of `target`. */
  enter(target: number): void {
    const { words } = this;
    const mutex = target * this.block + MUTEX;
    for (let i = 0; i < GLANCES; i++)
      if (words[mutex] === 0 && Atomics.compareExchange(words, mutex, 0, 1) === 0) return;
    while (Atomics.exchange(words, mutex, 2) !== 0) {
      Atomics.wait(words, mutex, 2, NAP);
      this.endpoint.control.throwIfAborted();
    }
  }

  leave(target: number): void {
    const mutex = target * this.block + MUTEX;
    if (Atomics.exchange(this.words, mutex, 0) === 2) Atomics.notify(this.words, mutex, 1);
  }

  /** Waits until this rank holds the lock of `target`. @throws TuttiError "deadlock" if a holder has returned */
  lock(call: number, target: number, shared: boolean): void {
    const { words } = this;
    const begin = target * this.block;
    const state = begin + STATES + 2 * this.group.rank;
    const ticket = Atomics.add(words, begin + TICKETS, 1);
    words[state + 1] = ticket;
    Atomics.store(words, state, WAITING);
    const gate = begin + (shared ? READERS : WRITERS);
    const ready = () => Atomics.load(words, gate) === ticket;
    // the one place where a rank waits here for others
    if (!ready()) {
      this.endpoint.waiter.block({
        ready,
        lost: () => this.findLost(call, target),
        waiting: () => this.waiting(call, target, ticket, shared),
      });
    }
    Atomics.store(words, state, shared ? SHARED : EXCLUSIVE);
    if (shared) {
      Atomics.add(words, begin + READERS, 1);
      this.wakeWaiting(begin);
    }
  }

  unlock(target: number): void {
    const { words } = this;
    const begin = target * this.block;
    const state = begin + STATES + 2 * this.group.rank;
    if (Atomics.load(words, state) === EXCLUSIVE) Atomics.add(words, begin + READERS, 1);
    Atomics.store(words, state, OUTSIDE);
    Atomics.add(words, begin + WRITERS, 1);
    this.wakeWaiting(begin);
  }

  /** Lets plain loads and stores of this thread not pass this point. */
  sync(): void {
    Atomics.load(this.words, 0);
  }

  /** It waits for all that came before it: whoever of them leaves wakes it, so that the list is always right. */
  private waiting(call: number, target: number, ticket: number, shared: boolean): Waiting {
    const { words, group } = this;
    const begin = target * this.block;
    const isAhead = (_: number, r: number) => {
      const state = begin + STATES + 2 * r;
      return Atomics.load(words, state) !== OUTSIDE && ((ticket - words[state + 1]) | 0) > 0;
    };
    let peers: number[];
    // a rank that has just come, or is just leaving, shows it in a moment
    do peers = group.ranks.filter(isAhead);
    while (peers.length !== ((ticket - Atomics.load(words, begin + WRITERS)) | 0));
    return waitingIn({
      call: CALLS[call],
      role: "lock",
      kind: "all",
      peers,
      details: [`${shared ? "shared" : "exclusive"}, memory of rank ${target}`],
      communicator: group.name,
      context: group.context,
    });
  }

  /** The error of waiting for a lock whose holder can never let go. */
  private findLost(call: number, target: number): TuttiError | undefined {
    const { control } = this.endpoint;
    const { name, rank, ranks } = this.group;
    const holder = this.holders(target).find((r) => control.finished(ranks[r]));
    if (holder === undefined) return undefined;
    const message = `${CALLS[call]}: rank ${rank} waits for the lock of rank ${target} (on ${name}), which rank ${holder} holds, but rank ${holder} has returned without unlocking it`;
    return new TuttiError("deadlock", message, {
      call: CALLS[call],
      rank,
      peer: holder,
      target,
      window: name,
    });
  }

  /** Ranks that hold the lock of `target`. */
  private holders(target: number): number[] {
    const begin = target * this.block + STATES;
    return this.group.ranks.map((_, r) => r).filter((r) => Atomics.load(this.words, begin + 2 * r) >= SHARED);
  }

  private wakeWaiting(begin: number): void {
    const { control } = this.endpoint;
    const { ranks } = this.group;
    for (let r = 0; r < ranks.length; r++)
      if (Atomics.load(this.words, begin + STATES + 2 * r) === WAITING) control.wake(ranks[r]);
  }
}
