/**
 * An operation under way (MPI 4.1, section 3.7).
 *
 * Finish it with {@link Request.wait}, which blocks, or with `await`, which lets the event loop turn meanwhile.
 * The messages of a request move only while its rank is in a call of its communicators or awaits a request.
 */
export interface Request<T> extends PromiseLike<T> {
  /** Blocks until the operation is complete; throws what went wrong with it. May be called again. */
  wait(): T;
  /** Says whether the operation is complete, after moving it on as far as possible without blocking. */
  test(): boolean;
}

/** Blocks until all requests are complete and returns their results in order (MPI 4.1, section 3.7.5). */
export function waitAll<T>(requests: readonly Request<T>[]): T[] {
  return requests.map((request) => request.wait());
}
