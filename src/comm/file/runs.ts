import { indexOf, isStraight, positionOf } from "./pattern.js";
import type { View } from "./view.js";

/** Byte of the file at which element `index` of a view begins. */
export function byteOf({ type, offset, pattern }: View, index: number): number {
  return offset + (isStraight(pattern) ? index : positionOf(pattern, index)) * type.bytes;
}

/** Number of elements of a view that begin before a byte of the file. */
export function elementsBefore({ type, offset, pattern }: View, byte: number): number {
  return indexOf(pattern, Math.ceil((byte - offset) / type.bytes));
}

/** Number of elements of a view that a file of `size` bytes has. */
export function elementsIn(view: View, size: number): number {
  return elementsBefore(view, size - view.type.bytes + 1);
}

/** The pieces of a file that elements of a view lie in, one after the other: a cursor, since there may be millions. */
export class Runs {
  /** Byte of the file at which the current piece begins. */
  at: number;
  /** Length of the current piece in bytes; 0 behind the last one. */
  bytes: number;
  private left: number;
  private readonly run: number;
  private readonly counts: readonly number[];
  private readonly strides: readonly number[];
  private readonly done: number[];
  private readonly extent: number;
  /** Where the current repetition of the whole pattern begins. */
  private origin: number;

  /** The pieces of `count` elements from number `first` on. */
  constructor(view: View, first: number, count: number) {
    const { type, offset, pattern } = view;
    const { bytes } = type;
    const { start, loops, length } = pattern;
    this.left = count * bytes;
    this.at = count === 0 ? 0 : byteOf(view, first);
    this.run = pattern.run * bytes;
    this.counts = loops.map((loop) => loop.count);
    this.strides = loops.map((loop) => loop.stride * bytes);
    this.extent = pattern.extent * bytes;
    let round = Math.floor((first % length) / pattern.run);
    this.done = this.counts.map((n) => {
      const digit = round % n;
      round = Math.floor(round / n);
      return digit;
    });
    this.origin = offset + (Math.floor(first / length) * pattern.extent + start) * bytes;
    const rest = isStraight(pattern) ? this.left : this.run - (first % pattern.run) * bytes;
    this.bytes = count === 0 ? 0 : Math.min(rest, this.left);
    this.left -= this.bytes;
  }

  /** Goes on to the next piece. */
  next(): void {
    this.bytes = Math.min(this.run, this.left);
    this.left -= this.bytes;
    if (this.bytes === 0) return;
    const { counts, strides, done } = this;
    for (let i = 0; i < counts.length; i++) {
      if (++done[i] < counts[i]) {
        this.at = this.origin;
        for (let j = i; j < counts.length; j++) this.at += done[j] * strides[j];
        return;
      }
      done[i] = 0;
    }
    this.origin += this.extent;
    this.at = this.origin;
  }
}
