import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { RankPool, runRanks } from "../support/ranks.js";
import type { Caught } from "./bodies/deadlocks.js";

const BODIES = new URL("./bodies/deadlocks.js", import.meta.url).href;
const ALARMS = new URL("./bodies/alarms.js", import.meta.url).href;

/** Program, number of ranks, and what all ranks say: who waits for what, and what helps. */
const CASES: [program: string, size: number, text: string[]][] = [
  [
    "bothReceive",
    2,
    [
      "ranks 0 and 1 wait for each other:",
      "  rank 0 waits in recv for rank 1 (tag 5, 3 × float64, on world)",
      "  rank 1 waits in recv for rank 0 (tag 5, 3 × float64, on world)",
      "all receive first: let one of them send first, or use sendrecv",
    ],
  ],
  [
    "bothSend",
    2,
    [
      "ranks 0 and 1 wait for each other:",
      "  rank 0 waits in send for rank 1 (tag 6, 100000 × float64, on world)",
      "  rank 1 waits in send for rank 0 (tag 6, 100000 × float64, on world)",
      "all send first, and such a send waits until it is received: use sendrecv, or isend",
    ],
  ],
  [
    "synchronousSends",
    2,
    [
      "ranks 0 and 1 wait for each other:",
      "  rank 0 waits in ssend for rank 1 (tag 0, 3 × float64, on world)",
      "  rank 1 waits in ssend for rank 0 (tag 0, 3 × float64, on world)",
      "all send first, and such a send waits until it is received: use sendrecv, or isend",
    ],
  ],
  [
    "circle",
    4,
    [
      "ranks 0, 1, 2 and 3 wait for each other:",
      "  rank 0 waits in recv for rank 1 (any tag, 3 × float64, on world)",
      "  rank 1 waits in recv for rank 2 (any tag, 3 × float64, on world)",
      "  rank 2 waits in recv for rank 3 (any tag, 3 × float64, on world)",
      "  rank 3 waits in recv for rank 0 (any tag, 3 × float64, on world)",
      "all receive first: let one of them send first, or use sendrecv",
    ],
  ],
  [
    "allFromAny",
    3,
    [
      "ranks 0, 1 and 2 wait for each other:",
      "  rank 0 waits in recv for any rank (any tag, 3 × float64, on world)",
      "  rank 1 waits in recv for any rank (any tag, 3 × float64, on world)",
      "  rank 2 waits in recv for any rank (any tag, 3 × float64, on world)",
      "all receive first: let one of them send first, or use sendrecv",
    ],
  ],
  [
    "wrongTag",
    2,
    [
      "ranks 0 and 1 wait for each other:",
      "  rank 0 waits in recv for rank 1 (tag 4, 3 × float64, on world)",
      "  rank 1 waits in recv for rank 0 (tag 5, 3 × float64, on world)",
      "rank 1 has a message of rank 0 (tag 4, 3 × float64, on world) that nobody receives",
    ],
  ],
  [
    "wrongTagOfLongMessage",
    2,
    [
      "ranks 0 and 1 wait for each other:",
      "  rank 0 waits in send for rank 1 (tag 4, 100000 × float64, on world)",
      "  rank 1 waits in recv for rank 0 (tag 5, 100000 × float64, on world)",
      "rank 1 has a message of rank 0 (tag 4, 100000 × float64, on world) that nobody receives",
    ],
  ],
  [
    "collectiveAndReceive",
    2,
    [
      "ranks 0 and 1 wait for each other:",
      "  rank 0 waits in allreduce for rank 1 (3 × float64, op max, on world)",
      "  rank 1 waits in recv for rank 0 (any tag, 3 × float64, on world)",
    ],
  ],
  [
    "twoCommunicators",
    2,
    [
      "ranks 0 and 1 wait for each other:",
      "  rank 0 waits in barrier for rank 1 (on world)",
      "  rank 1 waits in bcast for rank 0 (3 × float64, root 0, on copy of world)",
      "collectives of different communicators must be called in the same order on all ranks",
    ],
  ],
  [
    "inPart",
    4,
    [
      "ranks 0, 1, 2 and 3 wait for each other:",
      "  rank 0 waits in recv for rank 1 (tag 8, 3 × float64, on world)",
      "  rank 1 waits in recv for rank 2 (tag 8, 3 × float64, on world)",
      "  rank 2 waits in recv for rank 3 (tag 7, 3 × float64, on part 1 of world as rank 1)",
      "  rank 3 waits in recv for rank 0 (tag 8, 3 × float64, on world)",
      "all receive first: let one of them send first, or use sendrecv",
    ],
  ],
  [
    "objects",
    2,
    [
      "ranks 0 and 1 wait for each other:",
      "  rank 0 waits in recvObject for rank 1 (tag 9, on world)",
      "  rank 1 waits in recvObject for rank 0 (tag 9, on world)",
      "all receive first: let one of them send first, or use sendrecv",
    ],
  ],
  [
    "sendrecvTags",
    2,
    [
      "ranks 0 and 1 wait for each other:",
      "  rank 0 waits in sendrecv for rank 1 (tag 0, 3 × float64, on world)",
      "  rank 1 waits in sendrecv for rank 0 (tag 1, 3 × float64, on world)",
      "rank 0 has a message of rank 1 (tag 1, 3 × float64, on world) that nobody receives",
      "rank 1 has a message of rank 0 (tag 0, 3 × float64, on world) that nobody receives",
    ],
  ],
  [
    "requests",
    2,
    [
      "ranks 0 and 1 wait for each other:",
      "  rank 0 waits in irecv for rank 1 (tag 1, 3 × float64, on world)",
      "  rank 1 waits in irecv for rank 0 (tag 1, 3 × float64, on world)",
      "rank 0 has a message of rank 1 (tag 2, 100000 × float64, on world) that nobody receives",
      "rank 1 has a message of rank 0 (tag 2, 100000 × float64, on world) that nobody receives",
    ],
  ],
  [
    "firstOfSeveral",
    3,
    [
      "ranks 0, 1 and 2 wait for each other:",
      ...[0, 1, 2].map((rank) => {
        const [a, b] = [0, 1, 2].filter((other) => other !== rank);
        const which = (other: number) => `irecv from rank ${other} (tag 8, 3 × float64, on world)`;
        return `  rank ${rank} waits in waitAny for ${which(a)} or ${which(b)}`;
      }),
      "all receive first: let one of them send first, or use sendrecv",
    ],
  ],
];

