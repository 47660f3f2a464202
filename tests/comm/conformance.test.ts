import { test } from "node:test";
import { forEachEngine, forEachMpi, type Place } from "../support/ranks.js";
import * as collectives from "./bodies/collectives.js";
import * as communicators from "./bodies/communicators.js";
import * as messages from "./bodies/messages.js";
import * as objects from "./bodies/objects.js";
import * as reductions from "./bodies/reductions.js";

/*
 * What every engine must do, as MPI 4.1 says. Each body runs on all ranks of a place and checks results against closed
 * forms; most run on the world, on a copy of it, on the same ranks in reverse order, and on halves.
 */
const SUITES = { messages, collectives, reductions, objects, communicators };

/** Bodies that look at the most paths also run where ranks do not come in powers of two and cores are fewer than ranks. */
const ON_MANY = new Set([
  "treeOrder",
  "complexTreeOrder",
  "allreduceSum",
  "matrixProduct",
  "alltoallCounts",
  "split",
  "splitShared",
  "interleaved",
  "order",
]);

/** Ranks that are processes wait at the price of a core each: with many, every body takes seconds on a small machine. */
function mostForAll({ engine }: Place): number {
  return engine === "mpi" ? 2 : 4;
}

/** Why a body means nothing at a place, so that there is no test of it; undefined where it must pass. */
function reasonForNone({ engine, size }: Place, body: string): string | undefined {
  if (engine !== "mpi") return undefined;
  if (body === "barrier")
    return "counts in memory that all ranks share, which processes lack; the body clock tests barriers";
  if (body === "interleaved" && size === 1)
    return "waits for a send to itself before it receives, for which MPI promises no buffer (MPI 4.1, section 3.5)";
  return undefined;
}

function conformance(place: Place): void {
  for (const [suite, bodies] of Object.entries(SUITES)) {
    const module = new URL(`./bodies/${suite}.js`, import.meta.url).href;
    for (const name of Object.keys(bodies)) {
      if (place.size > mostForAll(place) && !ON_MANY.has(name)) continue;
      if (reasonForNone(place, name) !== undefined) continue;
      const arg = name === "barrier" ? new SharedArrayBuffer(4) : undefined;
      test(`${suite}: ${name}`, async () => void (await place.run(module, name, arg)));
    }
  }
}

forEachEngine([1, 2, 3, 4, 5, 8], conformance);
forEachMpi([1, 2, 3, 4], conformance);
forEachMpi([2, 3], conformance, { check: true });
