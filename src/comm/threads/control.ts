import { TuttiError } from "../../errors.js";

/*
 * The control block of a job: one SharedArrayBuffer that every rank and the launcher can write.
 * It tells each rank when to wake, and everybody how the job stands.
 */

const ABORT_STATE = 0; // 0 running, 1 somebody writes the reason, 2 aborted
const ABORT_RANK = 1;
const ABORT_CODE = 2;
const ABORT_LENGTH = 3;
const NEXT_CONTEXT = 4;
const HEADER = 32; // int32s

// One block for each rank, two cache lines, so that ranks do not slow each other down by writing to one line.
const RANK_BLOCK = 32;
const DOORBELL = 0; // changes whenever a sleeping rank should look again
const SLEEPERS = 1; // more than 0 while the rank sleeps or an awaited request watches the doorbell
const FINISHED = 2;

const MESSAGE_BYTES = 8192;

type WaitAsyncResult = { async: false; value: string } | { async: true; value: Promise<string> };

// ES2024; the compiler's library for our target does not declare it yet.
const { waitAsync } = Atomics as unknown as {
  waitAsync(array: Int32Array, index: number, value: number): WaitAsyncResult;
};

export class Control {
  private readonly words: Int32Array;
  private readonly message: Uint8Array;

  static allocate(size: number): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * (HEADER + size * RANK_BLOCK) + MESSAGE_BYTES);
  }

  constructor(
    buffer: SharedArrayBuffer,
    readonly size: number,
  ) {
    const words = HEADER + size * RANK_BLOCK;
    this.words = new Int32Array(buffer, 0, words);
    this.message = new Uint8Array(buffer, 4 * words, MESSAGE_BYTES);
  }

  /** The first of `count` numbers for new communicators that no other communicator of the job has. The world is 0. */
  nextContexts(count: number): number {
    return Atomics.add(this.words, NEXT_CONTEXT, count) + 1;
  }

  /** Records why the job ends and wakes every rank. The first reason stays; returns whether this was it. */
  abort(rank: number, code: number, message: string): boolean {
    const { words } = this;
    if (Atomics.compareExchange(words, ABORT_STATE, 0, 1) !== 0) return false;
    words[ABORT_RANK] = rank;
    words[ABORT_CODE] = code;
    words[ABORT_LENGTH] = new TextEncoder().encodeInto(message, this.message).written;
    Atomics.store(words, ABORT_STATE, 2);
    for (let r = 0; r < this.size; r++) this.alert(r);
    return true;
  }

  get aborted(): boolean {
    return Atomics.load(this.words, ABORT_STATE) === 2;
  }

  /** Throws `"aborted"` if the job has been ended. */
  throwIfAborted(): void {
    if (Atomics.load(this.words, ABORT_STATE) !== 2) return;
    const { words } = this;
    const message = decode(this.message, 0, words[ABORT_LENGTH]);
    const rank = words[ABORT_RANK];
    throw new TuttiError("aborted", message, { rank, exitCode: words[ABORT_CODE] });
  }

  /** Marks a rank as one that will never communicate again, and wakes those that may be waiting for it. */
  finish(rank: number): void {
    Atomics.store(this.words, HEADER + rank * RANK_BLOCK + FINISHED, 1);
    for (let r = 0; r < this.size; r++) this.alert(r);
  }

  finished(rank: number): boolean {
    return Atomics.load(this.words, HEADER + rank * RANK_BLOCK + FINISHED) === 1;
  }

  /** Wakes `rank` if it sleeps. Call after making true what it may be waiting for. */
  wake(rank: number): void {
    if (Atomics.load(this.words, HEADER + rank * RANK_BLOCK + SLEEPERS) > 0) this.alert(rank);
  }

  /** Wakes `rank` whether it has announced to sleep or not. */
  alert(rank: number): void {
    const doorbell = HEADER + rank * RANK_BLOCK + DOORBELL;
    Atomics.add(this.words, doorbell, 1);
    Atomics.notify(this.words, doorbell);
  }

  /** Changes whenever somebody wakes `rank`. */
  doorbell(rank: number): number {
    return Atomics.load(this.words, HEADER + rank * RANK_BLOCK + DOORBELL);
  }

  /**
   * Announces that `rank` is about to sleep.
   *
   * The order is: read the doorbell, announce, look once more whether there is anything to do, sleep. Whoever makes
   * something to do after that look sees the announcement and changes the doorbell, so that the sleep ends at once.
   */
  announceSleep(rank: number): void {
    Atomics.add(this.words, HEADER + rank * RANK_BLOCK + SLEEPERS, 1);
  }

  /** Sleeps until the doorbell of `rank` has changed from `seen`. */
  sleep(rank: number, seen: number): void {
    Atomics.wait(this.words, HEADER + rank * RANK_BLOCK + DOORBELL, seen);
  }

  /** Resolves when the doorbell of `rank` has changed from `seen`; undefined if it has already. */
  sleepAsync(rank: number, seen: number): Promise<unknown> | undefined {
    const { async, value } = waitAsync(this.words, HEADER + rank * RANK_BLOCK + DOORBELL, seen);
    return async ? value : undefined;
  }

  /** Ends what {@link Control.announceSleep} began. */
  awake(rank: number): void {
    Atomics.sub(this.words, HEADER + rank * RANK_BLOCK + SLEEPERS, 1);
  }
}

/** TextDecoder refuses views of shared memory, so the text is copied. */
function decode(bytes: Uint8Array, at: number, length: number): string {
  return new TextDecoder().decode(bytes.slice(at, at + length));
}
