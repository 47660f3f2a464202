import { CALL } from "../../calls.js";
import { describeOperation } from "../../explain/operation.js";
import { lineOf } from "../../explain/source-line.js";
import type { Blocker } from "../../request.js";
import { signature } from "../../signature.js";
import type { Mpi } from "../mpi.js";
import { completeAll } from "../requests.js";
import type { MpiTransport } from "../transport.js";
import type { Agreement } from "./agreement.js";
import { Closing } from "./closing.js";
import { Inbox } from "./inbox.js";
import { Post } from "./post.js";
import { blockerOf } from "./requests.js";
import { type Pending, Watch } from "./watch.js";

/** Milliseconds for which the rank that reports an error has time to end the job, before others report theirs. */
const COURTESY = 2000;
/** Milliseconds that a rank takes for what others have left undone, before it ends all the same. */
const CLEARING = 5000;
/** Numbers of communicators of which each rank may give out so many. */
const CONTEXTS = 2 ** 32;

/** All that one rank does to check itself and the others, once, whatever the number of its communicators. */
export class Supervision {
  readonly rank: number;
  readonly inbox: Inbox;
  readonly watch: Watch;
  /** Waits for the first of several requests. */
  readonly blocker: Blocker;
  /** Requests that nobody has waited for, and where they were started. */
  readonly forgotten = new Map<Pending, Error>();
  private readonly agreements = new Map<number, Agreement>();
  private contexts = 0;

  constructor(mpi: Mpi, world: MpiTransport) {
    const { rank, size } = world;
    this.rank = rank;
    this.inbox = new Inbox(mpi, size);
    const lane = world.split(CALL.nothing, 0, rank, "letters")!;
    const met = () => [...this.agreements].map(([context, { first }]) => [context, first.begun] as const);
    this.watch = new Watch(rank, size, this.inbox, new Post(lane), met);
    this.blocker = blockerOf(this.watch);
  }

  /** A number that no other communicator of the job has; 0 for the first one of rank 0, the world. */
  nextContext(): number {
    return this.rank * CONTEXTS + this.contexts++;
  }

  open(agreement: Agreement): void {
    this.agreements.set(agreement.channel.group.context, agreement);
    this.inbox.open(agreement.channel);
  }

  /** Begins to close a communicator. @param free gives back the library's own */
  close(agreement: Agreement, free: () => void): void {
    const { channel } = agreement;
    new Closing(agreement, () => {
      this.agreements.delete(channel.group.context);
      this.inbox.close(channel);
      agreement.free();
      free();
    });
  }

  /** The end of this rank: names what it has forgotten, waits for all ranks, and leaves nothing under way. */
  finish(): void {
    const forgotten = [...this.forgotten].map(
      ([{ waiting }, { stack = "" }]) =>
        `${describeOperation(waiting.operations[0])} started at ${lineOf(stack) ?? "an unknown line"}`,
    );
    for (const what of forgotten)
      process.stderr.write(`rank ${this.rank} has returned without waiting for its ${what}\n`);
    this.watch.finish(forgotten);
    this.clear();
  }

  /** Lets another rank that has the same to say, say it and end the job. */
  holdBack(error: unknown): void {
    if (typeof error === "object" && error !== null && this.watch.toldElsewhere.has(error))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, COURTESY);
  }

  /** Completes what can no longer be completed by the program, so that MPI can end: all ranks do so at the same time. */
  private clear(): void {
    const { watch, inbox, agreements } = this;
    const deadline = performance.now() + CLEARING;
    const until = (done: () => boolean) => {
      while (!done() && performance.now() < deadline) watch.progress();
    };
    const { accounts } = watch;
    until(() => accounts.every(({ sent }, r) => inbox.arrived[r] >= sent[this.rank]));
    const dropped = inbox.drain();
    until(() => dropped.every((request) => request.test()));
    const most = (context: number) =>
      Math.max(...accounts.map(({ met }) => met.find(([known]) => known === context)?.[1] ?? 0));
    for (const [context, agreement] of agreements)
      while (agreement.first.begun < most(context)) agreement.begin(signature(CALL.nothing, undefined));
    until(() => [...agreements.values()].every(({ isIdle }) => isIdle) && completeAll());
  }
}
