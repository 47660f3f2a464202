import type { Request } from "../request.js";

/** Several messages that are one operation. */
export class ExchangeRequest<T> implements Request<T> {
  private outcome: { readonly value: T } | { readonly error: unknown } | undefined;

  /**
   * @param messages the messages
   * @param finish waits for all of them, whatever goes wrong with any, and gives the result; called once
   */
  constructor(
    private readonly messages: readonly Request<unknown>[],
    private readonly finish: () => T,
  ) {}

  wait(): T {
    this.outcome ??= this.complete();
    if ("error" in this.outcome) throw this.outcome.error;
    return this.outcome.value;
  }

  test(): boolean {
    if (this.outcome === undefined && this.messages.map(isOver).includes(false)) return false;
    this.wait();
    return true;
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is the purpose
  then<R1 = T, R2 = never>(
    onfulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return Promise.allSettled(this.messages)
      .then(() => this.wait())
      .then(onfulfilled, onrejected);
  }

  private complete() {
    try {
      return { value: this.finish() };
    } catch (error) {
      return { error };
    }
  }
}

/** Whether a message is complete, well or not. */
function isOver(message: Request<unknown>): boolean {
  try {
    return message.test();
  } catch {
    return true;
  }
}
