import type { ReturnedRank, StuckRank, Unreceived, Waiting } from "../../explain/operation.js";

/*
 * What ranks tell each other beside the user's messages. A rank counts what it tells of itself: `version` names one stretch
 * of waiting.
 */

/** What two ranks have to compare to know whether something is under way between them. */
interface Account {
  /** Messages that the rank has sent to each rank of the world. */
  readonly sent: readonly number[];
  /** Exchanges of signatures that it has begun, by number of the communicator. */
  readonly met: readonly (readonly [context: number, count: number])[];
}

/** The rank goes on. */
export interface Running {
  readonly kind: "running";
  readonly version: number;
}

/** The rank has waited for a while. */
export interface Blocked extends Account {
  readonly kind: "blocked";
  readonly version: number;
  readonly waiting: Waiting;
  readonly at?: string;
  /** The exchange of signatures that it waits in. */
  readonly meeting?: Meeting;
  /** The messages that it waits to be taken. */
  readonly untaken?: readonly Untaken[];
}

/** The rank has returned. */
export interface Finished extends Account {
  readonly kind: "finished";
  readonly version: number;
  readonly forgotten: readonly string[];
}

/** The exchange of signatures number `count` on a communicator. */
export interface Meeting {
  readonly context: number;
  readonly count: number;
}

/** The number `index` of the messages from one rank of the world to another on a communicator. */
export interface Untaken {
  readonly sender: number;
  readonly receiver: number;
  readonly context: number;
  readonly index: number;
}

/**
 * Are you still at `version`, have these messages of each rank come to you, and has nobody received those?
 */
export interface Question {
  readonly kind: "question";
  readonly id: number;
  readonly version: number;
  readonly sent: readonly (readonly [rank: number, count: number])[];
  readonly untaken: readonly Untaken[];
}

export interface Answer {
  readonly kind: "answer";
  readonly id: number;
  readonly yes: boolean;
  readonly unreceived: readonly Unreceived[];
}

/** You, who are at `version`, are one of these. */
export interface Verdict {
  readonly kind: "verdict";
  readonly version: number;
  readonly stuck: readonly StuckRank[];
  readonly returned: readonly ReturnedRank[];
}

export type State = Running | Blocked | Finished;
export type Letter = State | Question | Answer | Verdict;
