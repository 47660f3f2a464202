import { test } from "node:test";
import { forEachEngine, forEachMpi, type Place } from "../support/ranks.js";
import * as grids from "./bodies/grids.js";
import * as groups from "./bodies/groups.js";
import * as halos from "./bodies/halos.js";
import * as neighbors from "./bodies/neighbors.js";

/*
 * What every engine must do with groups and topologies, as MPI 4.1 says in sections 7.4 and 8, and with halos: after an
 * exchange each local cell equals the cell of the global array that it stands for.
 */
const EVERYWHERE = new URL("../support/everywhere.js", import.meta.url).href;
const SUITES = { groups, grids, neighbors, halos };

/** Bodies about buffers rather than ranks, which more ranks than these would only repeat. */
const UP_TO_FOUR = new Set(["cartPieces", "graphAllgather", "elementTypes", "longFaces"]);

/** What takes five ranks of MPICH few steps. */
const ON_FIVE = new Set([
  ...["anyRequest", "create", "differentGroups", "disjointGroups"],
  ...["chosenDims", "differentGrids"],
  ...["apartFromMessages", "differentEdges", "startedExchanges", "wrongPieces"],
  ...["beside", "line"],
]);

function topology({ engine, family, size, run }: Place): void {
  // Processes wait at the price of a core each: more of them than two are on the world only.
  const everywhere = engine === "mpi" ? size <= 2 : size <= 5;
  for (const [suite, bodies] of Object.entries(SUITES)) {
    const module = new URL(`./bodies/${suite}.js`, import.meta.url).href;
    for (const [name, body] of Object.entries(bodies)) {
      if (body.length !== 1) continue; // a helper of other bodies
      if (size > 4 && (UP_TO_FOUR.has(name) || (family === "MPICH" && !ON_FIVE.has(name)))) continue;
      test(`${suite}: ${name}`, async () => {
        const options = { timeoutMs: 60_000 };
        if (everywhere) await run(EVERYWHERE, "everywhere", { module, name }, options);
        else await run(module, name, undefined, options);
      });
    }
  }
}

forEachEngine([1, 2, 3, 4, 5, 6, 8], topology);
forEachMpi([1, 2, 3, 4, 5], topology);
