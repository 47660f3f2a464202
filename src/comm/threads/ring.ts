/*
 * A ring carries the messages of one rank to one other rank, so it has a single writer and a single reader and needs no
 * lock: the writer alone moves the tail, the reader alone moves the head.
 *
 * A record is contiguous and begins with its length in bytes, a multiple of 8. A record that does not fit before the end of
 * the ring is put at the beginning, behind a mark that says so.
 */

const HEAD = 0; // on cache lines of their own: the two ranks write them all the time
const TAIL = 16;
const CONTROL_BYTES = 128;
const SKIP = -1;

/** Bytes of one ring: fewer when there are many ranks, so that all pairs together stay small. */
function ringBytes(size: number): number {
  return size <= 32 ? 65536 : size <= 64 ? 16384 : 8192;
}

/** The memory for the rings of a job, one for each ordered pair of ranks. Pages of pairs that never talk are never touched. */
export function allocateRings(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(size * size * ringBytes(size));
}

/** The ring from world rank `source` to world rank `dest`. */
export function openRing(rings: SharedArrayBuffer, size: number, source: number, dest: number): Ring {
  const bytes = ringBytes(size);
  return new Ring(rings, (source * size + dest) * bytes, bytes);
}

/** One end of a ring; a rank uses either the reading or the writing half of the methods. */
export class Ring {
  private readonly control: Int32Array;
  readonly words: Int32Array;
  readonly floats: Float64Array;
  readonly bytes: Uint8Array;
  private head = 0;
  private tail = 0;
  private reservedTo = 0;

  constructor(buffer: SharedArrayBuffer, offset: number, length: number) {
    const capacity = length - CONTROL_BYTES;
    this.control = new Int32Array(buffer, offset, CONTROL_BYTES / 4);
    this.words = new Int32Array(buffer, offset + CONTROL_BYTES, capacity / 4);
    this.floats = new Float64Array(buffer, offset + CONTROL_BYTES, capacity / 8);
    this.bytes = new Uint8Array(buffer, offset + CONTROL_BYTES, capacity);
  }

  /** The longest record that always fits once the reader has caught up, whatever the position. */
  get maxRecord(): number {
    return (this.bytes.length >> 2) & ~7;
  }

  /** Finds room for a record and writes its length; its byte offset, or -1 while the ring is too full. */
  reserve(length: number): number {
    let at = this.place(length);
    if (at < 0) {
      this.head = Atomics.load(this.control, HEAD);
      at = this.place(length);
      if (at < 0) return -1;
    }
    if (at !== this.tail) this.words[this.tail >> 2] = SKIP;
    this.words[at >> 2] = length;
    this.reservedTo = at + length === this.bytes.length ? 0 : at + length;
    return at;
  }

  /** Shows the reserved record to the reader. */
  publish(): void {
    this.tail = this.reservedTo;
    Atomics.store(this.control, TAIL, this.tail);
  }

  /** Byte offset of the oldest record, or -1. */
  peek(): number {
    if (this.head === this.tail) {
      this.tail = Atomics.load(this.control, TAIL);
      if (this.head === this.tail) return -1;
    }
    if (this.words[this.head >> 2] === SKIP) this.head = 0;
    return this.head;
  }

  /** Gives the room of the oldest record back to the writer. */
  release(): void {
    const next = this.head + this.words[this.head >> 2];
    this.head = next === this.bytes.length ? 0 : next;
    Atomics.store(this.control, HEAD, this.head);
  }

  // The tail must never catch up with the head, because equal means empty.
  private place(length: number): number {
    const { head, tail } = this;
    if (tail < head) return length < head - tail ? tail : -1;
    const toEnd = this.bytes.length - tail;
    if (length < toEnd || (length === toEnd && head > 0)) return tail;
    return length < head ? 0 : -1;
  }
}
