import type { ReturnedRank, StuckRank, Waiting } from "../explain/operation.js";
import type { Wait } from "../explain/wait-for.js";
import type { Control } from "./control.js";

/*
 * Where each rank posts what it waits for before it sleeps: one SharedArrayBuffer that every rank and the launcher can read.
 *
 * A rank is blocked while its doorbell is what it was before its last look at everything that could let it go on. Whoever
 * makes something to do for it rings, and rings before it posts a wait of its own; so ranks that are all blocked at one
 * moment have nothing under way between them.
 */

const BLOCK = 32; // int32s for each rank, two cache lines
const VERSION = 0; // odd while the rank writes its post
const KIND = 1; // 0 while the rank does not sleep
const SEEN = 2; // the doorbell before the last look
const HOLD = 3;
const PEERS = 4; // a bit for each world rank
const PEER_WORDS = 4;
const NOTE_LENGTH = 8; // bytes, 0 for no note
const AWAITS = 9; // 1 if it is the event loop that waits

// values of KIND
const ANY = 1;
const ALL = 2;
// values of HOLD
const FREE = 0;
const POSTED = 1;
const HELD = 2;

const NOTE_BYTES = 16384;
/** The operations and messages that a note names. */
const MOST_NAMED = 4;
/** The longest name of a communicator in a note. */
const LONGEST_NAME = 128;

/** What a rank says of itself beside its wait: why it waits in vain, or what it has left when it returned. */
export type Note = Partial<Omit<StuckRank & ReturnedRank, "rank">>;

export class WaitBoard {
  private readonly words: Int32Array;
  private readonly notes: Uint8Array;

  static allocate(size: number): SharedArrayBuffer {
    return new SharedArrayBuffer(size * (4 * BLOCK + NOTE_BYTES));
  }

  constructor(
    buffer: SharedArrayBuffer,
    readonly size: number,
  ) {
    this.words = new Int32Array(buffer, 0, size * BLOCK);
    this.notes = new Uint8Array(buffer, 4 * size * BLOCK);
  }

  /**
   * Posts what `rank` is about to sleep for, after its last look; `seen` is the doorbell before that look.
   *
   * @param awaits whether its event loop waits, rather than the rank in a call
   */
  post(rank: number, { kind, peers }: Wait, seen: number, awaits = false): void {
    const { words } = this;
    const base = rank * BLOCK;
    Atomics.add(words, base + VERSION, 1);
    for (let w = 0; w < PEER_WORDS; w++) Atomics.store(words, base + PEERS + w, 0);
    for (const peer of peers) Atomics.or(words, base + PEERS + (peer >> 5), 1 << (peer & 31));
    Atomics.store(words, base + SEEN, seen);
    Atomics.store(words, base + AWAITS, Number(awaits));
    Atomics.store(words, base + KIND, kind === "any" ? ANY : ALL);
    Atomics.add(words, base + VERSION, 1);
    Atomics.store(words, base + HOLD, POSTED);
  }

  /**
   * Ends what {@link WaitBoard.post} began, if anything. While another rank holds the post it is deciding whether to call this
   * one, at once.
   *
   * @returns whether it is called
   */
  remove(rank: number, isCalled: () => boolean): boolean {
    const { words } = this;
    const base = rank * BLOCK;
    let called = false;
    while (!called) {
      const hold = Atomics.compareExchange(words, base + HOLD, POSTED, FREE);
      if (hold === FREE) return false;
      if (hold === POSTED) break;
      called = isCalled();
      if (!called) Atomics.wait(words, base + HOLD, HELD, 0.05);
    }
    Atomics.add(words, base + VERSION, 1);
    Atomics.store(words, base + KIND, 0);
    Atomics.add(words, base + VERSION, 1);
    Atomics.store(words, base + HOLD, FREE);
    return called;
  }

  /** Keeps a rank from ending its wait unseen; false if it has none. Call it, or let go, at once. */
  hold(rank: number): boolean {
    return Atomics.compareExchange(this.words, rank * BLOCK + HOLD, POSTED, HELD) === POSTED;
  }

  letGo(rank: number): void {
    Atomics.store(this.words, rank * BLOCK + HOLD, POSTED);
    Atomics.notify(this.words, rank * BLOCK + HOLD);
  }

  /** Whether `rank` is blocked; false while that is not certain. */
  isBlocked(control: Control, rank: number): boolean {
    const { words } = this;
    const base = rank * BLOCK;
    const version = Atomics.load(words, base + VERSION);
    if ((version & 1) !== 0 || Atomics.load(words, base + KIND) === 0) return false;
    return Atomics.load(words, base + SEEN) === control.doorbell(rank);
  }

  /** What `rank` waits for; to be trusted only if it is blocked and {@link WaitBoard.version} is the same before and after. */
  wait(rank: number): Wait {
    const { words } = this;
    const base = rank * BLOCK;
    const peers: number[] = [];
    for (let peer = 0; peer < this.size; peer++)
      if ((Atomics.load(words, base + PEERS + (peer >> 5)) & (1 << (peer & 31))) !== 0) peers.push(peer);
    return { kind: Atomics.load(words, base + KIND) === ANY ? "any" : "all", peers };
  }

  /** Whether it is the event loop of `rank` that waits; to be trusted as {@link WaitBoard.wait}. */
  awaits(rank: number): boolean {
    return Atomics.load(this.words, rank * BLOCK + AWAITS) === 1;
  }

  /** Changes with every post and removal. */
  version(rank: number): number {
    return Atomics.load(this.words, rank * BLOCK + VERSION);
  }

  /** Leaves a note of `rank` for people; undefined takes it away. */
  setNote(rank: number, note: Note | undefined): void {
    const { words } = this;
    const at = rank * BLOCK + NOTE_LENGTH;
    Atomics.store(words, at, 0);
    if (note === undefined) return;
    const text = JSON.stringify(
      note.waiting === undefined ? note : { ...note, waiting: brief(note.waiting) },
    );
    const room = this.notes.subarray(rank * NOTE_BYTES, (rank + 1) * NOTE_BYTES);
    const { written } = new TextEncoder().encodeInto(text, room);
    Atomics.store(words, at, written);
  }

  /** The note of `rank`; undefined while there is none. */
  note(rank: number): Note | undefined {
    const length = Atomics.load(this.words, rank * BLOCK + NOTE_LENGTH);
    if (length === 0) return undefined;
    // TextDecoder refuses views of shared memory
    const bytes = this.notes.slice(rank * NOTE_BYTES, rank * NOTE_BYTES + length);
    try {
      return JSON.parse(new TextDecoder().decode(bytes)) as Note;
    } catch {
      return undefined; // it is being written anew at this moment
    }
  }
}

/** The same wait in words that are sure to have room. */
function brief(waiting: Waiting): Waiting {
  const { operations, others = 0 } = waiting;
  const named = operations.slice(0, MOST_NAMED).map((operation) => ({
    ...operation,
    communicator: operation.communicator.slice(0, LONGEST_NAME),
  }));
  return { ...waiting, operations: named, others: others + operations.length - named.length };
}
