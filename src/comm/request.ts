import type { PersistentRequest } from "./persistent.js";

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

/**
 * Requests, with undefined in the place of those that one is done with (MPI_REQUEST_NULL). Persistent requests that are not
 * active count as undefined.
 */
export type PendingRequests = readonly (Request<unknown> | undefined)[];

/** Says whether all requests are complete, after moving each on; throws as {@link Request.test} (MPI 4.1, section 3.7.5). */
export function testAll(requests: PendingRequests): boolean {
  const done = requests.map((request) => !isPending(request) || request.test());
  return !done.includes(false);
}

/** Position of the first request that is complete; undefined if none is, or none is left (MPI 4.1, section 3.7.5). */
export function testAny(requests: PendingRequests): number | undefined {
  const found = requests.findIndex((request) => isPending(request) && request.test());
  return found < 0 ? undefined : found;
}

/**
 * Blocks until one of the requests is complete and returns its position, undefined if none is left (MPI 4.1,
 * section 3.7.5). Put undefined in its place before the next call:
 *
 *     for (let i = waitAny(requests); i !== undefined; i = waitAny(requests)) {
 *       use(requests[i].wait());
 *       requests[i] = undefined;
 *     }
 *
 * @throws TuttiError as the `wait` of the requests
 */
export function waitAny(requests: PendingRequests): number | undefined {
  const pending = requests.filter(isPending);
  if (pending.length === 0) return undefined;
  const underway = pending.map(underwayOf);
  const blocker = blockerOf(underway);
  const deadline = performance.now() + LOOKING;
  for (let nap = SHORTEST_NAP; ; ) {
    const found = testAny(requests);
    if (found !== undefined) return found;
    // nothing but this rank could complete them: the wait of any says that this cannot happen
    if (pending.every((request) => own.has(request))) pending[0].wait();
    if (pending.length === 1) pending[0].wait();
    else if (blocker !== undefined) blocker.blockForFirst(underway);
    else if (performance.now() >= deadline) {
      Atomics.wait(pillow, 0, 0, nap);
      nap = Math.min(2 * nap, LONGEST_NAP);
    }
  }
}

/** What can block until one of several of its requests is complete; all requests of one rank and engine may have the same. */
export interface Blocker {
  /** @throws TuttiError if one of them, or all of them together, wait in vain */
  blockForFirst(requests: PendingRequests): void;
}

function blockerOf(requests: PendingRequests): Blocker | undefined {
  const blockers = requests.map((request) =>
    request instanceof AwaitableRequest ? request.blocker : undefined,
  );
  return blockers.every((blocker) => blocker === blockers[0]) ? blockers[0] : undefined;
}

/** What a persistent request has started. */
function underwayOf(request: Request<unknown>): Request<unknown> {
  return (request as Partial<PersistentRequest<unknown>>).current ?? request;
}

function isPending(request: Request<unknown> | undefined): request is Request<unknown> {
  return request !== undefined && (request as Partial<PersistentRequest<unknown>>).active !== false;
}

/** Milliseconds that {@link waitAny} looks for something complete before it sleeps, and how long it sleeps between looks. */
const LOOKING = 0.2;
const SHORTEST_NAP = 0.05;
const LONGEST_NAP = 1;
const pillow = new Int32Array(new SharedArrayBuffer(4));

/** Requests that only the rank that made them can complete. */
const own = new WeakSet<Request<unknown>>();

/** Notes that `request` receives from its own rank, so that {@link waitAny} does not wait for it in vain. */
export function markOwn<R extends Request<unknown>>(request: R): R {
  own.add(request);
  return request;
}

/** What makes any engine's requests awaitable. */
export abstract class AwaitableRequest<T> implements Request<T> {
  abstract wait(): T;
  abstract test(): boolean;
  /** Undefined if nothing better than looking now and then can wait for several. */
  get blocker(): Blocker | undefined {
    return undefined;
  }
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
