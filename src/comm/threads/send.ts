import { copyBytes } from "../../native/index.js";
import type { ElementType } from "../elements.js";
import type { Group } from "../matching.js";
import type { Endpoint } from "./endpoint.js";
import { CHUNK, EagerMessage, type Envelope, eagerLimit, writeEager, writeRendezvous } from "./records.js";
import { isTaken, setReadable, type Ticket } from "./tickets.js";

const ALL = 0x7fffffff;

/** A send that has been started. */
export class Send {
  done = false;
  /** World rank of the receiver. */
  readonly dest: number;
  readonly envelope: Envelope;
  private ticket: Ticket | undefined;
  private lent: SharedArrayBuffer | undefined;
  private staged = false;

  constructor(
    private readonly endpoint: Endpoint,
    readonly call: number,
    readonly group: Group,
    dest: number,
    readonly tag: number,
    type: ElementType,
    readonly message: Uint8Array,
    private readonly synchronous: boolean,
  ) {
    this.dest = group.ranks[dest];
    this.envelope = { context: group.context, source: group.rank, tag, type: type.code };
  }

  /** Hands the message on, or where it lies; false while the ring is too full. */
  transmit(): boolean {
    const { endpoint, dest, envelope, message } = this;
    if (dest === endpoint.rank) {
      this.toSelf();
      return true;
    }
    const ring = endpoint.links.to(dest);
    if (message.length <= eagerLimit(ring) && !this.synchronous) {
      if (!writeEager(ring, envelope, message)) return false;
      endpoint.control.wake(dest);
      this.done = true;
      return true;
    }
    if (!writeRendezvous(ring, envelope, () => this.lend())) return false;
    endpoint.control.wake(dest);
    if (this.staged) this.stage();
    return true;
  }

  /** Completes the send if the receiver has taken the message, and says whether it has. */
  collect(): boolean {
    if (this.done) return true;
    const { endpoint, ticket, lent } = this;
    if (ticket === undefined || lent === undefined || !isTaken(ticket)) return false;
    endpoint.buffers.release(lent);
    endpoint.buffers.release(ticket.words.buffer as SharedArrayBuffer);
    if (this.staged) endpoint.buffers.unstage(lent);
    endpoint.tickets.giveBack(ticket);
    this.done = true;
    return true;
  }

  private toSelf(): void {
    const { endpoint, envelope, message } = this;
    const arrival = new EagerMessage(envelope, message, () => {
      this.done = true;
      endpoint.control.wake(endpoint.rank); // it may await what this completes
    });
    if (endpoint.matcher.offer(arrival)) return;
    arrival.keep();
    endpoint.matcher.keep(arrival);
    this.done = !this.synchronous;
  }

  private lend() {
    const { endpoint, dest, message } = this;
    const ticket = endpoint.tickets.take();
    this.ticket = ticket;
    this.staged = !(message.buffer instanceof SharedArrayBuffer);
    const buffer = this.staged ? endpoint.links.stage(message.length) : (message.buffer as SharedArrayBuffer);
    this.lent = buffer;
    setReadable(ticket, this.staged ? 0 : ALL);
    return {
      bytes: message.length,
      offset: this.staged ? 0 : message.byteOffset,
      bufferId: endpoint.buffers.lend(buffer, dest),
      pageId: endpoint.buffers.lend(ticket.words.buffer as SharedArrayBuffer, dest),
      index: ticket.index,
    };
  }

  /** Copies the message to shared memory while the receiver already reads what is there. */
  private stage(): void {
    const { message, ticket, lent } = this;
    const stage = new Uint8Array(lent!);
    for (let at = 0, chunk = 1; at < message.length; at += CHUNK, chunk++) {
      copyBytes(stage.subarray(at), message.subarray(at, at + CHUNK));
      setReadable(ticket!, chunk);
    }
  }
}
