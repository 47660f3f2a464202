import { ANY_TAG } from "../comm.js";
import type { Wait } from "./wait-for.js";

/** An operation that a rank is in, in the words of the user's program: plain data that crosses from rank to rank. */
export interface Operation extends Wait {
  /** The method that the user called. */
  readonly call: string;
  /** What the rank wants of its peers: a message, that they take one, that they make the same call, that they let go. */
  readonly role: "receive" | "send" | "collective" | "lock";
  /** Whether a receive takes a message from any rank. */
  readonly anySource?: boolean;
  /** The peer's rank in the communicator; absent in a collective. */
  readonly peer?: number;
  /** {@link ANY_TAG} for every tag; absent where there are no tags. */
  readonly tag?: number;
  /** Elements, and the name of their type; absent where they do not matter. */
  readonly count?: number;
  readonly type?: string;
  /** What else the call says: `"op sum"`, `"root 0"`. */
  readonly details?: readonly string[];
  /** Name and number of the communicator; two may have the same name. */
  readonly communicator: string;
  readonly context: number;
}

/** The wait for one operation, or for the first of several. */
export interface Waiting extends Wait {
  /** The method that the user called. */
  readonly call: string;
  readonly operations: readonly Operation[];
  /** Number of further operations, which are not named. */
  readonly others?: number;
}

/** A message that has come but that nobody receives. */
export interface Unreceived {
  /** World rank. */
  readonly source: number;
  readonly tag: number;
  /** Elements, and the name of their type. */
  readonly count: number;
  readonly type: string;
  readonly communicator: string;
  readonly context: number;
}

/** A rank that waits in vain. */
export interface StuckRank {
  /** World rank. */
  readonly rank: number;
  readonly waiting: Waiting;
  /** The line of the user's program, as `script.ts:12:8`; absent if unknown. */
  readonly at?: string;
  /** Messages that it has but has not asked for. */
  readonly unreceived?: readonly Unreceived[];
}

/** A rank that will never communicate again. */
export interface ReturnedRank {
  /** World rank. */
  readonly rank: number;
  /** Requests that it has started and never waited for, each in words. */
  readonly forgotten?: readonly string[];
}

/** The wait for one operation. */
export function waitingIn(operation: Operation): Waiting {
  const { call, kind, peers } = operation;
  return { call, kind, peers, operations: [operation] };
}

/** `recv for rank 1 (tag 5, 3 × float64, on world)`; for several operations, each with its own partner. */
export function describeWaiting({ call, operations, others = 0 }: Waiting): string {
  if (operations.length !== 1) {
    const named = operations.map(describeOperation);
    return `${call} for ${listOf(others > 0 ? [...named, `${others} others`] : named, "or")}`;
  }
  const [operation] = operations;
  return `${call} for ${partnerOf(operation)} ${particulars(operation)}`;
}

/** `irecv from rank 1 (tag 5, 3 × float64, on world)`. */
export function describeOperation(operation: Operation): string {
  const { call, role } = operation;
  if (role === "collective") return `${call} ${particulars(operation)}`;
  const preposition = { receive: "from", send: "to", lock: "of" }[role];
  return `${call} ${preposition} ${partnerOf(operation)} ${particulars(operation)}`;
}

/** `a message of rank 0 (tag 4, 3 × float64, on world)`. */
export function describeUnreceived({ source, tag, count, type, communicator }: Unreceived): string {
  return `a message of rank ${source} (tag ${tag}, ${count} × ${type}, on ${communicator})`;
}

/** `rank 1`, `ranks 1, 2 and 3`. */
export function ranksOf(ranks: readonly number[], word: "and" | "or" = "and"): string {
  return `${ranks.length === 1 ? "rank" : "ranks"} ${listOf(ranks, word)}`;
}

/** `1`, `1 and 2`, `1, 2 and 3`. */
export function listOf(items: readonly (number | string)[], word: "and" | "or"): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} ${word} ${items.at(-1)}`;
}

function partnerOf({ anySource, peers, kind }: Operation): string {
  return anySource || peers.length === 0 ? "any rank" : ranksOf(peers, kind === "any" ? "or" : "and");
}

function particulars({ tag, count, type, details = [], peers, peer, communicator }: Operation): string {
  const facts: string[] = [];
  if (tag !== undefined) facts.push(tag === ANY_TAG ? "any tag" : `tag ${tag}`);
  if (type !== undefined) facts.push(`${count} × ${type}`);
  facts.push(...details);
  // errors name ranks of the world; the program has named a rank of its communicator
  const renamed = peer !== undefined && peers.length === 1 && peers[0] !== peer;
  facts.push(renamed ? `on ${communicator} as rank ${peer}` : `on ${communicator}`);
  return `(${facts.join(", ")})`;
}
