import { test } from "node:test";
import type { Place } from "../support/ranks.js";
import * as collectives from "./bodies/collectives.js";
import * as communicators from "./bodies/communicators.js";
import * as corners from "./bodies/corners.js";
import * as messages from "./bodies/messages.js";
import * as objects from "./bodies/objects.js";
import * as reductions from "./bodies/reductions.js";

const SUITES = { messages, collectives, reductions, corners, objects, communicators };
const EVERYWHERE = new URL("../support/everywhere.js", import.meta.url).href;

/**
 * What every engine must do, as MPI 4.1 says: each body on the world, a copy of it, its halves, and self. Bodies check results
 * against closed forms; where a body means nothing on a communicator, it says so itself. Windows, files and topologies have
 * suites of their own.
 */
export function conformance({ run }: Place): void {
  for (const [suite, bodies] of Object.entries(SUITES)) {
    const module = new URL(`./bodies/${suite}.js`, import.meta.url).href;
    for (const name of Object.keys(bodies)) {
      test(`${suite}: ${name}`, async () => {
        await run(EVERYWHERE, "everywhere", { module, name }, { timeoutMs: 60_000 });
      });
    }
  }
}
