import { addressOf } from "../../native/index.js";
import { AwaitableRequest, type Request } from "../request.js";
import type { Mpi } from "./mpi.js";

/** Turns of the event loop at which a request is looked at without a pause, before pauses begin. */
const EAGER_TURNS = 50;
/** Pauses grow to this, in milliseconds: little load, and little time lost by what has waited for long. */
const LONGEST_PAUSE = 10;
const SLOTS = 256;
const SLOT_BYTES = 8;

/** Memory for handles of requests, which the library reads and writes until they are complete. */
class Slots {
  private readonly free: number[] = [];
  private readonly blocks: Int32Array[] = [];

  take(): number {
    if (this.free.length === 0) {
      const block = new Int32Array((SLOTS * SLOT_BYTES) / 4);
      this.blocks.push(block);
      const begin = addressOf(block);
      for (let i = SLOTS - 1; i >= 0; i--) this.free.push(begin + i * SLOT_BYTES);
    }
    return this.free.pop()!;
  }

  give(slot: number): void {
    this.free.push(slot);
  }
}

const slots = new Slots();
/** What the library works on: a request that its owner has dropped must keep its buffer. */
const underway = new Set<Request<unknown>>();

/** Moves on all that the library works on; whether nothing is left. */
export function completeAll(): boolean {
  for (const request of underway) request.test();
  return underway.size === 0;
}

/** The pauses between looks at a request that is awaited. */
export class Pauses {
  private turns = 0;

  next(): Promise<void> {
    const late = this.turns++ - EAGER_TURNS;
    if (late < 0) return new Promise((resolve) => setImmediate(resolve));
    return new Promise((resolve) => setTimeout(resolve, Math.min(1 + late / 10, LONGEST_PAUSE)));
  }
}

/** Something under way on a communicator of the library. */
export interface MpiOperation<T> extends Request<T> {
  /** Whether it is over, well or not; it is moved on, but nothing else is. */
  poll(): boolean;
}

/** A message or a collective that the library has under way. */
export class MpiRequest<T> extends AwaitableRequest<T> implements MpiOperation<T> {
  readonly slot = slots.take();
  private state: "underway" | "done" | "failed" = "underway";
  private value: T | undefined;
  private error: unknown;
  private readonly pauses = new Pauses();

  /**
   * @param memory what the library works on, kept alive as long as it does
   * @param complete what a request gives whose function returned `code`; throws what is wrong with it
   */
  constructor(
    private readonly mpi: Mpi,
    protected readonly memory: unknown,
    private readonly complete: (code: number) => T,
  ) {
    super();
  }

  /** Called when the library has accepted the request in {@link MpiRequest.slot}, with what its function returned. */
  started(code: number): this {
    if (code === 0) underway.add(this);
    else this.finish(code);
    return this;
  }

  wait(): T {
    if (this.state === "underway" && !this.mpi.waitBusily(() => this.poll()))
      this.finish(this.mpi.f.Wait(this.slot, this.mpi.statusAddress));
    if (this.state === "failed") throw this.error;
    return this.value as T;
  }

  test(): boolean {
    if (this.mpi.schedules.count > 0) this.mpi.schedules.advance();
    if (!this.poll()) return false;
    if (this.state === "failed") throw this.error;
    return true;
  }

  poll(): boolean {
    if (this.state !== "underway") return true;
    const { f, ints, intsAddress, statusAddress } = this.mpi;
    const code = f.Test(this.slot, intsAddress, statusAddress);
    if (code === 0 && ints[0] === 0) return false;
    this.finish(code);
    return true;
  }

  protected turn(): Promise<void> {
    return this.pauses.next();
  }

  private finish(code: number): void {
    underway.delete(this);
    slots.give(this.slot);
    try {
      this.value = this.complete(code);
      this.state = "done";
    } catch (error) {
      this.error = error;
      this.state = "failed";
    }
  }
}
