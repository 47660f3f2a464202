import type { ElementType, TypedArray } from "../elements.js";
import { announcementBytes } from "./announcements.js";

/*
 * Where the collectives of one communicator meet: one slot for each rank, twice, used in turn. A rank that is one meeting
 * ahead writes to the other slot, and it cannot be two ahead, because no meeting ends before all have come.
 *
 * A slot, in bytes: 0 number of the meeting; 4 kind; 8 root; 12 flags; 16 count (float64); 32 the input itself if it is short,
 * else where it lies; behind that, three vectors of one float64 for each rank.
 */

/** The longest input that is put into the slot itself. */
export const INLINE = 8192;

const PAYLOAD = 32;

function slotBytes(size: number): number {
  return Math.ceil((PAYLOAD + INLINE + 24 * size) / 128) * 128;
}

/** The memory in which a communicator of `size` ranks meets, and behind it that of its announcements. */
export function allocateArea(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(announcementsBegin(size) + announcementBytes(size));
}

/** Where in an area the announcements begin, in bytes. */
export function announcementsBegin(size: number): number {
  return 2 * size * slotBytes(size);
}

/** The slots of one communicator as one of its ranks uses them. */
export class Area {
  readonly bytes: Uint8Array;
  readonly floats: Float64Array;
  private readonly words: Int32Array;
  private readonly views: TypedArray[] = [];
  private readonly slot: number;
  private meeting = 0;

  constructor(
    private readonly buffer: SharedArrayBuffer,
    private readonly size: number,
    private readonly rank: number,
  ) {
    this.bytes = new Uint8Array(buffer);
    this.floats = new Float64Array(buffer);
    this.words = new Int32Array(buffer);
    this.slot = slotBytes(size);
  }

  /** The whole area as an array of one element type. */
  view(type: ElementType): TypedArray {
    this.views[type.code] ??= new type.Array(this.buffer);
    return this.views[type.code];
  }

  /** Begins the next meeting: from now on every position is in its slots. */
  next(): void {
    this.meeting = (this.meeting + 1) | 0;
  }

  /** Byte position of the input of `rank`. */
  payload(rank: number): number {
    return this.begin(rank) + PAYLOAD;
  }

  /** Shows this rank's slot to the others: payload and vectors must have been written. */
  arrive(kind: number, root: number, count: number, flags: number): void {
    const { words } = this;
    const begin = this.begin(this.rank);
    const w = begin >> 2;
    words[w + 1] = kind;
    words[w + 2] = root;
    words[w + 3] = flags;
    this.floats[(begin >> 3) + 2] = count;
    Atomics.store(words, w, this.meeting);
  }

  hasArrived(rank: number): boolean {
    return Atomics.load(this.words, this.begin(rank) >> 2) === this.meeting;
  }

  kind(rank: number): number {
    return this.words[(this.begin(rank) >> 2) + 1];
  }

  root(rank: number): number {
    return this.words[(this.begin(rank) >> 2) + 2];
  }

  flags(rank: number): number {
    return this.words[(this.begin(rank) >> 2) + 3];
  }

  count(rank: number): number {
    return this.floats[(this.begin(rank) >> 3) + 2];
  }

  /** What `rank` says of its call. */
  shown(rank: number): { readonly kind: number; readonly root: number; readonly count: number } {
    return { kind: this.kind(rank), root: this.root(rank), count: this.count(rank) };
  }

  /** Says where a long buffer of this rank lies; `which` is 0 or 1. */
  setLocation(which: number, bufferId: number, offset: number): void {
    const at = this.payload(this.rank) + 16 * which;
    this.words[at >> 2] = bufferId;
    this.floats[(at >> 3) + 1] = offset;
  }

  location(rank: number, which: number): { bufferId: number; offset: number } {
    const at = this.payload(rank) + 16 * which;
    return { bufferId: this.words[at >> 2], offset: this.floats[(at >> 3) + 1] };
  }

  /** Shows a text in the place of the input, cut to what has room. */
  setText(text: string): void {
    const at = this.payload(this.rank);
    const room = this.bytes.subarray(at + 8, at + INLINE);
    this.words[at >> 2] = new TextEncoder().encodeInto(text, room).written;
  }

  text(rank: number): string {
    const at = this.payload(rank);
    // TextDecoder refuses views of shared memory
    return new TextDecoder().decode(this.bytes.slice(at + 8, at + 8 + this.words[at >> 2]));
  }

  /** Shows a number for each rank; `which` is 0, 1 or 2. */
  setVector(which: number, values: ArrayLike<number>): void {
    this.floats.set(values, this.vector(this.rank, which));
  }

  /** Element `i` of a vector of `rank`. */
  vectorAt(rank: number, which: number, i: number): number {
    return this.floats[this.vector(rank, which) + i];
  }

  private vector(rank: number, which: number): number {
    return ((this.payload(rank) + INLINE) >> 3) + which * this.size;
  }

  private begin(rank: number): number {
    return (2 * rank + (this.meeting & 1)) * this.slot;
  }
}
