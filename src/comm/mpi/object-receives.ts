import { ANY_SOURCE, ANY_TAG } from "../comm.js";
import type { Matched } from "../message.js";
import { AwaitableRequest, type Request } from "../request.js";
import { Pauses } from "./requests.js";
import type { MpiTransport } from "./transport.js";

/** Looks without a pause before a rank that waits begins to sleep a little between them, and how long, in milliseconds. */
const MOST_LOOKS = 1000;
const NAP = 0.05;
const pillow = new Int32Array(new SharedArrayBuffer(4));

/**
 * The receives of values that have been started on one communicator and have no message yet, in the order of their start.
 *
 * MPI must be given the room for a message before it comes, but the length of a value is known only then. So a receive of a
 * value takes its message out of matching when somebody looks: the earliest that it fits gets it, whoever has found it.
 */
export class ObjectReceives {
  private readonly waiting: ObjectReceive<unknown>[] = [];

  constructor(private readonly transport: MpiTransport) {}

  start<T>(call: number, source: number, tag: number, open: (bytes: Uint8Array) => T): Request<T> {
    const receive = new ObjectReceive(this, call, source, tag, open);
    this.waiting.push(receive);
    return receive;
  }

  /** Hands out what has come. */
  advance(): void {
    for (let i = 0; i < this.waiting.length; ) {
      const { source, tag } = this.waiting[i];
      const found = this.transport.improbe(source, tag);
      i = found === undefined ? i + 1 : this.give(found);
    }
  }

  /** Returns when `receive` has its message. */
  block(receive: ObjectReceive<unknown>): void {
    const { call, source, tag } = receive;
    for (let looks = 0; !receive.matched; looks++) {
      if (this.waiting.length === 1) this.give(this.transport.mprobe(call, source, tag));
      else this.advance();
      if (looks > MOST_LOOKS) Atomics.wait(pillow, 0, 0, NAP);
    }
  }

  private give(found: Matched): number {
    const { source, tag } = found.status;
    const i = this.waiting.findIndex((receive) => receive.fits(source, tag));
    const [receive] = this.waiting.splice(i, 1);
    receive.take(found);
    return i;
  }
}

/** A receive of a value. */
class ObjectReceive<T> extends AwaitableRequest<T> {
  private arriving: Request<T> | undefined;
  private readonly pauses = new Pauses();

  constructor(
    private readonly receives: ObjectReceives,
    readonly call: number,
    readonly source: number,
    readonly tag: number,
    private readonly open: (bytes: Uint8Array) => T,
  ) {
    super();
  }

  get matched(): boolean {
    return this.arriving !== undefined;
  }

  fits(source: number, tag: number): boolean {
    return (
      (this.source === source || this.source === ANY_SOURCE) && (this.tag === tag || this.tag === ANY_TAG)
    );
  }

  take(found: Matched): void {
    this.arriving = found.irecvObject(this.call, this.open);
  }

  wait(): T {
    this.receives.block(this);
    return this.arriving!.wait();
  }

  test(): boolean {
    if (this.arriving === undefined) this.receives.advance();
    return this.arriving?.test() ?? false;
  }

  protected turn(): Promise<void> {
    return this.pauses.next();
  }
}
