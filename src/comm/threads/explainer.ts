import type { TuttiError } from "../../errors.js";
import { deadlockError } from "../explain/deadlock.js";
import type { Unreceived, Waiting } from "../explain/operation.js";
import { sourceLine } from "../explain/source-line.js";
import { concernedWith, findStuck, type RankState, type Wait } from "../explain/wait-for.js";
import type { Control } from "./control.js";
import type { Explanation } from "./explanation.js";
import type { WaitBoard } from "./wait-board.js";

/**
 * Recognises deadlocks, at the moment when the last of their ranks falls asleep.
 *
 * Each rank that is about to sleep looks whether it waits in vain. It sees what all who fell asleep before it have posted,
 * so the last one sees the whole deadlock and calls its ranks. Each of them wakes and looks once more whether it can go on;
 * if none can, each says in which line of the program it waits and throws the same error, which names them all.
 *
 * A rank that awaits could be woken by whatever other threads do, so it is stuck only when no rank of the job runs any more.
 */
export class Explainer {
  constructor(
    private readonly rank: number,
    private readonly control: Control,
    private readonly board: WaitBoard,
    private readonly explanation: Explanation,
    private readonly unreceived: () => Unreceived[],
  ) {}

  /**
   * Looks whether this rank, which has just posted its wait, seems to wait in vain, and calls all whom that concerns.
   *
   * @param alone whether it concerns this rank too if a rank it waits for has returned; others throw that by themselves
   */
  look(waiting: Wait, alone: boolean): void {
    const { rank, board, explanation } = this;
    if (!this.isSuspicious(waiting)) return;
    const suspected = this.findStuck(alone);
    if (suspected.length === 0 || !explanation.begin()) return;
    // from now on no rank leaves its wait unseen; some may have before
    const held = suspected.filter((other) => board.hold(other));
    const stuck = this.findStuck(alone).filter((other) => held.includes(other));
    if (stuck.includes(rank)) {
      for (const other of held) if (!stuck.includes(other)) board.letGo(other);
      explanation.call(stuck);
    } else {
      for (const other of held) board.letGo(other);
      explanation.end();
    }
  }

  /** Takes this rank's post down; true if somebody suspects a deadlock: then it must {@link Explainer.explain}. */
  leave(): boolean {
    return this.board.remove(this.rank, () => this.explanation.isCalled(this.rank));
  }

  /**
   * Settles the suspicion with the other ranks that it concerns: the error that all of them throw, or undefined if it was wrong.
   *
   * @param waiting what this rank waits for; undefined if it can go on
   * @param at where, if not in the present line
   */
  explain(waiting: Waiting | undefined, at?: string): TuttiError | undefined {
    const { rank, control, board, explanation } = this;
    if (waiting !== undefined)
      board.setNote(rank, { waiting, at: at ?? sourceLine(), unreceived: this.unreceived() });
    const stuck = explanation.gather(rank, waiting === undefined, (ranks) => this.confirms(ranks));
    const error =
      stuck &&
      deadlockError(
        stuck.map((other) => ({ waiting: waiting!, ...board.note(other), rank: other })),
        this.ranks()
          .filter((other) => control.finished(other))
          .map((other) => ({ ...board.note(other), rank: other })),
      );
    explanation.leave(rank);
    return error;
  }

  /** Whether it is worth to look at all ranks: a rank that somebody runs for is the ordinary case. */
  private isSuspicious({ kind, peers }: Wait): boolean {
    const { control, board } = this;
    const runs = (peer: number) => !control.finished(peer) && !board.isBlocked(control, peer);
    return kind === "any" ? !peers.some(runs) : !peers.every(runs);
  }

  /** If this rank waits in vain: the ranks that concerns, by their posts of one and the same moment. */
  private findStuck(alone: boolean): number[] {
    const { rank, control, board } = this;
    const versions: number[] = [];
    const states = this.ranks().map((other): RankState => {
      versions[other] = board.version(other);
      if (control.finished(other)) return "finished";
      if (!board.isBlocked(control, other)) return "running";
      const wait = board.wait(other);
      const gone = (peer: number) => control.finished(peer);
      const lost = wait.kind === "any" ? wait.peers.every(gone) : wait.peers.some(gone);
      return lost && !(alone && other === rank) ? "running" : wait;
    });
    const stuck = concernedWith(rank, findStuck(states), states);
    if (this.isInDoubt(stuck)) return [];
    // blocked with the same version now and before: so all the time in between, which all these times have in common
    const steady = (other: number) =>
      board.version(other) === versions[other] && board.isBlocked(control, other);
    return stuck.includes(rank) && stuck.every(steady) ? stuck : [];
  }

  /** Whether `ranks` wait in vain by what they say now. */
  private confirms(ranks: readonly number[]): boolean {
    const states = this.ranks().map((other): RankState => {
      if (ranks.includes(other)) return this.board.note(other)?.waiting ?? "running";
      return this.control.finished(other) ? "finished" : "running";
    });
    return findStuck(states).length === ranks.length && !this.isInDoubt(ranks);
  }

  /** Whether some of `stuck` await while other ranks run. */
  private isInDoubt(stuck: readonly number[]): boolean {
    const { control, board } = this;
    const runs = (other: number) =>
      !stuck.includes(other) && !control.finished(other) && !board.isBlocked(control, other);
    return stuck.some((other) => board.awaits(other)) && this.ranks().some(runs);
  }

  private ranks(): number[] {
    return Array.from({ length: this.control.size }, (_, rank) => rank);
  }
}
