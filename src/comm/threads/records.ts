import { copyBytes } from "../../native/index.js";
import type { Arrival } from "../matching.js";
import type { Ring } from "./ring.js";
import { awaitReadable, setTaken, type Ticket } from "./tickets.js";

/*
 * The two kinds of records in a ring.
 *
 * EAGER: header and the message itself.
 * RENDEZVOUS: header and where the message lies in shared memory; the receiver fetches it and says so on the ticket.
 *
 * Header, in int32 words: 0 length of the record, 1 kind, 2 element type, 3 context, 4 source, 5 tag, 6 bytes of an eager message.
 * Then, for rendezvous: float64 4 bytes, float64 5 offset; int32 12 number of the buffer, 13 number of the ticket's page, 14 index.
 */

const EAGER = 1;
const RENDEZVOUS = 2;
const HEADER_BYTES = 32;
const RENDEZVOUS_BYTES = 64;

/** Long messages that have to be copied to shared memory first are read in pieces of this size while they are still being copied. */
export const CHUNK = 131072;

/** The longest message that goes through `ring` itself. */
export function eagerLimit(ring: Ring): number {
  return ring.maxRecord - HEADER_BYTES;
}

export interface Envelope {
  readonly context: number;
  readonly source: number;
  readonly tag: number;
  readonly type: number;
}

/** Where a long message lies. */
export interface Location {
  readonly bytes: number;
  readonly offset: number;
  /** Numbers by which the receiver finds the buffer and the ticket's page among the sender's shared buffers. */
  readonly bufferId: number;
  readonly pageId: number;
  readonly index: number;
}

/** Writes a message into the ring; false while the ring is too full. */
export function writeEager(ring: Ring, envelope: Envelope, message: Uint8Array): boolean {
  const at = ring.reserve(HEADER_BYTES + ((message.length + 7) & ~7));
  if (at < 0) return false;
  writeHeader(ring, at, EAGER, envelope);
  ring.words[(at >> 2) + 6] = message.length;
  ring.bytes.set(message, at + HEADER_BYTES);
  ring.publish();
  return true;
}

/** Writes into the ring where a message lies, asking `locate` once it is sure that there is room; false while there is none. */
export function writeRendezvous(ring: Ring, envelope: Envelope, locate: () => Location): boolean {
  const at = ring.reserve(RENDEZVOUS_BYTES);
  if (at < 0) return false;
  const { bytes, offset, bufferId, pageId, index } = locate();
  writeHeader(ring, at, RENDEZVOUS, envelope);
  ring.floats[(at >> 3) + 4] = bytes;
  ring.floats[(at >> 3) + 5] = offset;
  ring.words.set([bufferId, pageId, index], (at >> 2) + 12);
  ring.publish();
  return true;
}

function writeHeader({ words }: Ring, at: number, kind: number, envelope: Envelope): void {
  const w = at >> 2;
  words[w + 1] = kind;
  words[w + 2] = envelope.type;
  words[w + 3] = envelope.context;
  words[w + 4] = envelope.source;
  words[w + 5] = envelope.tag;
}

/** What a reader needs to fetch long messages from one sender. */
export interface Sender {
  find(bufferId: number): SharedArrayBuffer;
  /** Tells the sender that a ticket has changed. */
  wake(): void;
}

/** The record at `at`. Before the record is released, {@link Incoming.keep} what is not delivered. */
export function readRecord(ring: Ring, at: number, sender: Sender): Incoming {
  const { words, floats, bytes } = ring;
  const w = at >> 2;
  const envelope = { type: words[w + 2], context: words[w + 3], source: words[w + 4], tag: words[w + 5] };
  if (words[w + 1] === EAGER) {
    const begin = at + HEADER_BYTES;
    return new EagerMessage(envelope, bytes.subarray(begin, begin + words[w + 6]));
  }
  return new RendezvousMessage(envelope, sender, {
    bytes: floats[(at >> 3) + 4],
    offset: floats[(at >> 3) + 5],
    bufferId: words[w + 12],
    pageId: words[w + 13],
    index: words[w + 14],
  });
}

/** An arrival that may still lie in the ring. */
export interface Incoming extends Arrival {
  /** Makes the arrival independent of the ring. */
  keep(): void;
}

/** A message that is in this thread's hands as a whole. */
export class EagerMessage implements Incoming {
  readonly context: number;
  readonly source: number;
  readonly tag: number;
  readonly type: number;

  constructor(
    envelope: Envelope,
    private message: Uint8Array,
    private readonly onDelivered?: () => void,
  ) {
    this.context = envelope.context;
    this.source = envelope.source;
    this.tag = envelope.tag;
    this.type = envelope.type;
  }

  get bytes(): number {
    return this.message.length;
  }

  keep(): void {
    this.message = this.message.slice();
  }

  deliver(into: Uint8Array | undefined): void {
    into?.set(this.message);
    this.onDelivered?.();
  }
}

class RendezvousMessage implements Incoming {
  readonly context: number;
  readonly source: number;
  readonly tag: number;
  readonly type: number;

  constructor(
    envelope: Envelope,
    private readonly sender: Sender,
    private readonly location: Location,
  ) {
    this.context = envelope.context;
    this.source = envelope.source;
    this.tag = envelope.tag;
    this.type = envelope.type;
  }

  get bytes(): number {
    return this.location.bytes;
  }

  keep(): void {}

  deliver(into: Uint8Array | undefined): void {
    const { sender, location } = this;
    const { bytes, offset, index } = location;
    const ticket: Ticket = { words: new Int32Array(sender.find(location.pageId)), index };
    if (into !== undefined) {
      const message = new Uint8Array(sender.find(location.bufferId), offset, bytes);
      for (let at = 0, chunk = 0; at < bytes; at += CHUNK, chunk++) {
        awaitReadable(ticket, chunk);
        copyBytes(into.subarray(at), message.subarray(at, at + CHUNK));
      }
    }
    setTaken(ticket);
    sender.wake();
  }
}
