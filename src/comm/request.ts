/**
 * An operation under way (MPI 4.1, section 3.7).
 *
 * Finish it with {@link Request.wait}, which blocks, or with `await`, which lets the event loop turn meanwhile.
 * The messages of a request move only while its rank is in a call of its communicators or awaits a request.
 */
export interface Request<T> extends PromiseLike<T> {
  /** Blocks until the operation is complete; throws what went wrong with it. May be called again. */
  wait(): T;
  /** Says whether the operation is complete, after moving it on as far as possible without blocking; throws as `wait`. */
  test(): boolean;
}

/** What each of several requests gives. */
export type Results<R extends readonly Request<unknown>[]> = {
  -readonly [K in keyof R]: R[K] extends Request<infer T> ? T : never;
};

/** Blocks until all requests are complete and returns their results in order (MPI 4.1, section 3.7.5). */
export function waitAll<const R extends readonly Request<unknown>[]>(requests: R): Results<R> {
  return requests.map((request) => request.wait()) as Results<R>;
}

/** What makes any engine's requests awaitable. */
export abstract class AwaitableRequest<T> implements Request<T> {
  abstract wait(): T;
  abstract test(): boolean;
  /** Resolves when it is worth calling `test` again. */
  protected abstract turn(): Promise<void>;

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is the purpose
  then<R1 = T, R2 = never>(
    onfulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.settle().then(onfulfilled, onrejected);
  }

  private async settle(): Promise<T> {
    while (!this.test()) await this.turn();
    return this.wait();
  }
}

/** A request that is complete from the beginning. */
export class CompletedRequest<T> extends AwaitableRequest<T> {
  constructor(private readonly value: T) {
    super();
  }

  wait(): T {
    return this.value;
  }

  test(): boolean {
    return true;
  }

  protected async turn(): Promise<void> {}
}
