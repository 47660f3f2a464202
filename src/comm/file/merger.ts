import { copyBytes, LONG, writeAll } from "./local-runs.js";
import type { Runs } from "./runs.js";

/** Room in which pieces are put together. */
const ROOM = 4 * 1024 * 1024;

/** What one rank contributes: pieces of the file, and where their bytes lie one after the other. */
interface Source {
  readonly runs: Runs;
  readonly from: Uint8Array;
  at: number;
}

/** Writes the pieces of several ranks in the order of the file, those that touch each other in one call. */
export class Merger {
  private readonly sources: Source[] = [];
  private readonly room = new Uint8Array(ROOM);
  /** The stretch of the file that is in the room. */
  private begin = 0;
  private length = 0;

  constructor(private readonly fd: number) {}

  /** Adds pieces whose bytes begin at `at` in `from`. */
  add(runs: Runs, from: Uint8Array, at: number): void {
    this.sources.push({ runs, from, at });
  }

  write(): void {
    for (let source = this.first(); source !== undefined; source = this.first()) {
      const { runs, from, at } = source;
      const place = runs.at;
      if (runs.bytes >= LONG) {
        this.flush();
        writeAll(this.fd, from, at, runs.bytes, place);
      } else {
        if (place !== this.begin + this.length || this.length + runs.bytes > ROOM) {
          this.flush();
          this.begin = place;
        }
        copyBytes(from, at, runs.bytes, this.room, this.length);
        this.length += runs.bytes;
      }
      source.at += runs.bytes;
      runs.next();
    }
    this.flush();
  }

  /** The source of the piece that comes first in the file. */
  private first(): Source | undefined {
    let found: Source | undefined;
    for (const source of this.sources)
      if (source.runs.bytes > 0 && (found === undefined || source.runs.at < found.runs.at)) found = source;
    return found;
  }

  private flush(): void {
    if (this.length > 0) writeAll(this.fd, this.room, 0, this.length, this.begin);
    this.length = 0;
  }
}
