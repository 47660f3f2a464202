import { test } from "node:test";
import { forEachEngine } from "../support/ranks.js";
import * as grids from "./bodies/grids.js";
import * as groups from "./bodies/groups.js";
import * as halos from "./bodies/halos.js";
import * as neighbors from "./bodies/neighbors.js";

/*
 * What every engine must do with groups and topologies, as MPI 4.1 says in sections 7.4 and 8, and with halos: after an
 * exchange each local cell equals the cell of the global array that it stands for.
 */
const SUITES = { groups, grids, neighbors, halos };

/** Bodies about buffers rather than ranks, which more ranks than these would only repeat. */
const UP_TO_FOUR = new Set(["cartPieces", "graphAllgather", "elementTypes", "longFaces"]);

forEachEngine([1, 2, 3, 4, 6, 8], (place) => {
  for (const [suite, bodies] of Object.entries(SUITES)) {
    const module = new URL(`./bodies/${suite}.js`, import.meta.url).href;
    for (const [name, body] of Object.entries(bodies)) {
      if (body.length !== 1) continue; // a helper of other bodies
      if (place.size > 4 && UP_TO_FOUR.has(name)) continue;
      test(`${suite}: ${name}`, async () =>
        void (await place.run(module, name, undefined, { timeoutMs: 60_000 })));
    }
  }
});
