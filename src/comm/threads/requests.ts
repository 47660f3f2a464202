import type { Receive } from "../matching.js";
import { AwaitableRequest } from "../request.js";
import type { Status } from "../status.js";
import type { Endpoint } from "./endpoint.js";
import type { Send } from "./send.js";

/** A send under way. */
export class SendRequest extends AwaitableRequest<void> {
  constructor(
    private readonly endpoint: Endpoint,
    private readonly send: Send,
  ) {
    super();
  }

  wait(): void {
    this.endpoint.finish(this.send);
  }

  test(): boolean {
    return this.endpoint.poll(this.send);
  }

  protected turn(): Promise<void> {
    return this.endpoint.turn(this.send);
  }
}

/** A receive under way. */
export class ReceiveRequest extends AwaitableRequest<Status> {
  constructor(
    private readonly endpoint: Endpoint,
    private readonly receive: Receive,
  ) {
    super();
  }

  wait(): Status {
    this.endpoint.finish(this.receive);
    return this.receive.result();
  }

  test(): boolean {
    if (!this.endpoint.poll(this.receive)) return false;
    this.receive.result();
    return true;
  }

  protected turn(): Promise<void> {
    return this.endpoint.turn(this.receive);
  }
}
