import { test } from "node:test";
import { forEachEngine, forEachMpi, type Place } from "../support/ranks.js";
import * as overlaps from "./bodies/overlaps.js";
import * as persistent from "./bodies/persistent.js";
import { BODIES as WAITED } from "./bodies/waited.js";

/*
 * Nonblocking collectives: each alone against the bodies of the blocking forms, then many at once.
 */

const moduleOf = (name: string) => new URL(`./bodies/${name}.js`, import.meta.url).href;

/** Those that also run where ranks do not come in powers of two and cores are fewer than ranks. */
const ON_MANY = new Set(["treeOrder", "allreduceSum", "matrixProduct", "alltoallCounts", "mixedMemory"]);

function forms({ engine, size, run }: Place): void {
  for (const name of WAITED) {
    if (size !== 2 && engine !== "self" && (size !== 3 || engine === "mpi") && !ON_MANY.has(name)) continue;
    if (engine === "mpi" && name === "barrier") continue; // counts in memory that all ranks share, which processes lack
    const arg = name === "barrier" ? new SharedArrayBuffer(4) : undefined;
    const options = { timeoutMs: 60_000 };
    test(`waited for: ${name}`, async () => {
      await run(moduleOf("waited"), "run", { name, arg }, options);
    });
  }
}

function together({ run }: Place): void {
  for (const [module, bodies] of Object.entries({ overlaps, persistent })) {
    for (const name of Object.keys(bodies)) {
      test(`${module}: ${name}`, async () => {
        await run(moduleOf(module), name, undefined, { timeoutMs: 60_000 });
      });
    }
  }
}

forEachEngine([1, 2, 3, 4, 5], (place) => {
  forms(place);
  together(place);
});
forEachMpi([1, 2, 3, 4], (place) => {
  forms(place);
  together(place);
});
forEachMpi([2], together, { check: true });
