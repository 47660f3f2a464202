import { test } from "node:test";
import { forEachEngine } from "../support/ranks.js";
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
  "allreduceSum",
  "matrixProduct",
  "alltoallCounts",
  "split",
  "interleaved",
  "order",
]);

forEachEngine([1, 2, 3, 4, 5, 8], (place) => {
  for (const [suite, bodies] of Object.entries(SUITES)) {
    const module = new URL(`./bodies/${suite}.js`, import.meta.url).href;
    for (const name of Object.keys(bodies)) {
      if (place.size > 4 && !ON_MANY.has(name)) continue;
      const arg = name === "barrier" ? new SharedArrayBuffer(4) : undefined;
      test(`${suite}: ${name}`, async () => void (await place.run(module, name, arg)));
    }
  }
});
