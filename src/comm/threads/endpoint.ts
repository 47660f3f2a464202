import { availableParallelism } from "node:os";
import type { MessagePort } from "node:worker_threads";
import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { ANY_SOURCE, ANY_TAG } from "../comm.js";
import { Folder } from "../fold.js";
import { type Arrival, type Group, Matcher, type Receive } from "../matching.js";
import { Control } from "./control.js";
import type { RankEnvironment } from "./job.js";
import { readRecord, type Sender } from "./records.js";
import { openRing, type Ring } from "./ring.js";
import type { Send } from "./send.js";
import { SharedBuffers } from "./shared-buffers.js";
import { Tickets } from "./tickets.js";

/** Milliseconds that a rank looks for what it waits for before it sleeps. Falling asleep and waking up takes about 0.04. */
const SPIN = 0.2;
/** The same when ranks share cores, so that looking keeps another rank from working. */
const SPIN_CROWDED = 0.005;

/** Milliseconds that an aborting rank waits for the launcher to end it. */
const ABORT_PATIENCE = 2000;

/** What one rank has once, whatever the number of its communicators: its links to the other ranks, and how it waits. */
export class Endpoint {
  readonly rank: number;
  readonly size: number;
  readonly control: Control;
  readonly buffers: SharedBuffers;
  readonly tickets = new Tickets();
  readonly matcher = new Matcher();
  readonly folder = new Folder();
  private readonly launcher: MessagePort;
  private readonly incoming: readonly { readonly ring: Ring; readonly sender: Sender }[];
  private readonly outgoing: readonly Ring[];
  /** Sends that wait for room in a ring, in order. */
  private waiting: Send[] = [];
  /** Long messages that their receivers have not taken yet. */
  private untaken: Send[] = [];
  private readonly spinTime: number;
  /** Counts everything that {@link Endpoint.progress} achieves. */
  private events = 0;
  /** The doorbell as it was before the last {@link Endpoint.poll}. */
  private polledAt = 0;
  private currentTurn: Promise<void> | undefined;

  constructor(environment: RankEnvironment) {
    const { rank, size, control, rings, peers, launcher } = environment;
    this.rank = rank;
    this.size = size;
    this.launcher = launcher;
    this.control = new Control(control, size);
    this.buffers = new SharedBuffers(peers);
    this.outgoing = Array.from({ length: size }, (_, dest) => openRing(rings, size, rank, dest));
    // each rank begins with its right neighbour, so that none is preferred by all
    this.incoming = Array.from({ length: size - 1 }, (_, i) => {
      const source = (rank + 1 + i) % size;
      const sender = {
        find: (id: number) => this.buffers.find(source, id),
        wake: () => this.control.wake(source),
      };
      return { ring: openRing(rings, size, source, rank), sender };
    });
    this.spinTime = size <= availableParallelism() ? SPIN : SPIN_CROWDED;
  }

  /** The ring to another rank. */
  ringTo(dest: number): Ring {
    return this.outgoing[dest];
  }

  /** Sends as far as possible without waiting; {@link Endpoint.progress} does the rest. */
  start(send: Send): void {
    if (this.waiting.some(({ dest }) => dest === send.dest) || !send.transmit()) this.waiting.push(send);
    else if (!send.done) this.untaken.push(send);
  }

  /** Moves everything on as far as possible without waiting, or until `until` is done. */
  progress(until?: { readonly done: boolean }): void {
    for (const { ring, sender } of this.incoming) {
      for (let at = ring.peek(); at >= 0; at = ring.peek()) {
        const message = readRecord(ring, at, sender);
        if (!this.matcher.offer(message)) {
          message.keep();
          this.matcher.keep(message);
        }
        ring.release();
        sender.wake(); // it may wait for room
        this.events++;
        if (until?.done) return;
      }
    }
    if (this.waiting.length > 0) this.transmitWaiting();
    if (this.untaken.length > 0) this.collectTaken();
  }

  /** Waits until `operation` is done; throws if that cannot happen any more. */
  finish(operation: Send | Receive): void {
    if (operation.done) return;
    const { call, group, tag } = operation;
    const peer = peerOf(operation);
    try {
      this.block(
        () => operation.done,
        () => this.lost(operation, true),
        { call, peer, tag, context: group.context },
        operation,
      );
    } finally {
      if ("source" in operation && !operation.done) this.matcher.withdraw(operation);
    }
  }

  /** Moves on without waiting and says whether `operation` is done; throws if that cannot happen any more. */
  poll(operation: Send | Receive): boolean {
    if (operation.done) return true;
    this.polledAt = this.control.doorbell(this.rank);
    const error = this.lost(operation, false);
    this.progress();
    if (operation.done) return true;
    this.control.throwIfAborted();
    if (error !== undefined) throw error;
    return false;
  }

