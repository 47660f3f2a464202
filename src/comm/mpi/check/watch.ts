import { cpus } from "node:os";
import type { TuttiError } from "../../../errors.js";
import { deadlockError } from "../../explain/deadlock.js";
import type { Waiting } from "../../explain/operation.js";
import { sourceLine } from "../../explain/source-line.js";
import type { Inbox } from "./inbox.js";
import { Inquiry } from "./inquiry.js";
import type {
  Answer,
  Blocked,
  Finished,
  Letter,
  Meeting,
  Question,
  State,
  Untaken,
  Verdict,
} from "./letters.js";
import type { Post } from "./post.js";
import { Table } from "./table.js";

/** Milliseconds after which a waiting rank tells the others what it waits for. */
const PATIENCE = 100;
/** Milliseconds for which ranks must seem to be stuck before they are asked: others may be about to join them. */
const SETTLING = 300;
/** Milliseconds after which a question that was answered with no is asked again. */
const SECOND_THOUGHT = 20;
/** Milliseconds that a rank looks for what it waits for before it sleeps between looks, and how long it sleeps then. */
const SPIN = 0.5;
const SPIN_CROWDED = 0.02;
const SHORTEST_NAP = 0.05;
const LONGEST_NAP = 1;

/** Something that a rank may wait for. */
export interface Pending {
  readonly waiting: Waiting;
  /** Whether it has happened. */
  ready(): boolean;
  /** Whether it will happen without anybody's help. */
  isComing?(): boolean;
  /** The messages of which somebody must take one. */
  readonly untaken?: readonly Untaken[];
  /** The number of the exchange that others must join. */
  readonly meeting?: number;
}

/** What moves on while a rank waits. */
export interface Mover {
  advance(): void;
}

/**
 * One rank's part in watching over all.
 *
 * A rank that has waited for a while publishes what it waits for, and that it goes on when it does. When the table of all
 * ranks shows some that nobody can help, the lowest of them asks each whether it is still in that same stretch of waiting
 * and has got all that the others sent to it. If all say yes, there was a moment after the first question at which all
 * were waiting and nothing was under way: they are stuck for good, and each of them is told so.
 */
export class Watch {
  /** What moves on while this rank waits. */
  readonly movers = new Set<Mover>();
  /** Errors that other ranks report. */
  readonly toldElsewhere = new WeakSet<object>();
  private readonly table: Table;
  private readonly spinTime: number;
  private blocked: { readonly letter: Blocked; readonly pending: Pending } | undefined;
  private finished: Finished | undefined;
  private verdict: Verdict | undefined;
  private inquiry: Inquiry | undefined;
  /** The ranks that seem to be stuck with this one, each with its version. */
  private suspicion = "";
  private askAt = 0;
  private version = 0;

  constructor(
    readonly rank: number,
    readonly size: number,
    readonly inbox: Inbox,
    private readonly post: Post,
    private readonly meetings: () => readonly (readonly [context: number, count: number])[],
  ) {
    this.table = new Table(size);
    // not availableParallelism: Open MPI gives each rank a core of its own
    this.spinTime = size <= cpus().length ? SPIN : SPIN_CROWDED;
  }

  /** Waits until `pending` is ready. @throws TuttiError `deadlock` if that can never be */
  waitFor(pending: Pending): void {
    if (this.spin(pending)) return;
    const since = performance.now();
    try {
      for (let nap = SHORTEST_NAP; ; nap = Math.min(2 * nap, LONGEST_NAP)) {
        sleep(nap);
        this.progress();
        if (this.verdict !== undefined) throw this.explain(this.verdict);
        if (pending.ready()) return;
        if (this.blocked === undefined && performance.now() - since > PATIENCE) this.publish(pending);
        if (this.blocked !== undefined) this.investigate();
      }
    } finally {
      if (this.blocked !== undefined) this.goOn();
    }
  }

  /** Moves on what can move without waiting. */
  progress(): void {
    this.inbox.pull();
    for (const mover of this.movers) mover.advance();
    for (let next = this.post.receive(); next !== undefined; next = this.post.receive())
      this.read(next.source, next.letter);
  }

  /** Tells the others that this rank has returned, and serves them until all have. */
  finish(forgotten: readonly string[]): void {
    const account = { sent: [...this.inbox.sent], met: this.meetings() };
    this.finished = { kind: "finished", version: ++this.version, forgotten, ...account };
    this.show(this.finished);
    for (
      let nap = SHORTEST_NAP;
      !this.table.isOver() || !this.post.isSent();
      nap = Math.min(2 * nap, LONGEST_NAP)
    ) {
      this.progress();
      sleep(nap);
    }
  }

