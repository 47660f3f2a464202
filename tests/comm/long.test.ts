import { describe, test } from "node:test";
import { forEachMpi, runRanks } from "../support/ranks.js";
import * as collectives from "./bodies/collectives.js";
import type { Limited } from "./bodies/long.js";
import * as messages from "./bodies/messages.js";
import * as objects from "./bodies/objects.js";
import * as reductions from "./bodies/reductions.js";

/*
 * Lengths beyond what C ints count. MPI's functions take no such count, so engine mpi has ways of its own for them; the
 * conformance suite must pass when these begin at a few elements.
 */

const BODIES = new URL("./bodies/long.js", import.meta.url).href;
const SUITES = { messages, collectives, reductions, objects };
const MAX_COUNT = 2003;
/** Three processes on two cores take their time: of collectives, those with unequal pieces and those that depend on order. */
const ON_THREE = new Set([
  ...[
    "bcastMixedMemory",
    "gatherCounts",
    "gatherInPlace",
    "scatterCounts",
    "scatterInPlace",
    "alltoallCounts",
  ],
  ...["complexTreeOrder", "matrixProduct", ...Object.keys(messages)],
]);

forEachMpi([2, 3], (place) => {
  for (const [suite, bodies] of Object.entries(SUITES)) {
    const module = new URL(`./bodies/${suite}.js`, import.meta.url).href;
    for (const name of Object.keys(bodies)) {
      if (place.size > 2 && !ON_THREE.has(name)) continue;
      const arg: Limited = { module, name, maxCount: MAX_COUNT };
      test(`${suite}: ${name}`, async () => void (await place.run(BODIES, "limited", arg)));
    }
  }
});

// The lengths themselves, once on each engine, one after the other for want of memory.
const HUGE = new URL("./bodies/huge.js", import.meta.url).href;
const PATIENCE = { timeoutMs: 120_000 };

describe("a message of more than 2³¹ bytes", () => {
  test("engine threads", async () => void (await runRanks(2, HUGE, "huge", undefined, PATIENCE)));
  forEachMpi([2], (place) => {
    test("engine mpi", async () => void (await place.run(HUGE, "huge", undefined, PATIENCE)));
  });
});
