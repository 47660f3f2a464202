import assert from "node:assert/strict";
import { test } from "node:test";
import { repetitionsFor, timeEach, timeEachAfter } from "../../../src/cli/bench/repetitions.js";

for (const [warmup, iterations] of [
  [1, 1],
  [2, 7],
  [10, 10],
  [3, 999],
]) {
  test(`${warmup} calls to warm up and ${iterations} timed ones`, () => {
    let calls = 0;
    const us = timeEach({ warmup, iterations }, () => void calls++);
    assert.equal(calls, warmup + iterations);
    assert.ok(us >= 0 && Number.isFinite(us));
  });
}

test("what comes between comes before every call", () => {
  const log: string[] = [];
  timeEachAfter(
    { warmup: 1, iterations: 12 },
    () => log.push("between"),
    () => log.push("call"),
  );
  assert.deepEqual(log, Array.from({ length: 13 }, () => ["between", "call"]).flat());
});

test("longer messages are repeated less often, unless a number is given", () => {
  const bySize = [500, 50, 5] as const;
  assert.deepEqual(
    [1, 65536, 65537, 1048576, 1048577].map((bytes) => repetitionsFor(bytes, bySize).iterations),
    [500, 500, 50, 50, 5],
  );
  assert.equal(repetitionsFor(8, bySize, 3).iterations, 3);
  assert.equal(repetitionsFor(2 ** 30, bySize, 3).warmup, 1);
});