const PLACE = / at \S+deadlocks\.[jt]s:\d+:\d+$/gm;

describe("ranks that wait for each other in vain all say who waits for what", () => {
  for (const [program, size, text] of CASES) {
    test(program, async () => {
      const caught = await runRanks<Caught>(size, BODIES, "run", program);
      for (const { code, message, data } of caught) {
        assert.equal(code, "deadlock");
        assert.deepEqual(message.replace(PLACE, "").split("\n"), text);
        assert.equal(message.match(PLACE)?.length, size, message);
        assert.deepEqual(data, caught[0].data);
      }
      assert.deepEqual(caught[0].data.ranks, [...caught.keys()]);
    });
  }
});

test("a deadlock of some ranks is seen while others are busy", async () => {
  const caught = await runRanks<Caught | undefined>(4, BODIES, "besideBusyRanks");
  assert.deepEqual(
    caught.map((one) => one?.data.ranks),
    [[0, 1], [0, 1], undefined, undefined],
  );
});

for (const size of [2, 4, 6]) {
  test(`ranks go on after a deadlock that they have caught, ${size} ranks`, async () => {
    assert.deepEqual(await runRanks(size, BODIES, "againAndAgain", 40), new Array(size).fill(0));
  });
}

describe("nobody cries deadlock where there is none", () => {
  for (const size of [2, 5, 8]) {
    const pool = new RankPool(size);
    after(() => pool.close());
    for (const seed of [1, 2])
      test(`random chains ${seed}, ${size} ranks`, async () => {
        await pool.run(ALARMS, "chains", { seed, steps: 1500 }, { timeoutMs: 60_000 });
      });
  }
});
