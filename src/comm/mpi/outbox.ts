import type { Request } from "../request.js";

/**
 * Values on their way that nobody waits for. They are written out when their send begins, so it may return at once (MPI 4.1,
 * section 3.4, as a buffered send does): a receiver takes a value only when it looks for it, which it may not do for long.
 */
export class Outbox {
  private leaving: Request<void>[] = [];

  post(send: Request<void>): void {
    this.leaving.push(send);
    this.leaving = this.leaving.filter((request) => !request.test());
  }

  /** Returns when all have been taken; MPI must not end before (MPI 4.1, section 11.2.2). */
  drain(): void {
    for (const send of this.leaving.splice(0)) send.wait();
  }
}
