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

  /**
   * @param number how many collectives have been started on the communicator before this one
   * @param result what the request gives when it is complete
   */
  constructor(
    endpoint: Endpoint,
    private readonly group: Group,
    number: number,
    private readonly collective: Collective,
    private readonly result: () => T,
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
    schedule.check();
    return this.result();
  }

  test(): boolean {
    const { schedule } = this;
    if (!schedule.done) this.look();
    if (schedule.done) schedule.check();
    return schedule.done;
  }

  blocking(): Blocking {
    const { schedule, lane } = this;
    return { ready: () => schedule.done, lost: () => lane.lost(), waiting: () => this.waiting() };
  }

  protected turn(): Promise<void> {
    return this.endpoint.waiter.turn(() => this.waiting(), this.seen);
  }

  private look(): void {
    const { control, links, rank } = this.endpoint;
    this.seen = control.doorbell(rank);
    const error: TuttiError | undefined = this.lane.lost();
    links.progress();
    if (this.schedule.done) return;
    control.throwIfAborted();
    if (error !== undefined) this.giveUp(error);
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
