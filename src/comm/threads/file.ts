import { bytesOf, type TypedArray } from "../elements.js";
import { LocalFile } from "../file/local.js";
import { LONG } from "../file/local-runs.js";
import { Merger } from "../file/merger.js";
import { isStraight } from "../file/pattern.js";
import { byteOf, elementsBefore, Runs } from "../file/runs.js";
import type { Access } from "../file/transport.js";
import type { View } from "../file/view.js";
import { signature } from "../signature.js";
import type { Transport } from "../transport.js";
import { exchange } from "./exchange.js";
import type { Meeting } from "./meeting.js";

/** Which of a slot's vectors holds the offset. */
const OFFSET = 0;
/** Ranks share the file out in multiples of this. */
const SHARE = 64 * 1024;

/** A file on the threads engine: as Node has it, but for collective writes of short pieces, which ranks put together. */
export class ThreadsFile extends LocalFile {
  private views: readonly View[] = [];
  private together = false;

  constructor(
    lane: Transport,
    private readonly meeting: Meeting,
    path: string,
    access: Access,
  ) {
    super(lane, path, access);
  }

  override setView(views: readonly View[]): void {
    super.setView(views);
    this.views = views;
    this.together = views.length > 1 && views.some(isFine);
  }

  override write(call: number, offset: number, buf: TypedArray, collective: boolean): void {
    if (collective && this.together) this.writeTogether(call, offset, buf);
    else super.write(call, offset, buf, collective);
  }

  /**
   * Two-phase writing (Thakur, Gropp, Lusk 1999): each rank takes a stretch of the file, puts together what all ranks
   * have for it, and writes that in one piece where there are no gaps.
   */
  private writeTogether(call: number, offset: number, buf: TypedArray): void {
    const { meeting, views } = this;
    const { area, size, rank } = meeting;
    area.next();
    area.setVector(OFFSET, [offset]);
    const same = signature(call, this.view.type, { count: buf.length, uniform: false });
    exchange(meeting, same, bytesOf(buf), (inputOf) => {
      const parts = views.flatMap((view, r) => {
        const [first, count] = [area.vectorAt(r, OFFSET, 0), area.count(r)];
        return count === 0 ? [] : [{ view, first, count, end: first + count, input: inputOf(r) }];
      });
      const begin = Math.min(...parts.map(({ view, first }) => byteOf(view, first)));
      const end = Math.max(...parts.map(({ view, end }) => byteOf(view, end - 1) + view.type.bytes));
      if (parts.length === 0) return;
      const origin = Math.floor(begin / SHARE) * SHARE;
      const share = Math.ceil((end - origin) / size / SHARE) * SHARE;
      const [from, to] = [origin + rank * share, origin + (rank + 1) * share];
      const merger = new Merger(this.fd);
      for (const { view, first, end, input } of parts) {
        // an element belongs to the stretch in which it begins
        const [low, high] = [from, to].map((byte) =>
          Math.min(Math.max(elementsBefore(view, byte), first), end),
        );
        const at = input.at + (low - first) * view.type.bytes;
        if (high > low) merger.add(new Runs(view, low, high - low), input.bytes, at);
      }
      merger.write();
    });
  }
}

/** Whether a rank's view is of pieces so short that a call of the system for each takes longer than to put them together. */
function isFine({ type, pattern }: View): boolean {
  return !isStraight(pattern) && pattern.length > 0 && pattern.run * type.bytes < LONG;
}
