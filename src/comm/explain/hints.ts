import { ANY_TAG } from "../comm.js";
import { describeUnreceived, type Operation, type StuckRank } from "./operation.js";

/** What helps against a deadlock of a known shape, one sentence each. */
export function hintsFor(stuck: readonly StuckRank[]): string[] {
  const hints = stuck.flatMap(unreceivedHints);
  const operations = stuck.flatMap(({ waiting }) => waiting.operations);
  const all = (role: Operation["role"]) => operations.every((operation) => operation.role === role);
  if (stuck.some(({ rank, waiting }) => waiting.peers.length === 1 && waiting.peers[0] === rank))
    hints.push("a rank cannot do anything for itself while it waits: start the other operation first");
  else if (hints.length === 0 && all("receive"))
    hints.push("all receive first: let one of them send first, or use sendrecv");
  else if (all("send"))
    hints.push("all send first, and such a send waits until it is received: use sendrecv, or isend");
  else if (all("collective") && new Set(operations.map(({ context }) => context)).size > 1)
    hints.push("collectives of different communicators must be called in the same order on all ranks");
  return hints;
}

/** A message from the right rank with the wrong tag or on the wrong communicator. */
export function unreceivedHints({ rank, waiting, unreceived = [] }: StuckRank): string[] {
  const wanted = waiting.operations.filter(({ role }) => role === "receive");
  return wanted.flatMap(({ peers, context, tag }) => {
    const near = unreceived.filter(({ source }) => peers.includes(source));
    const message = near.find((one) => one.context === context && tag !== ANY_TAG) ?? near[0];
    return message === undefined
      ? []
      : [`rank ${rank} has ${describeUnreceived(message)} that nobody receives`];
  });
}
