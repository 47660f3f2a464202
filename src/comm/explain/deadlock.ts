import { TuttiError } from "../../errors.js";
import { hintsFor } from "./hints.js";
import { describeWaiting, listOf, type ReturnedRank, ranksOf, type StuckRank } from "./operation.js";

/**
 * The error that tells all ranks of a deadlock who waits for what:
 *
 *     ranks 0 and 1 wait for each other:
 *       rank 0 waits in recv for rank 1 (tag 5, 3 × float64, on world) at script.ts:12:8
 *       rank 1 waits in recv for rank 0 (tag 5, 3 × float64, on world) at script.ts:12:8
 *     all receive first: let one of them send first, or use sendrecv
 *
 * @param stuck in the order of ranks
 * @param returned those that have returned, of all ranks; the ones that a stuck rank waits for are named
 */
export function deadlockError(
  stuck: readonly StuckRank[],
  returned: readonly ReturnedRank[] = [],
): TuttiError {
  const awaited = new Set(stuck.flatMap(({ waiting }) => waiting.peers));
  const missed = returned.filter(({ rank }) => awaited.has(rank));
  const lines = [
    ...stuck.map(({ rank, waiting, at }) => ({
      rank,
      text: `waits in ${describeWaiting(waiting)}${place(at)}`,
    })),
    ...missed.map(({ rank, forgotten = [] }) => ({
      rank,
      text: `has returned${describeForgotten(forgotten)}`,
    })),
  ].sort((a, b) => a.rank - b.rank);
  const message = [
    headline(stuck, missed),
    ...lines.map(({ rank, text }) => `  rank ${rank} ${text}`),
    ...hintsFor(stuck),
  ].join("\n");
  return new TuttiError("deadlock", message, {
    ranks: stuck.map(({ rank }) => rank),
    waits: stuck.map(({ rank, waiting, at }) => ({ rank, at, ...waiting })),
    returned: missed.map(({ rank }) => rank),
  });
}

function headline(stuck: readonly StuckRank[], missed: readonly ReturnedRank[]): string {
  const who = ranksOf(stuck.map(({ rank }) => rank));
  const gone = missed.map(({ rank }) => rank);
  if (gone.length > 0)
    return `${who} ${stuck.length > 1 ? "wait" : "waits"} for ${ranksOf(gone)}, which ${gone.length > 1 ? "have" : "has"} returned:`;
  if (stuck.length > 1) return `${who} wait for each other:`;
  return `${who} waits for itself:`;
}

function place(at: string | undefined): string {
  return at === undefined ? "" : ` at ${at}`;
}

/** What a rank has left behind: ` with a request it never waited for: irecv from rank 1 (…)`. */
export function describeForgotten(forgotten: readonly string[]): string {
  if (forgotten.length === 0) return "";
  const what = forgotten.length > 1 ? "requests" : "a request";
  return ` with ${what} it never waited for: ${listOf(forgotten, "and")}`;
}
