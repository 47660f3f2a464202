import type { Comm } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import type { ParameterVector } from "../nn/index.js";

/**
 * Checks that all ranks were given the same options, as text by name. Collective.
 *
 * @throws TuttiError `mismatch`, on every rank, that names the first option that differs with its values.
 */
export function requireSameOptions(comm: Comm, options: Readonly<Record<string, string>>): void {
  const all = comm.allgatherObject(options);
  for (const name of new Set(all.flatMap(Object.keys))) {
    const values = all.map((of) => of[name] ?? "absent");
    const rank = values.findIndex((value) => value !== values[0]);
    if (rank < 0) continue;
    const found = `${name} is ${values[0]} on rank 0 and ${values[rank]} on rank ${rank}`;
    const message = `fit: all ranks must be given the same; ${found}`;
    throw new TuttiError("mismatch", message, { name, values });
  }
}
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
    `requireSameWeights: training must begin with the same parameters on all ranks; ${who} from rank ${common[0]}. ` +
      "Initialise with the same seed on every rank, or broadcast the parameters of one",
    { ranks: differing, hashes },
  );
}
