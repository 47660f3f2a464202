import assert from "node:assert/strict";
import { test } from "node:test";
import { ANY_TAG } from "../../../src/comm/comm.js";
import { deadlockError } from "../../../src/comm/explain/deadlock.js";
import { type Operation, waitingIn } from "../../../src/comm/explain/operation.js";
import { lineOf, sourceLine } from "../../../src/comm/explain/source-line.js";

const world = { communicator: "world", context: 0 };
const buffer = { count: 3, type: "float64" };

function receive(peer: number, tag = 5, where: Partial<Operation> = {}): Operation {
  return {
    call: "recv",
    role: "receive",
    kind: "any",
    peers: [peer],
    peer,
    tag,
    ...buffer,
    ...world,
    ...where,
  };
}

function meet(call: string, missing: number[], where: Partial<Operation> = {}): Operation {
  return { call, role: "collective", kind: "all", peers: missing, ...world, ...where };
}

const text = (...args: Parameters<typeof deadlockError>) => deadlockError(...args).message.split("\n");

test("two ranks that both receive", () => {
  const stuck = [0, 1].map((rank) => ({ rank, waiting: waitingIn(receive(1 - rank)), at: "a.ts:12:8" }));
  const error = deadlockError(stuck);
  assert.equal(error.code, "deadlock");
  assert.deepEqual(error.message.split("\n"), [
    "ranks 0 and 1 wait for each other:",
    "  rank 0 waits in recv for rank 1 (tag 5, 3 × float64, on world) at a.ts:12:8",
    "  rank 1 waits in recv for rank 0 (tag 5, 3 × float64, on world) at a.ts:12:8",
    "all receive first: let one of them send first, or use sendrecv",
  ]);
  assert.deepEqual(error.data.ranks, [0, 1]);
});

test("a message with another tag", () => {
  const unreceived = [{ source: 0, tag: 4, ...buffer, ...world }];
  assert.equal(
    text([
      { rank: 0, waiting: waitingIn(receive(1)) },
      { rank: 1, waiting: waitingIn(receive(0)), unreceived },
    ]).at(-1),
    "rank 1 has a message of rank 0 (tag 4, 3 × float64, on world) that nobody receives",
  );
});

test("collectives of two communicators in opposite order", () => {
  const copy = { communicator: "copy of world", context: 1 };
  assert.deepEqual(
    text([
      { rank: 0, waiting: waitingIn(meet("barrier", [1])) },
      { rank: 1, waiting: waitingIn(meet("allreduce", [0], { ...copy, ...buffer, details: ["op sum"] })) },
    ]),
    [
      "ranks 0 and 1 wait for each other:",
      "  rank 0 waits in barrier for rank 1 (on world)",
      "  rank 1 waits in allreduce for rank 0 (3 × float64, op sum, on copy of world)",
      "collectives of different communicators must be called in the same order on all ranks",
    ],
  );
});

test("a rank that has returned", () => {
  const stuck = [
    { rank: 0, waiting: waitingIn(meet("barrier", [1, 2])) },
    { rank: 2, waiting: waitingIn(receive(0, ANY_TAG, { anySource: true, peers: [0, 1] })) },
  ];
  const forgotten = ["irecv from rank 1 (tag 5, 4 × float64, on world)", "isend to rank 2 (tag 1, on world)"];
  assert.deepEqual(text(stuck, [{ rank: 1, forgotten }, { rank: 3 }]), [
    "ranks 0 and 2 wait for rank 1, which has returned:",
    "  rank 0 waits in barrier for ranks 1 and 2 (on world)",
    `  rank 1 has returned with requests it never waited for: ${forgotten.join(" and ")}`,
    "  rank 2 waits in recv for any rank (any tag, 3 × float64, on world)",
  ]);
});

test("a rank of another communicator has two numbers", () => {
  const part = { communicator: "part 1 of world", context: 3, peer: 0 };
  const lines = text([
    { rank: 2, waiting: waitingIn(receive(3, 5, part)) },
    { rank: 3, waiting: waitingIn(receive(2, 5, part)) },
  ]);
  assert.equal(
    lines[1],
    "  rank 2 waits in recv for rank 3 (tag 5, 3 × float64, on part 1 of world as rank 0)",
  );
});

test("the first of several requests", () => {
  const send: Operation = { ...receive(1, 7), call: "isend", role: "send" };
  const operations = [receive(1, 5, { call: "irecv" }), send];
  const lines = text(
    [{ rank: 0, waiting: { call: "waitAny", kind: "any", peers: [1], operations } }],
    [{ rank: 1 }],
  );
  assert.equal(
    lines[1],
    "  rank 0 waits in waitAny for irecv from rank 1 (tag 5, 3 × float64, on world) or isend to rank 1 (tag 7, 3 × float64, on world)",
  );
});

test("the user's line", () => {
  assert.match(sourceLine() ?? "", /tests\/comm\/explain\/deadlock\.test\.[tj]s:\d+:\d+$/);
  const head = "Error\n    at Endpoint.finish (node:internal/x:1:1)\n";
  const cwd = process.cwd();
  assert.equal(lineOf(`${head}    at file://${cwd}/script.ts:3:9`), "script.ts:3:9");
  assert.equal(lineOf(`${head}    at exchange (${cwd}/lib/a%20b.ts:3:9)`), "lib/a%20b.ts:3:9");
  assert.equal(lineOf(`${head}    at async exchange (/elsewhere/a.ts:3:9)`), "/elsewhere/a.ts:3:9");
  assert.equal(lineOf(head), undefined);
});
