/** What a waiting rank needs before it can go on. */
export interface Wait {
  /** Whether one of the peers must act, or every one of them. */
  readonly kind: "any" | "all";
  /** World ranks. Of none, "any" is in vain and "all" is met. */
  readonly peers: readonly number[];
}

/** What a rank of the world is doing. */
export type RankState = "running" | "finished" | Wait;

/**
 * The ranks that can never go on, in order: each waits for ranks of which too few can ever act.
 *
 * A rank can act if it is running, or if it waits for enough ranks that can act; a finished rank never acts again. So the
 * ranks that can act are the least fixpoint of that rule (Chandy, Misra and Haas, Distributed deadlock detection, 1983:
 * "any" is their communication model, "all" their resource model).
 *
 * @param states by world rank, all of one moment
 */
export function findStuck(states: readonly RankState[]): number[] {
  const canAct = states.map((state) => state === "running");
  for (let found = true; found; ) {
    found = false;
    for (const [rank, state] of states.entries()) {
      if (canAct[rank] || typeof state === "string" || !isMet(state, canAct)) continue;
      canAct[rank] = true;
      found = true;
    }
  }
  return states.flatMap((state, rank) => (canAct[rank] || state === "finished" ? [] : [rank]));
}

/** Those of `stuck` that have to do with `rank`: it waits for them or they for it, directly or by way of others. */
export function concernedWith(
  rank: number,
  stuck: readonly number[],
  states: readonly RankState[],
): number[] {
  const waitsFor = (a: number, b: number) => {
    const state = states[a];
    return typeof state !== "string" && state.peers.includes(b);
  };
  const found = new Set([rank]);
  for (const one of found)
    for (const other of stuck) if (waitsFor(one, other) || waitsFor(other, one)) found.add(other);
  return stuck.filter((other) => found.has(other));
}

function isMet({ kind, peers }: Wait, canAct: readonly boolean[]): boolean {
  return kind === "any" ? peers.some((peer) => canAct[peer]) : peers.every((peer) => canAct[peer]);
}
