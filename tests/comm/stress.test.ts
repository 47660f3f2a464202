import { test } from "node:test";
import { forEachEngine, forEachMpi, type Place } from "../support/ranks.js";

/*
 * Many messages and collectives without a pause, which ranks reach in any order.
 */

const BODIES = new URL("./bodies/stress.js", import.meta.url).href;

function stress({ engine, size, run }: Place): void {
  if (size === 1) return; // one rank waits for nobody
  // Where each wait is a turn of the system's scheduler, rounds that take milliseconds on threads take a minute.
  const rounds = engine === "mpi" ? 100 : size > 2 ? 500 : 3000;
  const perform = (body: string, arg?: unknown) => async () => {
    await run(BODIES, body, arg, { timeoutMs: 60_000 });
  };
  for (const seed of [1, 2, 3]) test(`random traffic ${seed}`, perform("traffic", seed));
  test("more than is kept until it is received", perform("manyToOne"));
  test("collectives without a pause", perform("collectives", rounds));
  test("more shared buffers than are kept known", perform("manyBuffers"));
  test("a WebAssembly memory that grows", perform("webAssemblyMemory"));
}

forEachEngine([2, 3, 6], stress);
forEachMpi([2, 3], stress);
