import { TuttiError } from "../errors.js";
import { CompletedRequest, type Request } from "./request.js";

/**
 * A message that is prepared once and sent or received many times (MPI 4.1, section 3.9).
 *
 * {@link PersistentRequest.start} makes it active; the `wait`, `await` or successful `test` that completes it makes it
 * inactive again, ready for the next start. What {@link waitAny} and its like are given inactive they leave out.
 */
export interface PersistentRequest<T> extends Request<T> {
  /** Whether it has been started and not completed since. */
  readonly active: boolean;
  /** The request of the last start; before the first, one that is complete. */
  readonly current: Request<T>;
  /** Starts it; throws `"argument"` if it is active. */
  start(): void;
}

/** Starts all requests in order (MPI 4.1, section 3.9). @throws TuttiError `"argument"` if one is active */
export function startAll(requests: readonly PersistentRequest<unknown>[]): void {
  for (const request of requests) request.start();
}

/** A persistent request over what starts an ordinary one. */
export class RestartableRequest<T> implements PersistentRequest<T> {
  active = false;
  current: Request<T>;

  /**
   * @param call what the user called to prepare it
   * @param nothing its result before it is first started
   * @param begin starts an ordinary request
   */
  constructor(
    private readonly call: string,
    nothing: T,
    private readonly begin: () => Request<T>,
  ) {
    this.current = new CompletedRequest(nothing);
  }

  start(): void {
    if (this.active) {
      const message = `start: the request of ${this.call} is active; complete it before it is started again`;
      throw new TuttiError("argument", message, { call: "start" });
    }
    this.current = this.begin();
    this.active = true;
  }

  wait(): T {
    try {
      return this.current.wait();
    } finally {
      this.active = false;
    }
  }

  test(): boolean {
    let done = true; // also if it throws
    try {
      done = this.current.test();
    } finally {
      if (done) this.active = false;
    }
    return done;
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is the purpose
  then<R1 = T, R2 = never>(
    onfulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.settle().then(onfulfilled, onrejected);
  }

  private async settle(): Promise<T> {
    const { current } = this;
    try {
      return await current;
    } finally {
      if (this.current === current) this.active = false;
    }
  }
}
