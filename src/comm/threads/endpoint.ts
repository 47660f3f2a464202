import type { MessagePort } from "node:worker_threads";
import { TuttiError } from "../../errors.js";
import { ANY_SOURCE } from "../comm.js";
import { Folder } from "../fold.js";
import { type Arrival, type Group, Matcher, type Receive } from "../matching.js";
import { Control } from "./control.js";
import { findLost, type Wait } from "./deadlock.js";
import type { RankEnvironment } from "./job.js";
import { Links } from "./links.js";
import type { Send } from "./send.js";
import { SharedBuffers } from "./shared-buffers.js";
import { Tickets } from "./tickets.js";
import { type Reason, Waiter } from "./waiter.js";

/** Milliseconds that an aborting rank waits for the launcher to end it. */
const ABORT_PATIENCE = 2000;

/** What one rank has once, whatever the number of its communicators. */
export class Endpoint {
  readonly rank: number;
  readonly control: Control;
  readonly buffers: SharedBuffers;
  readonly links: Links;
  readonly waiter: Waiter;
  readonly tickets = new Tickets();
  readonly matcher = new Matcher();
  private readonly launcher: MessagePort;
  /** The doorbell as it was before the last {@link Endpoint.poll}. */
  private polledAt = 0;
  private madeFolder: Folder | undefined;

  constructor({ rank, size, control, rings, peers, launcher }: RankEnvironment) {
    this.rank = rank;
    this.launcher = launcher;
    this.control = new Control(control, size);
    this.buffers = new SharedBuffers(peers);
    this.links = new Links(rings, rank, this.control, this.buffers, this.matcher);
    this.waiter = new Waiter(rank, this.control, this.links);
  }

  /** Combines buffers; made when it is first needed, because compiling its loops takes some milliseconds. */
  get folder(): Folder {
    this.madeFolder ??= new Folder();
    return this.madeFolder;
  }

  /** Waits until `operation` is done; throws if that cannot happen any more. */
  finish(operation: Send | Receive): void {
    if (operation.done) return;
    const wait = waitOf(operation, true);
    try {
      this.waiter.block(
        reasonOf(wait),
        () => operation.done,
        () => findLost(this.control, this.rank, wait),
        operation,
      );
    } finally {
      this.giveUp(operation);
    }
  }

  /** Moves on without waiting and says whether `operation` is done; throws if that cannot happen any more. */
  poll(operation: Send | Receive): boolean {
    if (operation.done) return true;
    this.polledAt = this.control.doorbell(this.rank);
    const error = findLost(this.control, this.rank, waitOf(operation, false));
    this.links.progress();
    if (operation.done) return true;
    this.control.throwIfAborted();
    if (error === undefined) return false;
    this.giveUp(operation);
    throw error;
  }

  /** Resolves when it is worth to {@link Endpoint.poll} again. Call in the same turn of the event loop as that. */
  turn(operation: Send | Receive): Promise<void> {
    return this.waiter.turn(reasonOf(waitOf(operation, false)), this.polledAt);
  }

  /** Waits for a message without receiving it. */
  probe(call: number, group: Group, source: number, tag: number): Arrival {
    const peer = source === ANY_SOURCE ? source : group.ranks[source];
    const wait: Wait = { call, group, peer, tag, wanted: "to send", blocked: true };
    let found: Arrival | undefined;
    this.waiter.block(
      reasonOf(wait),
      () => {
        found = this.matcher.find(group.context, source, tag);
        return found !== undefined;
      },
      () => findLost(this.control, this.rank, wait),
    );
    return found!;
  }

  /** Ends the job. */
  abort(exitCode: number): never {
    const { control, launcher, rank } = this;
    const message = `rank ${rank} ended the job with abort(${exitCode})`;
    if (control.abort(rank, exitCode, message)) launcher.postMessage({ rank, exitCode, message });
    // the launcher ends this thread while it sleeps
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ABORT_PATIENCE);
    throw new TuttiError("aborted", message, { rank, exitCode });
  }

  /** A receive that has failed must not take a message that comes later. */
  private giveUp(operation: Send | Receive): void {
    if ("source" in operation && !operation.done) this.matcher.withdraw(operation);
  }
}

function waitOf(operation: Send | Receive, blocked: boolean): Wait {
  const { call, group, tag } = operation;
  if (!("source" in operation))
    return { call, group, peer: operation.dest, tag, wanted: "to receive", blocked };
  const peer = operation.source === ANY_SOURCE ? ANY_SOURCE : group.ranks[operation.source];
  return { call, group, peer, tag, wanted: "to send", blocked };
}

function reasonOf({ call, peer, tag, group }: Wait): Reason {
  return { call, peer, tag, communicator: group.name };
}
