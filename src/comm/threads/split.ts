import { FLOAT64 } from "../elements.js";
import { evenLayout } from "../layout.js";
import type { Group } from "../matching.js";
import { allocateArea } from "./area.js";
import { allgather } from "./collectives.js";
import type { Meeting } from "./meeting.js";

/** A new communicator as one of its members sees it. */
export interface Part {
  readonly group: Group;
  readonly area: SharedArrayBuffer;
}

/**
 * Divides a communicator by color; members of a part are ordered by key, then by rank.
 *
 * Rank 0 draws the contexts of all parts, in the order of their colors; the first member of each part allocates its area.
 */
export function splitGroup(
  meeting: Meeting,
  call: number,
  color: number | undefined,
  key: number,
  name: string,
): Part | undefined {
  const { endpoint, group, rank } = meeting;
  const choices = tell(meeting, call, [color === undefined ? 0 : 1, color ?? 0, key]);
  const colors = new Set(choices.filter(([chosen]) => chosen === 1).map(([, theirColor]) => theirColor));
  const members = choices
    .map(([chosen, theirColor, theirKey], member) => ({ member, chosen, theirColor, theirKey }))
    .filter(({ chosen, theirColor }) => color !== undefined && chosen === 1 && theirColor === color)
    .sort((a, b) => a.theirKey - b.theirKey || a.member - b.member)
    .map(({ member }) => member);
  const ranks = members.map((member) => group.ranks[member]);
  const made = members[0] === rank ? allocateArea(members.length) : undefined;
  const firstContext = rank === 0 ? endpoint.control.nextContexts(colors.size) : 0;
  const told = tell(meeting, call, [firstContext, made ? endpoint.buffers.show(made, ranks) : 0]);
  if (color === undefined) return undefined;
  const area = made ?? endpoint.buffers.find(ranks[0], told[members[0]][1]);
  const context = told[0][0] + [...colors].sort((a, b) => a - b).indexOf(color);
  return { group: { context, name, ranks, rank: members.indexOf(rank) }, area };
}

/** The numbers of all ranks. */
function tell(meeting: Meeting, call: number, numbers: readonly number[]): number[][] {
  const { size } = meeting;
  const all = new Float64Array(size * numbers.length);
  const layout = evenLayout(size, numbers.length);
  allgather(meeting, call, FLOAT64, Float64Array.from(numbers), { buf: all, layout });
  return Array.from({ length: size }, (_, r) =>
    Array.from(all.subarray(r * numbers.length, (r + 1) * numbers.length)),
  );
}
