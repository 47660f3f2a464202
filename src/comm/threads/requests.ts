import type { Receive } from "../matching.js";
import { AwaitableRequest, type Blocker } from "../request.js";
import type { Endpoint } from "./endpoint.js";
import type { Send } from "./send.js";
import type { Blocking } from "./waiter.js";

/** A request of this engine, which any number of others may be waited for together with. */
export abstract class ThreadsRequest<T> extends AwaitableRequest<T> {
  constructor(protected readonly endpoint: Endpoint) {
    super();
  }

  override get blocker(): Blocker {
    return this.endpoint.blocker;
  }

  /** How to wait for it. */
  abstract blocking(): Blocking;
}

/** A send under way. */
export class SendRequest extends ThreadsRequest<void> {
  constructor(
    endpoint: Endpoint,
    private readonly send: Send,
  ) {
    super(endpoint);
  }

  wait(): void {
    this.endpoint.finish(this.send);
  }

  test(): boolean {
    return this.endpoint.poll(this.send);
  }

  blocking(): Blocking {
    return this.endpoint.blocking(this.send);
  }

  protected turn(): Promise<void> {
    return this.endpoint.turn(this.send);
  }
}

/** A receive under way. */
export class ReceiveRequest<T> extends ThreadsRequest<T> {
  /** @param result what the request gives when the receive is done; throws what went wrong with it */
  constructor(
    endpoint: Endpoint,
    private readonly receive: Receive,
    private readonly result: () => T,
  ) {
    super(endpoint);
  }

  wait(): T {
    this.endpoint.finish(this.receive);
    return this.result();
  }

  test(): boolean {
    if (!this.endpoint.poll(this.receive)) return false;
    this.receive.result();
    return true;
  }

  blocking(): Blocking {
    return this.endpoint.blocking(this.receive);
  }

  protected turn(): Promise<void> {
    return this.endpoint.turn(this.receive);
  }
}
