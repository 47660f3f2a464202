import { test } from "node:test";
import { forEachEngine, forEachMpi, type Place } from "../support/ranks.js";
import * as overlaps from "./bodies/overlaps.js";
import * as persistent from "./bodies/persistent.js";
import { BODIES as WAITED } from "./bodies/waited.js";

/*
 * Nonblocking collectives: started and waited for, they pass the bodies of the blocking forms; then many at once. On more
 * processes than two, which wait at the price of a core each, on the world only.
 */

const EVERYWHERE = new URL("../support/everywhere.js", import.meta.url).href;
const moduleOf = (name: string) => new URL(`./bodies/${name}.js`, import.meta.url).href;

/** What takes five ranks of MPICH few steps. */
const ON_FIVE = new Set([
  ...[
    "alltoallCounts",
    "bcast",
    "gather",
    "gatherCounts",
    "scatterCounts",
    "complexNumbers",
    "numbers",
    "reduceScatter",
  ],
  ...["awaited", "severalAtOnce", "tested", "throwingOperation"],
  ...["states", "synchronous"],
]);

function suite(place: Place): void {
  const wanted = (name: string) => place.family !== "MPICH" || place.size <= 4 || ON_FIVE.has(name);
  for (const name of WAITED.filter(wanted))
    test(`waited for: ${name}`, on(place, moduleOf("waited"), "run", name));
  for (const [module, bodies] of Object.entries({ overlaps, persistent })) {
    for (const name of Object.keys(bodies).filter(wanted))
      test(`${module}: ${name}`, on(place, moduleOf(module), name));
  }
}

function on({ engine, size, run }: Place, module: string, name: string, arg?: unknown) {
  return async () => {
    const options = { timeoutMs: 60_000 };
    if (engine === "mpi" && size > 2) await run(module, name, arg, options);
    else await run(EVERYWHERE, "everywhere", { module, name, arg }, options);
  };
}

forEachEngine([1, 2, 3, 4, 5], suite);
forEachMpi([1, 2, 3, 4, 5], suite);
forEachMpi([2], suite, { check: true });
