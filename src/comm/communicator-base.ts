import { TuttiError } from "../errors.js";
import { CALLS } from "./calls.js";
import type { Engine } from "./comm.js";
import type { Transport } from "./transport.js";

/** What every communicator has before it can do anything: its place among the ranks, and its life. */
export abstract class CommunicatorBase {
  readonly rank: number;
  readonly size: number;
  readonly name: string;
  readonly engine: Engine;
  private freed = false;

  /** @param permanent whether `free` is an error, as it is for the world */
  constructor(
    protected readonly transport: Transport,
    private readonly permanent = false,
  ) {
    this.rank = transport.rank;
    this.size = transport.size;
    this.name = transport.name;
    this.engine = transport.engine;
  }

  free(): void {
    if (this.permanent) {
      throw new TuttiError(
        "argument",
        `free: ${this.name} cannot be freed; free what you split or duplicated`,
      );
    }
    if (!this.freed) this.release();
    this.freed = true;
  }

  /** Gives back what the engine holds for this communicator. */
  protected release(): void {
    this.transport.free?.();
  }

  wtime(): number {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds + nanoseconds * 1e-9;
  }

  abort(code = 1): never {
    return this.transport.abort(code);
  }

  /** The engine's side of this communicator, for what is made beside it; throws as every method does. */
  enginePart(call: number): Transport {
    this.begin(call);
    return this.transport;
  }

  /** The beginning of every operation; throws if there can be none any more. */
  protected begin(call: number): void {
    if (this.freed) {
      throw new TuttiError("freed", `${CALLS[call]}: the communicator ${this.name} has been freed`, {
        call: CALLS[call],
        communicator: this.name,
      });
    }
    this.transport.check();
  }
}
