import type { Control } from "./control.js";

const STATE = 0;
const NUMBER = 1; // counts the explanations that have ended
const GATHERED = 2;
const LEFT = 3;
const OBJECTIONS = 4;
const CALLED = 5; // a bit for each world rank
const CALLED_WORDS = 4;
const WORDS = 16;

// values of STATE
const NONE = 0;
const BEGUN = 1;
const CALLING = 2;
const CONFIRMED = 3;
const REFUTED = 4;

/**
 * How the ranks of a deadlock come together to explain it; a job explains one at a time.
 *
 * Whoever suspects a deadlock begins and calls its ranks. All gather; the last one to come confirms or refutes the suspicion by
 * what all have said; all leave.
 */
export class Explanation {
  private readonly words: Int32Array;

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * WORDS);
  }

  constructor(
    buffer: SharedArrayBuffer,
    private readonly control: Control,
  ) {
    this.words = new Int32Array(buffer);
  }

  /** False while another one is under way; its end wakes every rank. */
  begin(): boolean {
    return Atomics.compareExchange(this.words, STATE, NONE, BEGUN) === NONE;
  }

  /** Wakes the ranks that are concerned; each of them must {@link Explanation.gather}. */
  call(ranks: readonly number[]): void {
    const { words, control } = this;
    for (const counter of [GATHERED, LEFT, OBJECTIONS]) Atomics.store(words, counter, 0);
    for (const rank of ranks) Atomics.or(words, CALLED + (rank >> 5), 1 << (rank & 31));
    Atomics.store(words, STATE, CALLING);
    for (const rank of ranks) control.alert(rank);
  }

  isCalled(rank: number): boolean {
    const { words } = this;
    if (Atomics.load(words, STATE) < CALLING) return false;
    return (Atomics.load(words, CALLED + (rank >> 5)) & (1 << (rank & 31))) !== 0;
  }

  /**
   * Returns when all ranks concerned have come, with these ranks if they are in a deadlock, undefined if not.
   *
   * @param objects whether `rank` can go on
   * @param confirms asked on the last rank to come, if no rank objects
   * @throws TuttiError "aborted"
   */
  gather(rank: number, objects: boolean, confirms: (ranks: number[]) => boolean): number[] | undefined {
    const { words, control } = this;
    const ranks = this.called();
    if (objects) Atomics.add(words, OBJECTIONS, 1);
    if (Atomics.add(words, GATHERED, 1) + 1 === ranks.length) {
      const confirmed = Atomics.load(words, OBJECTIONS) === 0 && confirms(ranks);
      Atomics.store(words, STATE, confirmed ? CONFIRMED : REFUTED);
      for (const other of ranks) control.alert(other);
    }
    this.sleepUntil(rank, () => Atomics.load(words, STATE) !== CALLING);
    return Atomics.load(words, STATE) === CONFIRMED ? ranks : undefined;
  }

  /** Returns when nobody needs what `rank` has said any more. */
  leave(rank: number): void {
    const { words } = this;
    const number = Atomics.load(words, NUMBER);
    const count = this.called().length;
    if (Atomics.add(words, LEFT, 1) + 1 === count) this.end();
    else this.sleepUntil(rank, () => Atomics.load(words, NUMBER) !== number);
  }

  /** Lets others begin. Everybody looks again: there may be another deadlock. */
  end(): void {
    const { words, control } = this;
    for (let w = 0; w < CALLED_WORDS; w++) Atomics.store(words, CALLED + w, 0);
    Atomics.store(words, STATE, NONE);
    Atomics.add(words, NUMBER, 1);
    for (let rank = 0; rank < control.size; rank++) control.alert(rank);
  }

  private called(): number[] {
    return Array.from({ length: this.control.size }, (_, rank) => rank).filter((rank) => this.isCalled(rank));
  }

  private sleepUntil(rank: number, ready: () => boolean): void {
    const { control } = this;
    for (;;) {
      const seen = control.doorbell(rank);
      if (ready()) return;
      control.throwIfAborted();
      control.sleep(rank, seen);
    }
  }
}
