import type { Waiting } from "../explain/operation.js";
import type { Blocking } from "./waiter.js";

/** Blocks in several things at once, until one of them is ready; fails as soon as one of them can never be. */
export function firstOf(call: string, all: readonly Blocking[]): Blocking {
  return {
    ready: () => all.some(({ ready }) => ready()),
    lost: () => {
      for (const { lost } of all) {
        const error = lost?.();
        if (error !== undefined) return error;
      }
    },
    waiting: () =>
      anyOf(
        call,
        all.map(({ waiting }) => waiting()),
      ),
  };
}

/** The wait for the first of several. One that needs all of its peers counts as if any would do, to be on the safe side. */
export function anyOf(call: string, all: readonly Waiting[]): Waiting {
  const peers = new Set(all.flatMap((waiting) => waiting.peers));
  return { call, kind: "any", peers: [...peers], operations: all.flatMap(({ operations }) => operations) };
}
