import type { ReturnedRank, Waiting } from "../../explain/operation.js";
import { concernedWith, findStuck, type RankState } from "../../explain/wait-for.js";
import type { Blocked, Finished, Meeting, State } from "./letters.js";

/** What one rank knows of all ranks of the world. */
export class Table {
  private readonly states: State[];

  constructor(size: number) {
    this.states = Array.from({ length: size }, () => ({ kind: "running", version: 0 }));
  }

  set(rank: number, state: State): void {
    this.states[rank] = state;
  }

  version(rank: number): number {
    return this.states[rank].version;
  }

  /** The state of a rank that waits. */
  blocked(rank: number): Blocked {
    return this.states[rank] as Blocked;
  }

  hasFinished(rank: number): boolean {
    return this.states[rank].kind === "finished";
  }

  /** What a waiting rank waits for. */
  waiting(rank: number): Waiting {
    const { waiting, meeting } = this.blocked(rank);
    return this.missing(waiting, meeting);
  }

  /** The same wait: in a collective, for the ranks that have not come. */
  missing(waiting: Waiting, meeting: Meeting | undefined): Waiting {
    if (meeting === undefined) return waiting;
    const peers = waiting.peers.filter((peer) => !this.hasMet(peer, meeting));
    return {
      ...waiting,
      peers,
      operations: waiting.operations.map((operation) => ({ ...operation, peers })),
    };
  }

  /** The ranks that can never go on if all states are of one moment: those that have to do with `rank`, if it is one of them. */
  stuckWith(rank: number): number[] {
    const states = this.states.map(
      (state, r): RankState => (state.kind === "blocked" ? this.waiting(r) : state.kind),
    );
    const stuck = findStuck(states);
    if (!stuck.includes(rank)) return [];
    // a rank that has returned brings those together that wait for it
    const ranks = [...states.keys()].filter((other) => states[other] === "finished" || stuck.includes(other));
    const connected = concernedWith(rank, ranks, states);
    return stuck.filter((other) => connected.includes(other));
  }

  /** Whether all ranks have returned. */
  isOver(): boolean {
    return this.states.every(({ kind }) => kind === "finished");
  }

  finished(): Finished[] {
    return this.states.filter((state) => state.kind === "finished");
  }

  returned(): ReturnedRank[] {
    return this.states.flatMap((state, rank) =>
      state.kind === "finished" ? [{ rank, forgotten: state.forgotten }] : [],
    );
  }

  /** Messages from each rank that sends no more before it goes on to `rank`. */
  sentTo(rank: number, suspects: readonly number[]): [rank: number, count: number][] {
    return this.states.flatMap((state, sender): [number, number][] =>
      state.kind === "finished" || (state.kind === "blocked" && suspects.includes(sender))
        ? [[sender, state.sent[rank]]]
        : [],
    );
  }

  private hasMet(rank: number, { context, count }: Meeting): boolean {
    const state = this.states[rank];
    if (state.kind === "running") return false;
    return state.met.some(([known, begun]) => known === context && begun >= count);
  }
}
