import { TuttiError } from "../../errors.js";
import { describe } from "../elements.js";

/** Refuses what is not an array of ranks. */
export function checkRanks(call: string, argument: string, ranks: readonly number[], size: number): void {
  if (!Array.isArray(ranks)) {
    const message = `${call}: ${argument} must be an Array of ranks, found ${describe(ranks)}`;
    throw new TuttiError("argument", message, { call, argument });
  }
  for (const [i, rank] of ranks.entries()) {
    if (Number.isInteger(rank) && rank >= 0 && rank < size) continue;
    const message = `${call}: ${argument}[${i}] must be a rank from 0 to ${size - 1}, found ${describe(rank)}`;
    throw new TuttiError("argument", message, { call, argument, found: rank });
  }
}

/** Refuses what is not a group of ranks: each at most once. */
export function checkGroup(ranks: readonly number[], size: number): void {
  checkRanks("create", "ranks", ranks, size);
  const twice = ranks.find((rank, i) => ranks.indexOf(rank) !== i);
  if (twice === undefined) return;
  const message = `create: ranks must name each rank once, found rank ${twice} more than once in [${ranks.join(", ")}]`;
  throw new TuttiError("argument", message, { call: "create", argument: "ranks", found: twice });
}

/** Refuses groups, by the rank that gives them, of which a member gives another one: on every rank alike. */
export function sameGroups(groups: readonly (readonly number[])[]): void {
  for (const [rank, group] of groups.entries()) {
    if (!group.includes(rank)) continue;
    const other = group.find((member) => groups[member].join() !== group.join());
    if (other === undefined) continue;
    const message = `create: all ranks of a group must give the same ranks: rank ${rank} gives [${group.join(", ")}], rank ${other} [${groups[other].join(", ")}]`;
    throw new TuttiError("mismatch", message, { call: "create", ranks: [rank, other] });
  }
}

/** Refuses different grids, by the rank that asks for them: on every rank alike. */
export function sameGrids(grids: readonly string[]): void {
  const other = grids.findIndex((grid) => grid !== grids[0]);
  if (other < 0) return;
  const message = `cart: all ranks must ask for the same grid: rank 0 asks for ${grids[0]}, rank ${other} for ${grids[other]}`;
  throw new TuttiError("mismatch", message, { call: "cart", rank: other });
}
