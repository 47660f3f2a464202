import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { createJob, MAX_RANKS } from "../../src/comm/threads/job.js";
import { forEachEngine, RankPool, runRanks } from "../support/ranks.js";

const BODIES = new URL("./bodies/failures.js", import.meta.url).href;

// What MPI knows of these less exactly is in mpi.test.ts, and what ranks that check themselves find in mpi/check.test.ts.
forEachEngine([2, 3], (place) => {
  for (const body of ["truncation", "elementTypes"]) {
    test(body, async () => void (await place.run(BODIES, body)));
  }
});

describe("a mismatch is reported by all ranks, and the communicator still works", () => {
  for (const size of [2, 4]) {
    const pool = new RankPool(size);
    after(() => pool.close());
    for (const body of ["collectives", "counts", "throwingOperation", "startedDifferent"]) {
      test(`${body}, ${size} ranks`, async () => void (await pool.run(BODIES, body)));
    }
  }
});

describe("waiting for a rank that has returned is an error that names both", () => {
  const expected: Record<string, RegExp> = {
    recv: /^deadlock: recv: rank 0 waits for rank 1 to send a message \(tag 4, 1 × int8, on world\), but rank 1 has returned/,
    recvFromAny:
      /^deadlock: recv: rank 0 waits for any rank to send a message \(any tag, 1 × int8, on world\), but all other/,
    irecv: /^deadlock: irecv: rank 0 waits for rank 1/,
    probe: /^deadlock: probe: rank 0 waits for rank 1/,
    recvObject: /^deadlock: recvObject: rank 0 waits for rank 1/,
    ssend:
      /^deadlock: ssend: rank 0 waits for rank 1 to receive a message \(tag 2, 1 × int8, on world\), but rank 1 has returned/,
    longSend: /^deadlock: send: rank 0 waits for rank 1/,
    barrier: /^deadlock: barrier: rank 0 of world waits for rank 1, which has returned without calling it/,
    allreduce: /^deadlock: allreduce: rank 0 of world waits for rank 1/,
    longAllreduce: /^deadlock: allreduce: rank 0 of world waits for rank 1/,
    bcastObject: /^deadlock: bcastObject: rank 0 of world waits for rank 1/,
    split: /^deadlock: split: rank 0 of world waits for rank 1/,
    awaitRecv: /^deadlock: irecv: rank 0 waits for rank 1/,
    iallreduce:
      /^deadlock: iallreduce: rank 0 waits for rank 1, which has returned without doing its part \(on world\)/,
    awaitIbarrier: /^deadlock: ibarrier: rank 0 waits for rank 1, which has returned/,
    awaitSend: /^deadlock: isend: rank 0 waits for rank 1/,
  };
  for (const [what, pattern] of Object.entries(expected)) {
    test(what, async () => {
      const [first] = await runRanks<string>(2, BODIES, "waitForRankOne", what);
      assert.match(first, pattern);
    });
  }

  test("what it sent before still arrives", async () => {
    await runRanks(3, BODIES, "messagesOfReturnedRank");
  });

  test("a rank cannot wait for itself", async () => {
    await runRanks(2, BODIES, "waitForSelf");
  });
});

describe("a job that is ended", () => {
  test("says what each rank waits in", async () => {
    const pool = new RankPool(4);
    const run = pool.run(BODIES, "waitForever").catch((error: Error) => error);
    const expected = [
      "rank 0 waits in recv for rank 2 (tag 5, 1 × int8, on world)",
      "rank 1 waits in barrier for rank 0 (on part 0 of world)",
      "rank 2 waits in irecv for any rank (tag 8, 1 × int8, on world)",
      "rank 3 waits in ssend for rank 2 (tag 9, 3 × float32, on world)",
    ];
    for (let tries = 0; tries < 500 && pool.describe().join() !== expected.join(); tries++)
      await setTimeout(20);
    assert.deepEqual(pool.describe(), expected);
    await pool.close();
    assert.match(String(await run), /exited/);
  });

  test("by a time-out of the test harness, reports every rank", async () => {
    const run = runRanks(4, BODIES, "waitForever", undefined, { timeoutMs: 500 });
    await assert.rejects(
      run,
      /^Error: waitForever: not done after 500 ms(\n {2}rank \d (is running|waits in .*)){4}$/,
    );
  });

  test("wakes every rank with the reason", async () => {
    const pool = new RankPool(4);
    const run = pool.run(BODIES, "waitForever").catch((error: Error) => error);
    await setTimeout(200);
    pool.abort(2, "rank 2 has met a unicorn");
    assert.match(String(await run), /rank \d: rank 2 has met a unicorn/);
    await pool.close();
  });

  test("by a rank's abort, reports rank and exit code to the launcher", async () => {
    const pool = new RankPool(3);
    const run = pool.run(BODIES, "abortFromRankOne").catch((error: Error) => error);
    const event = await pool.aborted();
    assert.deepEqual(event, { rank: 1, exitCode: 3, message: "rank 1 ended the job with abort(3)" });
    await pool.close();
    await run;
  });
});

test("the number of ranks must be one that can be started", () => {
  for (const size of [0, -1, 1.5, Number.NaN, MAX_RANKS + 1]) {
    assert.throws(() => createJob(size), { code: "argument", message: new RegExp(`found ${size}$`) });
  }
});
