import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { forEachEngine, forEachMpi, type Place } from "../support/ranks.js";
import * as errors from "./bodies/file-errors.js";
import * as files from "./bodies/files.js";

/*
 * Files on every engine, as MPI 4.1 says in chapter 14. What ranks have written together is compared byte by byte with
 * what plain calls of the system find in the file.
 */
const folder = mkdtempSync(join(tmpdir(), "tutti-files-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const SUITES = { files, "file-errors": errors };

/** Helpers of bodies. */
const HELPERS = new Set([
  "freshPath",
  "bytesOf",
  "hasBytes",
  "blockOf",
  "blockValues",
  "OLD",
  "throwsInside",
]);

/** Bodies about the engine and the file rather than the number of ranks, which more ranks would only repeat. */
const FEW_RANKS = new Set([
  "everyType",
  "typedViews",
  "positions",
  "modes",
  "cannotOpen",
  "names",
  "wrongArguments",
]);

/** Ranks of MPICH wait at the price of a core each: more than two do what depends on their number. */
const ON_MANY = new Set(["interleaved", "unevenBlocks", "subarrays", "otherRanks", "nothing", "noSpace"]);

/** What takes five of them few steps. */
const ON_FIVE = new Set(["nothing", "unevenBlocks", "noSpace"]);

function suite(place: Place): void {
  const { family, size } = place;
  for (const [name, bodies] of Object.entries(SUITES)) {
    const module = new URL(`./bodies/${name}.js`, import.meta.url).href;
    for (const body of Object.keys(bodies)) {
      if (HELPERS.has(body) || (size > 2 && FEW_RANKS.has(body))) continue;
      if (family === "MPICH" && size > 2 && !(size > 4 ? ON_FIVE : ON_MANY).has(body)) continue;
      test(`${name}: ${body}`, async () =>
        void (await place.run(module, body, folder, { timeoutMs: 60_000 })));
    }
    if (size !== 2 || name !== "file-errors") continue;
    test("file-errors: a rank that fails while a file is open ends the job", async () => {
      await assert.rejects(place.run(module, "throwsInside", folder), /rank 0: a rank has failed/);
    });
  }
}

forEachEngine([1, 2, 3, 4, 5], suite);
forEachMpi([1, 2, 3, 4, 5], suite);
forEachMpi([2], suite, { check: true });
