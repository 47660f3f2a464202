import { test } from "node:test";
import { MPI_SIZES } from "../support/mpi.js";
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

function suite(place: Place): void {
  for (const name of WAITED) test(`waited for: ${name}`, on(place, moduleOf("waited"), "run", name));
  for (const [module, bodies] of Object.entries({ overlaps, persistent })) {
    for (const name of Object.keys(bodies)) test(`${module}: ${name}`, on(place, moduleOf(module), name));
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
for (const [sizes, families] of MPI_SIZES) forEachMpi(sizes, suite, { families });
forEachMpi([2], suite, { check: true });
