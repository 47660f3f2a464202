import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { ANY_SOURCE, ANY_TAG } from "../comm.js";
import { ELEMENT_TYPES } from "../elements.js";
import { describeForgotten } from "../explain/deadlock.js";
import { unreceivedHints } from "../explain/hints.js";
import { type Operation, type Unreceived, waitingIn } from "../explain/operation.js";
import type { Group, Receive } from "../matching.js";
import type { Control } from "./control.js";
import type { Send } from "./send.js";

/** The wait for a message that nobody has to receive. */
export interface Probe {
  readonly call: number;
  readonly group: Group;
  /** Rank in the communicator, or ANY_SOURCE. */
  readonly source: number;
  readonly tag: number;
}

/** A wait for a message to be sent or received. */
export type Exchange = Send | Receive | Probe;

/** An exchange in the user's words. */
export function operationOf(exchange: Exchange): Operation {
  const { call, group, tag } = exchange;
  const common = {
    call: CALLS[call],
    kind: "any",
    tag,
    communicator: group.name,
    context: group.context,
  } as const;
  if ("dest" in exchange) {
    const { dest, envelope, message } = exchange;
    const peer = group.ranks.indexOf(dest);
    return { ...common, ...elements(envelope.type, message.length), role: "send", peers: [dest], peer };
  }
  const { source } = exchange;
  const content =
    "into" in exchange && exchange.into !== undefined
      ? elements(exchange.type.code, exchange.into.length)
      : {};
  if (source !== ANY_SOURCE)
    return { ...common, ...content, role: "receive", peers: [group.ranks[source]], peer: source };
  const peers = group.ranks.filter((_, member) => member !== group.rank);
  return { ...common, ...content, role: "receive", peers, anySource: true };
}

function elements(code: number, bytes: number): { count?: number; type?: string } {
  const type = ELEMENT_TYPES[code];
  return { count: bytes / type.bytes, type: type.name };
}

/**
 * Whether nobody is left who could send or receive what is waited for.
 *
 * @param blocked whether the rank itself can do nothing meanwhile
 */
export function isLost(control: Control, exchange: Exchange, blocked: boolean): boolean {
  const { ranks, rank } = exchange.group;
  const gone = (other: number) => (other === ranks[rank] ? blocked : control.finished(other));
  if ("dest" in exchange) return gone(exchange.dest);
  return exchange.source === ANY_SOURCE ? ranks.every(gone) : gone(ranks[exchange.source]);
}

/**
 * The error of an exchange that is lost.
 *
 * @param rank world rank of the one that waits
 * @param unreceived messages that it has, perhaps instead of the right one
 * @param forgotten requests of the other one, in words
 */
export function lostError(
  rank: number,
  operation: Operation,
  unreceived: readonly Unreceived[],
  forgotten: readonly string[],
): TuttiError {
  const { call, role, anySource, peers, tag, count, type, communicator } = operation;
  const [peer] = peers;
  const whom = anySource ? "any rank" : peer === rank ? "itself" : `rank ${peer}`;
  const wanted = role === "send" ? "to receive" : "to send";
  const content = type === undefined ? "" : `${count} × ${type}, `;
  const which = `${tag === ANY_TAG ? "any tag" : `tag ${tag}`}, ${content}on ${communicator}`;
  const without = role === "send" ? "without receiving it" : "without sending it";
  const gone = anySource ? "all other ranks have" : `rank ${peer} has`;
  const why = peer === rank ? "it cannot do that while it waits" : `${gone} returned ${without}`;
  const message = [
    `${call}: rank ${rank} waits for ${whom} ${wanted} a message (${which}), but ${why}`,
    ...(forgotten.length > 0 ? [`rank ${peer} has returned${describeForgotten(forgotten)}`] : []),
    ...unreceivedHints({ rank, waiting: waitingIn(operation), unreceived }),
  ].join("\n");
  const data = { call, rank, peer: anySource ? ANY_SOURCE : peer, tag, communicator };
  return new TuttiError("deadlock", message, data);
}
