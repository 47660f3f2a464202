import type { TuttiError } from "../../errors.js";
import type { Group } from "../matching.js";
import { describeSignature, mismatchError, type Signature } from "../signature.js";

/*
 * Where each rank of a communicator shows which nonblocking collectives it has started: the latest ones, by number. A record,
 * in bytes: 0 number of the collective, from 1, or 0 while it is written; 4 kind; 8 root; 16 count (float64).
 */

const KEPT = 16;
const RECORD = 32;

/** Bytes of the announcements of `size` ranks. */
export function announcementBytes(size: number): number {
  return size * KEPT * RECORD;
}

/** The announcements of one communicator as one of its ranks uses them. */
export class Announcements {
  private readonly words: Int32Array;
  private readonly floats: Float64Array;

  /** @param begin where in `buffer` they are, in bytes */
  constructor(
    buffer: SharedArrayBuffer,
    begin: number,
    private readonly group: Group,
  ) {
    const bytes = announcementBytes(group.ranks.length);
    this.words = new Int32Array(buffer, begin, bytes / 4);
    this.floats = new Float64Array(buffer, begin, bytes / 8);
  }

  /** Shows what this rank has started as the collective with this number. */
  show(number: number, { kind, root, count }: Signature): void {
    const { words, floats } = this;
    const at = this.place(this.group.rank, number);
    Atomics.store(words, at, 0);
    Atomics.store(words, at + 1, kind);
    Atomics.store(words, at + 2, root);
    floats[at / 2 + 2] = count;
    Atomics.store(words, at, number + 1);
  }

  /** The error of ranks that have started different collectives; undefined as far as it is known that they agree. */
  disagreement(number: number, mine: Signature): TuttiError | undefined {
    const { group } = this;
    const shown = group.ranks.map((_, rank) => this.read(rank, number));
    const differs = shown.some(
      (other) =>
        other !== undefined &&
        (other.kind !== mine.kind ||
          other.root !== mine.root ||
          (mine.uniform && other.count !== mine.count)),
    );
    if (!differs) return undefined;
    const calls = shown.map((other) => (other === undefined ? "none yet" : describeSignature(other)));
    return mismatchError(group.name, "started different collectives", calls);
  }

  /** What a rank has started under a number; undefined if it is not that far yet, or much farther. */
  private read(rank: number, number: number): Pick<Signature, "kind" | "root" | "count"> | undefined {
    const { words, floats } = this;
    const at = this.place(rank, number);
    const isThere = () => Atomics.load(words, at) === ((number + 1) | 0);
    if (!isThere()) return undefined;
    const found = { kind: words[at + 1], root: words[at + 2], count: floats[at / 2 + 2] };
    return isThere() ? found : undefined;
  }

  /** Position of a record, in words. */
  private place(rank: number, number: number): number {
    return ((rank * KEPT + (number % KEPT)) * RECORD) / 4;
  }
}
