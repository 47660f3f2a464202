import type { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import type { Collective } from "../collective.js";
import type { Waiting } from "../explain/operation.js";
import type { Group } from "../matching.js";
import { planOf } from "../nonblocking/plan.js";
import { Schedule } from "../nonblocking/schedule.js";
import type { Endpoint } from "./endpoint.js";
import { ThreadsLane } from "./lane.js";
import { ThreadsRequest } from "./requests.js";
import type { Blocking } from "./waiter.js";

/** A nonblocking collective of the threads engine. */
export class CollectiveRequest<T> extends ThreadsRequest<T> {
  private readonly lane: ThreadsLane;
  private readonly schedule: Schedule;
  /** The doorbell as it was before the last look. */
  private seen = 0;
  private checked = false;

  /**
   * @param number how many collectives have been started on the communicator before this one
   * @param result what the request gives when it is complete
   * @param disagreement the error of ranks that have started another one, if there are any
   */
  constructor(
    endpoint: Endpoint,
    private readonly group: Group,
    number: number,
    private readonly collective: Collective,
    private readonly result: () => T,
    private readonly disagreement: () => TuttiError | undefined,
  ) {
    super(endpoint);
    this.lane = new ThreadsLane(endpoint, collective.call, group, number);
    this.schedule = new Schedule(planOf(this.lane, collective));
    endpoint.links.schedules.start(this.schedule);
  }

  wait(): T {
    const { schedule } = this;
    if (!schedule.done) {
      try {
        this.endpoint.waiter.block(this.blocking(), schedule);
      } catch (error) {
        this.giveUp(error);
      }
    }
    this.check();
    return this.result();
  }

  test(): boolean {
    const { schedule } = this;
    if (!schedule.done) this.look();
    if (schedule.done) this.check();
    return schedule.done;
  }

  blocking(): Blocking {
    const { schedule } = this;
    return { ready: () => schedule.done, lost: () => this.lost(), waiting: () => this.waiting() };
  }

  protected async turn(): Promise<void> {
    try {
      await this.endpoint.awaiting.turn(this, this.blocking(), this.seen);
    } catch (error) {
      this.giveUp(error);
      throw error;
    }
  }

  private look(): void {
    const { control, links, rank } = this.endpoint;
    this.seen = control.doorbell(rank);
    const error = this.lost();
    links.progress();
    if (this.schedule.done) return;
    control.throwIfAborted();
    if (error !== undefined) this.giveUp(error);
  }

  /** Throws what went wrong: that ranks disagree says more than what has come of it. */
  private check(): void {
    if (this.checked) return;
    const error = this.disagreement();
    if (error !== undefined) this.schedule.fail(error);
    this.schedule.check();
    this.checked = true;
  }

  /** Why it can never be complete, if that is so. */
  private lost(): TuttiError | undefined {
    return this.disagreement() ?? this.lane.lost();
  }

  private giveUp(error: unknown): void {
    this.schedule.fail(error);
    this.lane.giveUp();
  }

  /**
   * It names the ranks that this one has to hear of next, but any rank of the communicator may be the one that moves it on:
   * theirs may wait for others in turn, even while they are blocked in something else.
   */
  private waiting(): Waiting {
    const { group, lane, collective } = this;
    const call = CALLS[collective.call];
    const others = group.ranks.filter((_, member) => member !== group.rank);
    const { name: communicator, context } = group;
    const peers = lane.awaited();
    return {
      call,
      kind: "any",
      peers: others,
      operations: [{ call, role: "collective", kind: "all", peers, communicator, context }],
    };
  }
}
