import { TuttiError } from "../../errors.js";
import { CALLS } from "../calls.js";
import { ANY_SOURCE, ANY_TAG } from "../comm.js";
import type { Group } from "../matching.js";
import type { Control } from "./control.js";

/** A wait for a message to be sent or received. */
export interface Wait {
  readonly call: number;
  readonly group: Group;
  /** World rank of the peer, or ANY_SOURCE. */
  readonly peer: number;
  readonly tag: number;
  readonly wanted: "to send" | "to receive";
  /** Whether the rank itself can do nothing meanwhile. */
  readonly blocked: boolean;
}

/** The error of waiting for a message when nobody is left who could send or receive it; undefined while somebody is. */
export function findLost(control: Control, rank: number, wait: Wait): TuttiError | undefined {
  const { group, peer, blocked } = wait;
  const peers = peer === ANY_SOURCE ? group.ranks : [peer];
  for (const other of peers) if (other === rank ? !blocked : !control.finished(other)) return undefined;
  return deadlock(rank, wait);
}

function deadlock(rank: number, { call, group, peer, tag, wanted }: Wait): TuttiError {
  const whom = peer === ANY_SOURCE ? "any rank" : peer === rank ? "itself" : `rank ${peer}`;
  const which = `${tag === ANY_TAG ? "any tag" : `tag ${tag}`}, on ${group.name}`;
  const without = wanted === "to send" ? "without sending it" : "without receiving it";
  const gone = peer === ANY_SOURCE ? "all other ranks have" : `rank ${peer} has`;
  const why = peer === rank ? "it cannot do that while it waits" : `${gone} returned ${without}`;
  const message = `${CALLS[call]}: rank ${rank} waits for ${whom} ${wanted} a message (${which}), but ${why}`;
  return new TuttiError("deadlock", message, {
    call: CALLS[call],
    rank,
    peer,
    tag,
    communicator: group.name,
  });
}
