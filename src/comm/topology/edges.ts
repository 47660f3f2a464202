import { TuttiError } from "../../errors.js";
import { CALL } from "../calls.js";
import { FLOAT64 } from "../elements.js";
import { evenLayout } from "../layout.js";
import type { Transport } from "../transport.js";
import { checkRanks } from "./group.js";

/** The edges of a directed graph at one of its nodes, as that rank gives them. */
export class Edges {
  readonly sources: readonly number[];
  readonly destinations: readonly number[];

  /** @throws TuttiError "argument" if an entry is not one of the `size` ranks */
  constructor(
    private readonly size: number,
    sources: readonly number[],
    destinations: readonly number[],
  ) {
    checkRanks("graph", "sources", sources, size);
    checkRanks("graph", "destinations", destinations, size);
    this.sources = [...sources];
    this.destinations = [...destinations];
  }

  /** What is wrong with them when seen together with those of all other ranks, if anything. Collective. */
  disagreement(transport: Transport): string | undefined {
    const { size } = this;
    const ones = evenLayout(size, 1);
    const told = new Float64Array(size);
    const mine = this.times(this.destinations);
    transport.alltoall(CALL.graph, FLOAT64, { buf: mine, layout: ones }, { buf: told, layout: ones });
    const heard = this.times(this.sources);
    const other = told.findIndex((count, rank) => count !== heard[rank]);
    if (other < 0) return undefined;
    const { rank, name } = transport;
    return `graph: rank ${rank} of ${name} has rank ${other} ${heard[other]} times among its sources, but rank ${other} has rank ${rank} ${told[other]} times among its destinations`;
  }

  /** How often each rank is in a list. */
  private times(ranks: readonly number[]): Float64Array {
    const counts = new Float64Array(this.size);
    for (const rank of ranks) counts[rank]++;
    return counts;
  }
}

/** Throws the first of all ranks' disagreements, on every rank alike. */
export function throwDisagreement(disagreements: readonly (string | undefined)[]): void {
  const message = disagreements.find((text) => text !== undefined);
  if (message !== undefined) throw new TuttiError("mismatch", message, { call: "graph" });
}
