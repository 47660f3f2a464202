import type { Collective } from "../../collective.js";
import type { Counts } from "./comparison.js";
import { pairedCounts, rootsCounts, sameCounts } from "./counts.js";

/** What of a collective must fit together beside its signature, on `size` ranks; undefined if nothing. */
export function countsOf(collective: Collective, size: number): Counts | undefined {
  switch (collective.kind) {
    case "gather": {
      const { root, into } = collective;
      return rootsCounts(size, root, into?.layout, "send other counts than the root expects");
    }
    case "scatter": {
      const { root, from } = collective;
      return rootsCounts(size, root, from?.layout, "expect other counts than the root sends");
    }
    case "allgather":
      return sameCounts(collective.into.layout);
    case "alltoall":
      return pairedCounts(collective.from.layout, collective.into.layout);
    case "reduceScatter":
      return sameCounts(collective.layout);
    default:
      return undefined;
  }
}
