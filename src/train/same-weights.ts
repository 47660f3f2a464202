import type { Comm } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import type { ParameterVector } from "../nn/index.js";

/**
 * Checks that all ranks hold the same parameters, bit for bit. Collective.
 *
 * @throws TuttiError `mismatch`, on every rank, that names the ranks that differ from the most common parameters.
 */
export function requireSameWeights(comm: Comm, parameters: ParameterVector): void {
  const hashes = comm.allgatherObject(parameters.hash());
  const holders = new Map<string, number[]>();
  for (const [rank, hash] of hashes.entries()) holders.set(hash, [...(holders.get(hash) ?? []), rank]);
  if (holders.size === 1) return;
  const [common, ...others] = [...holders.values()].sort((a, b) => b.length - a.length || a[0] - b[0]);
  const differing = others.flat().sort((a, b) => a - b);
  const who =
    differing.length === 1 ? `rank ${differing[0]} differs` : `ranks ${differing.join(", ")} differ`;
  throw new TuttiError(
    "mismatch",
    `training must begin with the same parameters on all ranks; ${who} from rank ${common[0]}. ` +
      "Initialise with the same seed on every rank, or broadcast the parameters of one",
    { ranks: differing, hashes },
  );
}