  /** Waits for a message without receiving it. */
  probe(call: number, group: Group, source: number, tag: number): Arrival {
    const peer = source === ANY_SOURCE ? source : group.ranks[source];
    let found: Arrival | undefined;
    this.block(
      () => {
        found = this.matcher.find(group.context, source, tag);
        return found !== undefined;
      },
      () => this.silent(call, group, source, tag, true),
      { call, peer, tag, context: group.context },
    );
    return found!;
  }

  /**
   * Waits until `ready`: first looking, then asleep.
   *
   * `lost` says why `ready` can never become true, if so. It is asked before the last messages are taken in: a rank that
   * has returned may have sent what is waited for.
   */
  block(
    ready: () => boolean,
    lost: () => TuttiError | undefined,
    what: { call: number; peer: number; tag: number; context: number },
    until?: { readonly done: boolean },
  ): void {
    const { control, rank } = this;
    if (this.spin(ready, until)) return;
    control.startWaiting(rank, what.call, what.peer, what.tag, what.context);
    try {
      do {
        const seen = control.doorbell(rank);
        control.announceSleep(rank);
        try {
          const error = lost();
          this.progress();
          if (ready()) return;
          control.throwIfAborted();
          if (error !== undefined) throw error;
          control.sleep(rank, seen);
        } finally {
          control.awake(rank);
        }
      } while (!this.spin(ready, until));
    } finally {
      control.stopWaiting(rank);
    }
  }

  /** Resolves when something has happened, since the last {@link Endpoint.poll}, that a request may wait for. */
  turn(): Promise<void> {
    this.currentTurn ??= this.awaitTurn().finally(() => {
      this.currentTurn = undefined;
    });
    return this.currentTurn;
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

  private async awaitTurn(): Promise<void> {
    const { control, rank } = this;
    const before = this.events;
    control.announceSleep(rank);
    // the promise of a sleeper does not keep the event loop alive
    const alive = setInterval(() => {}, 1 << 30);
    try {
      this.progress();
      const asleep = this.events === before ? control.sleepAsync(rank, this.polledAt) : undefined;
      await (asleep ?? new Promise((resolve) => setImmediate(resolve)));
    } finally {
      clearInterval(alive);
      control.awake(rank);
    }
  }

  private spin(ready: () => boolean, until?: { readonly done: boolean }): boolean {
    const deadline = performance.now() + this.spinTime;
    do {
      for (let i = 0; i < 64; i++) {
        this.progress(until);
        if (ready()) return true;
      }
    } while (performance.now() < deadline);
    return false;
  }

  private transmitWaiting(): void {
    const blocked = new Set<number>();
    this.waiting = this.waiting.filter((send) => {
      if (blocked.has(send.dest)) return true;
      if (!send.transmit()) {
        blocked.add(send.dest);
        return true;
      }
      if (!send.done) this.untaken.push(send);
      this.events++;
      return false;
    });
  }

  private collectTaken(): void {
    this.untaken = this.untaken.filter((send) => {
      if (!send.collect()) return true;
      this.events++;
      return false;
    });
  }

  private lost(operation: Send | Receive, blocked: boolean): TuttiError | undefined {
    const { call, group, tag } = operation;
    if ("source" in operation) return this.silent(call, group, operation.source, tag, blocked);
    const { dest } = operation;
    if (dest === this.rank ? !blocked : !this.control.finished(dest)) return undefined;
    return this.deadlock(call, group, dest, tag, "to receive", "without receiving");
  }

  /** The error of waiting for a message that nobody is left to send. */
  private silent(
    call: number,
    group: Group,
    source: number,
    tag: number,
    blocked: boolean,
  ): TuttiError | undefined {
    const sources = source === ANY_SOURCE ? group.ranks : [group.ranks[source]];
    const gone = sources.every((rank) => (rank === this.rank ? blocked : this.control.finished(rank)));
    if (!gone) return undefined;
    return this.deadlock(
      call,
      group,
      source === ANY_SOURCE ? source : group.ranks[source],
      tag,
      "to send",
      "without sending",
    );
  }

  private deadlock(
    call: number,
    group: Group,
    peer: number,
    tag: number,
    wanted: string,
    without: string,
  ): TuttiError {
    const whom = peer === ANY_SOURCE ? "any rank" : peer === this.rank ? "itself" : `rank ${peer}`;
    const which = `${tag === ANY_TAG ? "any tag" : `tag ${tag}`}, on ${group.name}`;
    const why =
      peer === this.rank
        ? "but it cannot do that while it waits"
        : peer === ANY_SOURCE
          ? `but all other ranks have returned ${without} it`
          : `but rank ${peer} has returned ${without} it`;
    const message = `${CALLS[call]}: rank ${this.rank} waits for ${whom} ${wanted} a message (${which}), ${why}`;
    return new TuttiError("deadlock", message, {
      call: CALLS[call],
      rank: this.rank,
      peer,
      tag,
      communicator: group.name,
    });
  }
}

function peerOf(operation: Send | Receive): number {
  if (!("source" in operation)) return operation.dest;
  return operation.source === ANY_SOURCE ? ANY_SOURCE : operation.group.ranks[operation.source];
}
