import { CALL } from "../../calls.js";
import { ELEMENT_TYPES, UINT8 } from "../../elements.js";
import type { Unreceived } from "../../explain/operation.js";
import { type Arrival, type Group, Matcher, Receive } from "../../matching.js";
import type { Request } from "../../request.js";
import type { Mpi } from "../mpi.js";
import { MpiRequest } from "../requests.js";
import type { Untaken } from "./letters.js";
import { readWireTag } from "./wire-tag.js";

/** A communicator as the messages on it see it. */
export class Channel {
  /** Messages that have come from each of its ranks, and gone to each. */
  readonly arrived: number[];
  readonly sent: number[];

  constructor(
    readonly comm: number,
    readonly group: Group,
  ) {
    this.arrived = group.ranks.map(() => 0);
    this.sent = group.ranks.map(() => 0);
  }
}

/**
 * All messages that have come to this rank, on whatever communicator.
 *
 * Messages are matched here as on the threads engine, so that one that does not fit its receive is refused with the same
 * words before it can do harm, and what nobody receives can be named. MPI's matched probes hand them over in order.
 */
export class Inbox {
  readonly matcher = new Matcher();
  /** Messages that have come from each rank of the world, and gone to each. */
  readonly arrived: number[];
  readonly sent: number[];
  private readonly channels = new Set<Channel>();
  private readonly untaken = new Set<Message>();
  private readonly handle = new Int32Array(2);

  constructor(
    private readonly mpi: Mpi,
    worldSize: number,
  ) {
    this.arrived = new Array<number>(worldSize).fill(0);
    this.sent = new Array<number>(worldSize).fill(0);
  }

  open(channel: Channel): void {
    this.channels.add(channel);
  }

  /** To be called when no more messages can come. */
  close(channel: Channel): void {
    this.channels.delete(channel);
  }

  /** Counts a message on its way to a rank of the channel; how it is known until somebody takes it. */
  depart(channel: Channel, dest: number): Untaken {
    const { ranks, rank, context } = channel.group;
    this.sent[ranks[dest]]++;
    return { sender: ranks[rank], receiver: ranks[dest], context, index: channel.sent[dest]++ };
  }

  /** Takes in what has come. */
  pull(): void {
    for (const channel of this.channels) while (this.pullOne(channel));
  }

  /** Whether a message has come that nobody has received. */
  holds({ sender, context, index }: Untaken): boolean {
    for (const message of this.untaken)
      if (message.context === context && message.sender === sender && message.index === index) return true;
    return false;
  }

  /** Messages that nobody has received. */
  unreceived(): Unreceived[] {
    return [...this.untaken].map(({ sender, tag, type, bytes, context, communicator }) => ({
      source: sender,
      tag,
      count: bytes / ELEMENT_TYPES[type].bytes,
      type: ELEMENT_TYPES[type].name,
      communicator,
      context,
    }));
  }

  /** Receives what nobody wants, so that its senders can end. */
  drain(): Request<void>[] {
    return [...this.untaken].map((message) => {
      message.deliver(undefined);
      return message.transfer!;
    });
  }

  private pullOne(channel: Channel): boolean {
    const { mpi, handle } = this;
    const { anySource, anyTag } = mpi.abi;
    const { comm, group } = channel;
    mpi.f.Improbe(anySource, anyTag, comm, mpi.intsAddress, mpi.address(handle), mpi.statusAddress);
    if (mpi.ints[0] === 0) return false;
    const { source, tag, bytes } = mpi.readStatus();
    const index = channel.arrived[source]++;
    this.arrived[group.ranks[source]]++;
    const message = new Message(
      mpi,
      handle.slice(),
      group,
      { source, bytes, index, ...readWireTag(tag) },
      () => this.untaken.delete(message),
    );
    this.untaken.add(message);
    if (!this.matcher.offer(message)) this.matcher.keep(message);
    return true;
  }
}

/** A message of which the library has told that it is there. */
class Message implements Arrival {
  readonly context: number;
  readonly communicator: string;
  /** World rank of the sender. */
  readonly sender: number;
  readonly source: number;
  readonly tag: number;
  readonly type: number;
  readonly bytes: number;
  /** Number of the message among those of its sender on its communicator. */
  readonly index: number;
  /** Its way into the receiver's buffer. */
  transfer: Request<void> | undefined;

  constructor(
    private readonly mpi: Mpi,
    private readonly handle: Int32Array,
    group: Group,
    {
      source,
      tag,
      type,
      bytes,
      index,
    }: Readonly<Record<"source" | "tag" | "type" | "bytes" | "index", number>>,
    private readonly taken: () => void,
  ) {
    this.context = group.context;
    this.communicator = group.name;
    this.sender = group.ranks[source];
    this.source = source;
    this.tag = tag;
    this.type = type;
    this.bytes = bytes;
    this.index = index;
  }

  deliver(into: Uint8Array | undefined): void {
    const { mpi, bytes } = this;
    const room = into ?? new Uint8Array(bytes);
    const request = new MpiRequest<void>(mpi, room, (code) => {
      if (code !== 0)
        throw mpi.error(CALL.recv, code, `message from rank ${this.source}, on ${this.communicator}`);
    });
    const [at, handleAt] = [mpi.address(room), mpi.address(this.handle)];
    this.transfer = request.started(
      mpi.f.Imrecv(at, mpi.items(bytes), mpi.itemType(UINT8, bytes), handleAt, request.slot),
    );
    this.taken();
  }
}

/** A receive whose message may still be on its way after it has been chosen. */
export class CheckedReceive extends Receive {
  private transfer: Request<void> | undefined;

  override complete(arrival: Arrival): void {
    super.complete(arrival);
    this.transfer = (arrival as Message).transfer;
  }

  /** Takes a message that has been taken out of matching. @throws TuttiError before, if it does not fit */
  accept(arrival: Arrival): void {
    const error = this.refusal(arrival);
    if (error !== undefined) throw error;
    this.complete(arrival);
  }

  /** Whether the message is in the buffer. */
  isReady(): boolean {
    return this.done && this.transfer!.test();
  }
}
