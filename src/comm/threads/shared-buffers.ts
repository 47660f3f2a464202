import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";

/** How ranks tell each other of a SharedArrayBuffer; from then on its number is enough. */
interface Notice {
  readonly id: number;
  /** Absent: forget the buffer with this number. */
  readonly buffer?: SharedArrayBuffer;
}

interface Entry {
  readonly id: number;
  readonly known: boolean[];
  uses: number;
}

/** Buffers that a rank keeps known to its peers at the same time; older ones are forgotten. */
const MOST_KNOWN = 64;
/** The smallest staging buffer, and the bytes of idle ones that a rank keeps. */
const SMALLEST_STAGE = 65536;
const MOST_IDLE = 32 * 1024 * 1024;

/**
 * The SharedArrayBuffers that ranks show each other.
 *
 * An ArrayBuffer object cannot go through shared memory, so each is handed over once through a MessagePort and called by its
 * number afterwards. A notice is in the peer's queue before the number that it explains is written, so whoever reads a
 * number that is new to it finds the notice by emptying the queue.
 */
export class SharedBuffers {
  private readonly own = new Map<SharedArrayBuffer, Entry>();
  private readonly seen: Map<number, SharedArrayBuffer>[];
  private readonly idle: SharedArrayBuffer[] = [];
  private idleBytes = 0;
  /** Bytes of staging buffers in use. */
  stagedBytes = 0;
  private latest: { readonly buffer: SharedArrayBuffer; readonly entry: Entry } | undefined;
  private nextId = 1;

  constructor(private readonly ports: readonly (MessagePort | null)[]) {
    this.seen = ports.map(() => new Map());
  }

  /** The number under which `peers` (world ranks) know `buffer` from now on. */
  show(buffer: SharedArrayBuffer, peers: readonly number[]): number {
    const entry = this.entry(buffer);
    for (const peer of peers) {
      if (entry.known[peer]) continue;
      entry.known[peer] = true;
      this.ports[peer]?.postMessage({ id: entry.id, buffer } satisfies Notice);
    }
    return entry.id;
  }

  /** As {@link SharedBuffers.show} to one peer that may look at it later: the number stays valid until {@link SharedBuffers.release}. */
  lend(buffer: SharedArrayBuffer, peer: number): number {
    const id = this.show(buffer, [peer]);
    this.entry(buffer).uses++;
    return id;
  }

  release(buffer: SharedArrayBuffer): void {
    this.entry(buffer).uses--;
  }

  /** The buffer that `owner` calls `id`. */
  find(owner: number, id: number): SharedArrayBuffer {
    const seen = this.seen[owner];
    for (;;) {
      const buffer = seen.get(id);
      if (buffer !== undefined) return buffer;
      const notice: Notice = receiveMessageOnPort(this.ports[owner]!)!.message;
      if (notice.buffer === undefined) seen.delete(notice.id);
      else seen.set(notice.id, notice.buffer);
    }
  }

  /** A buffer of at least `bytes` for data that are not in shared memory. Give it back with {@link SharedBuffers.unstage}. */
  stage(bytes: number): SharedArrayBuffer {
    const buffer = this.takeIdle(bytes) ?? new SharedArrayBuffer(stageBytes(bytes));
    this.stagedBytes += buffer.byteLength;
    return buffer;
  }

  unstage(buffer: SharedArrayBuffer): void {
    this.stagedBytes -= buffer.byteLength;
    if (this.idleBytes + buffer.byteLength > MOST_IDLE) return;
    this.idleBytes += buffer.byteLength;
    this.idle.push(buffer);
    this.idle.sort((a, b) => a.byteLength - b.byteLength);
  }

  private takeIdle(bytes: number): SharedArrayBuffer | undefined {
    const i = this.idle.findIndex((buffer) => buffer.byteLength >= bytes);
    if (i < 0) return undefined;
    const [buffer] = this.idle.splice(i, 1);
    this.idleBytes -= buffer.byteLength;
    return buffer;
  }

  private entry(buffer: SharedArrayBuffer): Entry {
    if (this.latest?.buffer === buffer) return this.latest.entry;
    const entry = this.own.get(buffer) ?? { id: this.nextId++, known: [], uses: 0 };
    // a Map keeps the order of insertion: the oldest is the one least recently used
    if (!this.own.delete(buffer) && this.own.size >= MOST_KNOWN) this.forgetOldest();
    this.own.set(buffer, entry);
    this.latest = { buffer, entry };
    return entry;
  }

  private forgetOldest(): void {
    for (const [buffer, { id, known, uses }] of this.own) {
      if (uses > 0) continue;
      this.own.delete(buffer);
      known.forEach((_, peer) => {
        this.ports[peer]?.postMessage({ id } satisfies Notice);
      });
      return;
    }
  }
}

function stageBytes(bytes: number): number {
  const reusable = Math.max(SMALLEST_STAGE, 2 ** Math.ceil(Math.log2(bytes)));
  return reusable <= MOST_IDLE ? reusable : bytes;
}