  /** The final accounts of the other ranks, after {@link Watch.finish}. */
  get accounts(): readonly Finished[] {
    return this.table.finished();
  }

  /**
   * Whether those who could make `pending` ready have returned: whatever this rank does meanwhile, waiting for it comes to an
   * end.
   */
  isDecided(pending: Pending): boolean {
    const { waiting } = pending;
    if (pending.isComing?.()) return false;
    if (waiting.operations.some(({ anySource }) => anySource)) return false; // this rank may yet send to itself
    const { kind, peers } = this.table.missing(waiting, meetingOf(pending));
    const hasReturned = (peer: number) => this.table.hasFinished(peer);
    return kind === "any" ? peers.every(hasReturned) : peers.some(hasReturned);
  }

  private spin(pending: Pending): boolean {
    const deadline = performance.now() + this.spinTime;
    do {
      this.progress();
      if (pending.ready()) return true;
    } while (performance.now() < deadline);
    return false;
  }

  private publish(pending: Pending): void {
    if (pending.isComing?.()) return;
    const letter: Blocked = {
      kind: "blocked",
      version: ++this.version,
      waiting: pending.waiting,
      at: sourceLine(),
      untaken: pending.untaken,
      meeting: meetingOf(pending),
      sent: [...this.inbox.sent],
      met: this.meetings(),
    };
    this.blocked = { letter, pending };
    this.show(letter);
  }

  private goOn(): void {
    this.blocked = undefined;
    this.verdict = undefined;
    this.suspicion = "";
    this.inquiry = undefined;
    this.show({ kind: "running", version: ++this.version });
  }

  private show(state: State): void {
    this.table.set(this.rank, state);
    this.post.publish(state);
  }

  private read(source: number, letter: Letter): void {
    switch (letter.kind) {
      case "question":
        this.tell(source, this.answer(letter));
        break;
      case "answer":
        this.inquiry?.note(source, letter);
        break;
      case "verdict":
        if (letter.version === this.blocked?.letter.version) this.verdict = letter;
        break;
      default:
        this.table.set(source, letter);
    }
  }

  private answer({ id, version, sent, untaken }: Question): Answer {
    const { inbox, blocked, finished } = this;
    inbox.pull();
    const yes =
      version === (blocked?.letter ?? finished)?.version &&
      sent.every(([rank, count]) => inbox.arrived[rank] >= count) &&
      untaken.every((message) => inbox.holds(message)) &&
      blocked?.pending.ready() !== true;
    return { kind: "answer", id, yes, unreceived: inbox.unreceived() };
  }

  /** Looks for ranks that are stuck, if this is the one to do so, and makes sure of it. */
  private investigate(): void {
    const { table } = this;
    const suspects = table.stuckWith(this.rank);
    const suspicion = suspects.map((rank) => `${rank}:${table.version(rank)}`).join();
    if (suspicion !== this.suspicion) {
      this.suspicion = suspicion;
      this.inquiry = undefined;
      this.askAt = performance.now() + SETTLING;
    }
    if (suspects[0] !== this.rank || performance.now() < this.askAt) return;
    if (this.inquiry === undefined) {
      const untaken = suspects.flatMap((rank) => table.blocked(rank).untaken ?? []);
      this.inquiry = new Inquiry(table, suspects, untaken);
      for (const [rank, question] of this.inquiry.questions) this.tell(rank, question);
    }
    const { inquiry } = this;
    if (inquiry.outcome === undefined) return;
    this.inquiry = undefined;
    this.askAt = performance.now() + SECOND_THOUGHT;
    if (inquiry.outcome === "no") return;
    const [stuck, returned] = [inquiry.stuck(table, suspects), table.returned()];
    for (const rank of suspects)
      this.tell(rank, { kind: "verdict", version: table.version(rank), stuck, returned });
  }

  private tell(rank: number, letter: Letter): void {
    if (rank === this.rank) this.read(rank, letter);
    else this.post.send(rank, letter);
  }

  private explain({ stuck, returned }: Verdict): TuttiError {
    const error = deadlockError(stuck, returned);
    if (stuck[0].rank !== this.rank) this.toldElsewhere.add(error);
    return error;
  }
}

function meetingOf({ meeting, waiting }: Pending): Meeting | undefined {
  return meeting === undefined ? undefined : { context: waiting.operations[0].context, count: meeting };
}

const pillow = new Int32Array(new SharedArrayBuffer(4));

function sleep(milliseconds: number): void {
  Atomics.wait(pillow, 0, 0, milliseconds);
}
