import * as fs from "node:fs";
import type { Runs } from "./runs.js";

/** Most bytes in one call of the system, which takes at most 2 GiB. */
const MOST = 2 ** 30;
/** Pieces from this length on are read and written by a call each: such a call takes longer than copying them would. */
export const LONG = 16 * 1024;
/** Room in which short pieces are put together, and how many. */
const WINDOW = 1024 * 1024;
const MOST_PIECES = 8192;

/** Reads pieces of a file into `into`, one after the other. Short ones are taken out of a longer stretch of the file. */
export function readRuns(fd: number, runs: Runs, into: Uint8Array): void {
  const window = new Window();
  for (let to = 0; runs.bytes > 0; ) {
    if (runs.bytes >= LONG) {
      readAll(fd, into, to, runs.bytes, runs.at);
      to += runs.bytes;
      runs.next();
    } else {
      window.collect(runs);
      to = window.read(fd, into, to);
    }
  }
}

/**
 * Writes pieces of a file from `from`, one after the other, by a call each.
 *
 * What lies between short pieces is not read and written back with them, as MPI libraries do under locks: other ranks
 * and programs may write it at the same time.
 */
export function writeRuns(fd: number, runs: Runs, from: Uint8Array): void {
  for (let at = 0; runs.bytes > 0; runs.next()) {
    writeAll(fd, from, at, runs.bytes, runs.at);
    at += runs.bytes;
  }
}

/** Copies bytes, which is faster one by one if they are few. */
export function copyBytes(from: Uint8Array, at: number, count: number, to: Uint8Array, begin: number): void {
  if (count > 64) to.set(from.subarray(at, at + count), begin);
  else for (let i = 0; i < count; i++) to[begin + i] = from[at + i];
}

/** Writes `count` bytes of `from` at a place in a file. */
export function writeAll(fd: number, from: Uint8Array, at: number, count: number, place: number): void {
  for (let done = 0; done < count; )
    done += fs.writeSync(fd, from, at + done, Math.min(count - done, MOST), place + done);
}

function readAll(fd: number, into: Uint8Array, to: number, count: number, place: number): void {
  for (let done = 0; done < count; ) {
    const got = fs.readSync(fd, into, to + done, Math.min(count - done, MOST), place + done);
    if (got === 0) throw new Error(`it ends at byte ${place + done}: it has become shorter meanwhile`);
    done += got;
  }
}

/** A stretch of a file with the short pieces in it that are wanted. */
class Window {
  private bytes = new Uint8Array(0);
  private readonly places = new Float64Array(MOST_PIECES);
  private readonly lengths = new Int32Array(MOST_PIECES);
  private count = 0;

  /** Takes pieces until the next one is long or too far away. */
  collect(runs: Runs): void {
    const begin = runs.at;
    let end = begin;
    this.count = 0;
    while (runs.bytes > 0 && runs.bytes < LONG && this.count < MOST_PIECES) {
      if (runs.at - end >= LONG || runs.at + runs.bytes - begin > WINDOW) break;
      this.places[this.count] = runs.at;
      this.lengths[this.count++] = runs.bytes;
      end = runs.at + runs.bytes;
      runs.next();
    }
  }

  /** Reads the stretch; gives the position in `into` behind its pieces. */
  read(fd: number, into: Uint8Array, to: number): number {
    const { places, lengths, count } = this;
    const begin = places[0];
    const length = places[count - 1] + lengths[count - 1] - begin;
    if (this.bytes.length < length) this.bytes = new Uint8Array(Math.min(WINDOW, 2 * length));
    readAll(fd, this.bytes, 0, length, begin);
    for (let i = 0; i < count; i++) {
      copyBytes(this.bytes, places[i] - begin, lengths[i], into, to);
      to += lengths[i];
    }
    return to;
  }
}
