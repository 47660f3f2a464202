import type { MessagePort } from "node:worker_threads";
import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { ELEMENT_TYPES } from "../elements.js";
import { describeForgotten } from "../explain/deadlock.js";
import {
  describeOperation,
  describeUnreceived,
  listOf,
  type Unreceived,
  type Waiting,
  waitingIn,
} from "../explain/operation.js";
import { Folder } from "../fold.js";
import { type Arrival, type Group, Matcher, type Receive } from "../matching.js";
import type { Blocker } from "../request.js";
import { Awaiting } from "./awaiting.js";
import { Control } from "./control.js";
import { Explainer } from "./explainer.js";
import { Explanation } from "./explanation.js";
import { firstOf } from "./first.js";
import type { RankEnvironment } from "./job.js";
import { Links } from "./links.js";
import { type Exchange, isLost, lostError, operationOf, type Probe } from "./lost.js";
import type { ThreadsRequest } from "./requests.js";
import type { Send } from "./send.js";
import { SharedBuffers } from "./shared-buffers.js";
import { Tickets } from "./tickets.js";
import { WaitBoard } from "./wait-board.js";
import { type Blocking, Waiter } from "./waiter.js";

/** Milliseconds that an aborting rank waits for the launcher to end it. */
const ABORT_PATIENCE = 2000;
/** Requests and messages that a warning names. */
const MOST_NAMED = 4;

/** What one rank has once, whatever the number of its communicators. */
export class Endpoint {
  readonly rank: number;
  readonly control: Control;
  readonly board: WaitBoard;
  readonly buffers: SharedBuffers;
  readonly links: Links;
  readonly waiter: Waiter;
  readonly awaiting: Awaiting;
  readonly tickets = new Tickets();
  readonly matcher = new Matcher();
  /** How to wait for the first of several requests. */
  readonly blocker: Blocker = {
    blockForFirst: (requests) => {
      const all = (requests as readonly ThreadsRequest<unknown>[]).map((request) => request.blocking());
      this.waiter.block(firstOf("waitAny", all));
    },
  };
  /** The communicators in use, by context. */
  readonly groups = new Map<number, Group>();
  private readonly launcher: MessagePort;
  /** The doorbell as it was before the last {@link Endpoint.poll}. */
  private polledAt = 0;
  private madeFolder: Folder | undefined;

  constructor({ rank, size, control, board, explanation, rings, peers, launcher }: RankEnvironment) {
    this.rank = rank;
    this.launcher = launcher;
    this.control = new Control(control, size);
    this.board = new WaitBoard(board, size);
    this.buffers = new SharedBuffers(peers);
    this.links = new Links(rings, rank, this.control, this.buffers, this.matcher);
    const explainer = new Explainer(
      rank,
      this.control,
      this.board,
      new Explanation(explanation, this.control),
      () => this.unreceived(),
    );
    this.awaiting = new Awaiting(rank, this.control, this.board, this.links, explainer);
    this.waiter = new Waiter(rank, this.control, this.board, this.links, explainer, this.awaiting);
  }

  /** Combines buffers; made when it is first needed, because compiling its loops takes some milliseconds. */
  get folder(): Folder {
    this.madeFolder ??= new Folder();
    return this.madeFolder;
  }

  /** Waits until `operation` is done; throws if that cannot happen any more. */
  finish(operation: Send | Receive): void {
    if (operation.done) return;
    try {
      this.waiter.block(this.blocking(operation), operation);
    } finally {
      this.giveUp(operation);
    }
  }

  /** How to wait for `operation`. */
  blocking(operation: Send | Receive): Blocking {
    return {
      ready: () => operation.done,
      lost: () => this.findLost(operation, true),
      waiting: () => waitingFor(operation),
    };
  }

  /** Moves on without waiting and says whether `operation` is done; throws if that cannot happen any more. */
  poll(operation: Send | Receive): boolean {
    if (operation.done) return true;
    this.polledAt = this.control.doorbell(this.rank);
    const error = this.findLost(operation, false);
    this.links.progress();
    if (operation.done) return true;
    this.control.throwIfAborted();
    if (error === undefined) return false;
    this.giveUp(operation);
    throw error;
  }

  /** Resolves when it is worth to {@link Endpoint.poll} again. Call in the same turn of the event loop as that. */
  async turn(operation: Send | Receive): Promise<void> {
    try {
      await this.awaiting.turn(operation, this.blocking(operation), this.polledAt);
    } catch (error) {
      this.giveUp(operation);
      throw error;
    }
  }

  /** Waits for a message without receiving it. */
  probe(call: number, group: Group, source: number, tag: number): Arrival {
    const wanted: Probe = { call, group, source, tag };
    let found: Arrival | undefined;
    this.waiter.block({
      ready: () => {
        found = this.matcher.find(group.context, source, tag);
        return found !== undefined;
      },
      lost: () => this.findLost(wanted, true),
      waiting: () => waitingFor(wanted),
    });
    return found!;
  }

  /** To be called when the rank has returned: warns of what it has left undone, and leaves a note for those who wait for it. */
  close(): void {
    this.links.progress();
    const { rank, board } = this;
    const started: Exchange[] = [...this.links.underWay, ...this.matcher.pending];
    const forgotten = some([...new Set(started.map(describeRequest))]);
    const unreceived = some(this.unreceived().map(describeUnreceived));
    if (forgotten.length > 0) {
      board.setNote(rank, { forgotten });
      process.stderr.write(`rank ${rank} has returned${describeForgotten(forgotten)}\n`);
    }
    if (unreceived.length > 0)
      process.stderr.write(`rank ${rank} has returned without receiving ${listOf(unreceived, "and")}\n`);
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

  /** The error of an exchange for which nobody is left; what has been sent for it may still be in a ring. */
  private findLost(exchange: Exchange, blocked: boolean): TuttiError | undefined {
    if (!isLost(this.control, exchange, blocked)) return undefined;
    this.links.progress();
    const operation = operationOf(exchange);
    const forgotten =
      operation.peers.length === 1 ? this.board.note(operation.peers[0])?.forgotten : undefined;
    return lostError(this.rank, operation, this.unreceived(), forgotten ?? []);
  }

  /** Messages that have come but that nobody has asked for yet. */
  private unreceived(): Unreceived[] {
    return this.matcher.unreceived.flatMap(({ context, source, tag, type, bytes }) => {
      const group = this.groups.get(context);
      if (group === undefined) return [];
      const { name, bytes: unit } = ELEMENT_TYPES[type];
      const communicator = group.name;
      return [{ source: group.ranks[source], tag, count: bytes / unit, type: name, communicator, context }];
    });
  }

  /** A receive that has failed must not take a message that comes later. */
  private giveUp(operation: Send | Receive): void {
    if ("source" in operation && !operation.done) this.matcher.withdraw(operation);
  }
}

function waitingFor(exchange: Exchange): Waiting {
  return waitingIn(operationOf(exchange));
}

/** A request in the user's words; the messages of a nonblocking collective are those of one request. */
function describeRequest(exchange: Exchange): string {
  const { call, group } = exchange;
  if (group.context < 0) return `${CALLS[call]} (on ${group.name})`;
  return describeOperation(operationOf(exchange));
}

/** The first few of a list, and how many others there are. */
function some(texts: readonly string[]): string[] {
  if (texts.length <= MOST_NAMED + 1) return [...texts];
  return [...texts.slice(0, MOST_NAMED), `${texts.length - MOST_NAMED} others`];
}
