import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { forEachEngine, forEachMpi, type Place, RankPool, runRanks } from "../support/ranks.js";
import * as windows from "./bodies/windows.js";

/*
 * What every engine must do with one-sided communication, as MPI 4.1 says in chapter 12.
 */

const MODULE = new URL("./bodies/windows.js", import.meta.url).href;
const FAILURES = new URL("./bodies/window-failures.js", import.meta.url).href;

/** What is worth running on more ranks of MPICH than two, which wait at the price of a core each. */
const ON_MANY = new Set([
  "halos",
  "counter",
  "exclusive",
  "accumulates",
  "groups",
  "queue",
  "passive",
  "sharedMemory",
  "communicators",
]);

/** What takes five of them few steps. */
const ON_FIVE = new Set(["groups", "passive", "sharedMemory"]);

function suite({ family, size, run }: Place): void {
  describe("windows", () => {
    for (const name of Object.keys(windows)) {
      if (family === "MPICH" && size > 2 && !(size > 4 ? ON_FIVE : ON_MANY).has(name)) continue;
      test(name, async () => void (await run(MODULE, name, undefined, { timeoutMs: 60_000 })));
    }
  });
}

forEachEngine([1, 2, 3, 4, 5], suite);
forEachMpi([1, 2, 3, 4, 5], suite);

// MPI has no way to see these: its ranks would wait for ever
describe("a lock that is waited for in vain, on threads", () => {
  const held =
    /^deadlock: lock: rank 0 waits for the lock of rank 0 \(on window of world\), which rank 1 holds, but rank 1 has returned without unlocking it$/;
  const expected: [string, RegExp][] = [
    ["lock", held],
    ["lockAll", held],
    [
      "fence",
      /^deadlock: fence: rank 0 of window of world waits for rank 1, which has returned without calling it$/,
    ],
  ];
  for (const [how, pattern] of expected) {
    test(`its holder has returned: ${how}`, async () => {
      const [first] = await runRanks<string>(2, FAILURES, "returnedHolder", how);
      assert.match(first, pattern);
    });
  }

  test("two ranks each hold what the other wants", async () => {
    for (const message of await runRanks<string>(2, FAILURES, "crossedLocks")) {
      assert.match(message, /^deadlock: ranks 0 and 1 wait for each other:/);
      assert.match(
        message,
        /rank 0 waits in lock for rank 1 \(shared, memory of rank 1, on window of world\)/,
      );
      assert.match(
        message,
        /rank 1 waits in lock for rank 0 \(exclusive, memory of rank 0, on window of world\)/,
      );
    }
  });

  test("its holder waits in a barrier", async () => {
    for (const message of await runRanks<string>(2, FAILURES, "lockedBarrier")) {
      assert.match(message, /rank 0 waits in barrier for rank 1 \(on world\)/);
      assert.match(
        message,
        /rank 1 waits in lock for rank 0 \(exclusive, memory of rank 1, on window of world\)/,
      );
    }
  });

  test("the job is ended meanwhile", async () => {
    const pool = new RankPool(3);
    const run = pool.run<string>(FAILURES, "lockInVain");
    const waits = () => pool.describe().filter((line) => line.includes("waits in lock")).length;
    for (let tries = 0; tries < 500 && waits() < 2; tries++) await setTimeout(10);
    pool.abort(2, "enough");
    assert.deepEqual(await run, ["aborted: enough", "aborted: enough", "aborted: enough"]);
    await pool.close();
  });
});
