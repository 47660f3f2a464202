import { Writable } from "node:stream";
import { tell } from "./rank-inbox.js";
import type { RankStart, StreamName } from "./rank-protocol.js";

/** A rank waits when so many bytes of its output are still to be written. */
const MAX_UNWRITTEN = 1 << 20;

/**
 * Replaces `process.stdout` and `process.stderr` of a rank.
 *
 * A worker's own streams hand over their second write only when its event loop turns, which in a rank that blocks in
 * communication may be never. These hand over every write at once.
 */
export function redirectOutput(start: RankStart): void {
  for (const [fd, name] of [
    [1, "stdout"],
    [2, "stderr"],
  ] as const) {
    const stream = Object.assign(new RankStream(name, start), { fd });
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => stream });
  }
}

class RankStream extends Writable {
  readonly #name: StreamName;
  readonly #start: RankStart;

  constructor(name: StreamName, start: RankStart) {
    super({ decodeStrings: false });
    this.#name = name;
    this.#start = start;
  }

  override _write(data: string | Buffer, encoding: BufferEncoding, done: () => void): void {
    const isText = typeof data === "string" && /^utf-?8$/i.test(encoding);
    // A copy: a Buffer may be a window on a pool, which would be cloned as a whole.
    const chunk = isText ? data : new Uint8Array(Buffer.from(data as string, encoding));
    tell(this.#start, { kind: "output", stream: this.#name, chunk });
    const { unwritten } = this.#start;
    let bytes = Atomics.add(unwritten, 0, sizeOf(chunk)) + sizeOf(chunk);
    while (bytes > MAX_UNWRITTEN) {
      Atomics.wait(unwritten, 0, bytes);
      bytes = Atomics.load(unwritten, 0);
    }
    done();
  }
}

/** Of chunks that a rank has sent: bytes, or UTF-16 units, which is all that flow control needs. */
export function sizeOf(chunk: string | Uint8Array): number {
  return chunk.length;
}

/**
 * Writes what several ranks print to one stream, whole lines at a time.
 *
 * The last line of a rank that lacks its end is kept until {@link flush}, so that nothing gets between its parts.
 */
export class LineMerger {
  readonly #write: (bytes: Uint8Array, done: () => void) => void;
  readonly #prefix: (rank: number) => string;
  readonly #tails: Buffer[][];
  readonly #whole: boolean;

  /**
   * @param size number of ranks
   * @param tag whether lines begin with `[rank] `
   * @param write takes bytes and calls back when they are written
   */
  constructor(size: number, tag: boolean, write: (bytes: Uint8Array, done: () => void) => void) {
    this.#write = write;
    this.#prefix = tag ? (rank) => `[${rank}] ` : () => "";
    this.#tails = Array.from({ length: size }, () => []);
    this.#whole = size > 1 || tag; // one rank has nobody to mix with: its prompts and dots appear as they come
  }

  /** Takes what a rank has printed and calls back when it is written, or at once if it is kept for later. */
  push(rank: number, chunk: string | Uint8Array, done: () => void): void {
    const bytes = Buffer.from(chunk as string);
    const end = this.#whole ? bytes.lastIndexOf("\n") + 1 : bytes.length;
    const tail = this.#tails[rank];
    if (end === 0) {
      tail.push(bytes);
      done();
      return;
    }
    const lines = Buffer.concat([...tail, bytes.subarray(0, end)]);
    this.#tails[rank] = end < bytes.length ? [bytes.subarray(end)] : [];
    this.#write(this.#tagged(rank, lines), done);
  }

  /** Writes the unfinished lines in the order of ranks, each but the last with a line end; that one too if `close`. */
  flush(close: boolean): void {
    const open = this.#tails.map((tail, rank) => ({ rank, bytes: Buffer.concat(tail) }));
    const rest = open.filter(({ bytes }) => bytes.length > 0);
    for (const [i, { rank, bytes }] of rest.entries()) {
      const end = close || i < rest.length - 1 ? "\n" : "";
      this.#write(Buffer.concat([this.#tagged(rank, bytes), Buffer.from(end)]), () => {});
      this.#tails[rank] = [];
    }
  }

  #tagged(rank: number, lines: Buffer): Uint8Array {
    const prefix = this.#prefix(rank);
    if (prefix === "") return lines;
    // latin1 maps bytes to characters one to one, whatever their meaning
    const text = lines.toString("latin1").replace(/[^\n]*\n|[^\n]+$/g, (line) => prefix + line);
    return Buffer.from(text, "latin1");
  }
}
