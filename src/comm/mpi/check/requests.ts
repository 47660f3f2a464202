import { AwaitableRequest, type Blocker } from "../../request.js";
import { Pauses } from "../requests.js";
import type { Pending, Watch } from "./watch.js";

/** Something that a rank may wait for and that gives a result. */
export interface Task<T> extends Pending {
  /** What it gives when it is ready; throws what is wrong with it. */
  result(): T;
  /** Called when it can never be ready. */
  giveUp?(): void;
}

/** Waits until `task` is ready. */
export function finish<T>(watch: Watch, task: Task<T>): T {
  try {
    watch.waitFor(task);
  } catch (error) {
    task.giveUp?.();
    throw error;
  }
  return task.result();
}

/** How a rank waits for the first of several requests. */
export function blockerOf(watch: Watch): Blocker {
  return {
    blockForFirst(requests) {
      const tasks = (requests as readonly CheckedRequest<unknown>[]).map(({ task }) => task);
      const peers = [...new Set(tasks.flatMap(({ waiting }) => waiting.peers))];
      const operations = tasks.flatMap(({ waiting }) => waiting.operations);
      watch.waitFor({
        waiting: { call: "waitAny", kind: "any", peers, operations },
        ready: () => tasks.some((task) => task.ready()),
        // the first of what needs one rank each or all ranks is not what an analysis of waits knows
        isComing: () => tasks.some((task) => task.meeting !== undefined || task.isComing?.()),
        untaken: tasks.flatMap(({ untaken = [] }) => untaken),
      });
    },
  };
}

/** An operation under way on a communicator whose ranks are being checked. */
export class CheckedRequest<T> extends AwaitableRequest<T> {
  private readonly pauses = new Pauses();

  /**
   * @param forgotten where requests are that nobody has waited for, with what tells where they were started
   * @param together waits for the first of several such requests
   */
  constructor(
    private readonly watch: Watch,
    readonly task: Task<T>,
    private readonly forgotten: Map<Pending, Error>,
    private readonly together: Blocker,
  ) {
    super();
    forgotten.set(task, new Error());
  }

  override get blocker(): Blocker {
    return this.together;
  }

  wait(): T {
    this.forgotten.delete(this.task);
    return finish(this.watch, this.task);
  }

  test(): boolean {
    const { watch, task } = this;
    watch.progress();
    if (!task.ready() && !watch.isDecided(task)) return false;
    this.wait();
    return true;
  }

  protected turn(): Promise<void> {
    return this.pauses.next();
  }
}
