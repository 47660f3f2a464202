import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { bytesOf, type ElementType, type TypedArray } from "../elements.js";
import type { Folder } from "../fold.js";
import { type Group, Receive } from "../matching.js";
import type { Lane, Step } from "../nonblocking/lane.js";
import type { Endpoint } from "./endpoint.js";
import { Send } from "./send.js";

/** The messages of one nonblocking collective among threads. */
export class ThreadsLane implements Lane {
  readonly rank: number;
  readonly size: number;
  private readonly lane: Group;
  private operations: (Send | Receive)[] = [];

  /** @param number how many collectives have been started on the communicator before this one, the tag of its messages */
  constructor(
    private readonly endpoint: Endpoint,
    private readonly call: number,
    readonly group: Group,
    private readonly number: number,
  ) {
    this.rank = group.rank;
    this.size = group.ranks.length;
    // no communicator has a negative number
    this.lane = { ...group, context: ~group.context };
  }

  get folder(): Folder {
    return this.endpoint.folder;
  }

  send(type: ElementType, buf: TypedArray, dest: number): Step {
    const { endpoint, call, lane, number } = this;
    const send = new Send(endpoint, call, lane, dest, number, type, bytesOf(buf), false);
    endpoint.links.start(send);
    this.operations.push(send);
    return { test: () => send.done };
  }

  receive(type: ElementType, buf: TypedArray, source: number): Step {
    const receive = new Receive(this.call, this.lane, source, this.number, type, bytesOf(buf));
    this.endpoint.matcher.post(receive);
    this.operations.push(receive);
    return {
      test: () => {
        if (!receive.done) return false;
        const { bytes } = receive.result();
        if (bytes !== buf.byteLength) throw this.wrongLength(source, bytes / type.bytes, buf.length);
        return true;
      },
    };
  }

  /** World ranks that this one waits for. */
  awaited(): number[] {
    return [...new Set(this.pending().map((operation) => this.peerOf(operation)))];
  }

  /** The error of waiting for a rank that cannot do its part any more, if there is one. */
  lost(): TuttiError | undefined {
    const { control, links, rank } = this.endpoint;
    const gone = this.pending().filter((operation) => control.finished(this.peerOf(operation)));
    if (gone.length === 0) return undefined;
    links.progress(); // it may have done its part before
    const operation = gone.find(({ done }) => !done);
    if (operation === undefined) return undefined;
    const [call, peer, { name }] = [CALLS[this.call], this.peerOf(operation), this.group];
    const message = `${call}: rank ${rank} waits for rank ${peer}, which has returned without doing its part (on ${name})`;
    return new TuttiError("deadlock", message, { call, rank, peer, communicator: name });
  }

  /** Takes back what has no message yet, which must not get one that comes later. */
  giveUp(): void {
    for (const operation of this.pending())
      if (operation instanceof Receive) this.endpoint.matcher.withdraw(operation);
  }

  private pending(): (Send | Receive)[] {
    this.operations = this.operations.filter(({ done }) => !done);
    return this.operations;
  }

  private peerOf(operation: Send | Receive): number {
    return operation instanceof Send ? operation.dest : this.group.ranks[operation.source];
  }

  private wrongLength(source: number, sent: number, wanted: number): TuttiError {
    const { name, rank } = this.group;
    const call = CALLS[this.call];
    const message = `${call}: rank ${rank} of ${name} expects ${wanted} elements from rank ${source}, which has sent ${sent}`;
    return new TuttiError("mismatch", message, { call, rank, source, sent, wanted });
  }
}
