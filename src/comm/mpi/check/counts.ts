import type { Layout } from "../../layout.js";
import type { Counts, Shown } from "./comparison.js";

/*
 * Collectives with counts: what one rank sends must be what the other expects. All ranks see whether it is, and all report it
 * if it is not.
 */

/**
 * A gather or a scatter: each rank has as many elements as the root's layout says.
 *
 * @param layout on the root only
 * @param what what is wrong if not
 */
export function rootsCounts(size: number, root: number, layout: Layout | undefined, what: string): Counts {
  const given = ({ extra }: Shown) => extra === 1;
  return {
    extra: layout?.given ? 1 : 0,
    numbers: (shown) => (given(shown[root]) ? (layout?.counts ?? new Array<number>(size).fill(0)) : []),
    wrong(shown, numbers) {
      const expected = (r: number) => (given(shown[root]) ? numbers[root][r] : shown[root].count);
      return firstRank(what, shown, (r) => shown[r].count !== expected(r));
    },
  };
}

/** A collective for which all ranks give the same counts, if they give any. */
export function sameCounts({ counts, given }: Layout): Counts {
  return {
    extra: given ? fingerprint(counts) : 0,
    numbers: () => [],
    wrong: (shown) => firstRank("give different counts", shown, (r) => shown[r].extra !== shown[0].extra),
  };
}

/** An all-to-all: each rank expects from each other what that one sends to it. */
export function pairedCounts(sent: Layout, expected: Layout): Counts {
  const size = sent.counts.length;
  return {
    extra: 0,
    numbers: () => (expected.given ? [...sent.counts, ...expected.counts] : []),
    wrong(shown, numbers) {
      if (!expected.given) return undefined;
      const fits = (s: number, r: number) => numbers[s][r] === numbers[r][size + s];
      const what = "send other counts than their receivers expect";
      return firstRank(what, shown, (r) => !shown.every((_, s) => fits(s, r)));
    },
  };
}

function firstRank(
  what: string,
  shown: readonly Shown[],
  isWrong: (rank: number) => boolean,
): string | undefined {
  const rank = [...shown.keys()].find(isWrong);
  return rank === undefined ? undefined : `${what} (rank ${rank})`;
}

/** A number that is, but for bad luck, different for different counts (FNV-1a over the bytes of their float64 form). */
function fingerprint(counts: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(Float64Array.from(counts).buffer))
    hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
