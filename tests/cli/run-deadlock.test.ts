import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runScript } from "./tutti.js";

/** Line 5 and those behind it are the program's own. */
const HEAD = `import { world } from "tutti/comm";
const comm = world();
const { rank } = comm;
const a = new Float64Array(4);
`;

/** What `tutti run -n 2` prints of a program, and its exit code. */
async function outcome(program: string): Promise<{ code: unknown; lines: string[] }> {
  const { code, stderr } = await runScript(`${HEAD}${program}`, 2);
  return { code, lines: stderr.trimEnd().split("\n") };
}

describe("a deadlock is explained once, with the lines of the program", () => {
  const cases: [name: string, program: string, lines: string[]][] = [
    [
      "both receive first",
      `function exchange(other: number): void {
  comm.recv(a, other, 5);
  comm.send(a, other, 5);
}
exchange(1 - rank);`,
      [
        "TuttiError [deadlock]: ranks 0 and 1 wait for each other:",
        "  rank 0 waits in recv for rank 1 (tag 5, 4 × float64, on world) at script.ts:6:8",
        "  rank 1 waits in recv for rank 0 (tag 5, 4 × float64, on world) at script.ts:6:8",
        "all receive first: let one of them send first, or use sendrecv",
      ],
    ],
    [
      "long messages both ways",
      `const long = new Float64Array(1_000_000);
if (rank === 0) comm.send(long, 1);
else comm.send(long, 0);`,
      [
        "TuttiError [deadlock]: ranks 0 and 1 wait for each other:",
        "  rank 0 waits in send for rank 1 (tag 0, 1000000 × float64, on world) at script.ts:6:22",
        "  rank 1 waits in send for rank 0 (tag 0, 1000000 × float64, on world) at script.ts:7:11",
        "all send first, and such a send waits until it is received: use sendrecv, or isend",
      ],
    ],
    [
      "two communicators in opposite order",
      `const copy = comm.dup();
if (rank === 0) comm.barrier();
copy.allreduce(1);
comm.barrier();`,
      [
        "TuttiError [deadlock]: ranks 0 and 1 wait for each other:",
        "  rank 0 waits in barrier for rank 1 (on world) at script.ts:6:22",
        "  rank 1 waits in allreduce for rank 0 (1 × float64, op sum, on copy of world) at script.ts:7:6",
        "collectives of different communicators must be called in the same order on all ranks",
      ],
    ],
    [
      "a wrong tag",
      `if (rank === 0) comm.send(a, 1, 4);
comm.recv(a, 1 - rank, rank === 0 ? 6 : 5);`,
      [
        "TuttiError [deadlock]: ranks 0 and 1 wait for each other:",
        "  rank 0 waits in recv for rank 1 (tag 6, 4 × float64, on world) at script.ts:6:6",
        "  rank 1 waits in recv for rank 0 (tag 5, 4 × float64, on world) at script.ts:6:6",
        "rank 1 has a message of rank 0 (tag 4, 4 × float64, on world) that nobody receives",
      ],
    ],
    [
      "requests that are awaited",
      `async function exchange(other: number): Promise<void> {
  await comm.irecv(a, other, 5);
  comm.send(a, other, 5);
}
await exchange(1 - rank);`,
      [
        "TuttiError [deadlock]: ranks 0 and 1 wait for each other:",
        "  rank 0 waits in irecv for rank 1 (tag 5, 4 × float64, on world) at script.ts:6:3",
        "  rank 1 waits in irecv for rank 0 (tag 5, 4 × float64, on world) at script.ts:6:3",
        "all receive first: let one of them send first, or use sendrecv",
      ],
    ],
    [
      "one rank awaits a collective, the other blocks",
      `if (rank === 0) await comm.iallreduce(a, { op: "max" });
else comm.recv(a, 0);`,
      [
        "TuttiError [deadlock]: ranks 0 and 1 wait for each other:",
        "  rank 0 waits in iallreduce for rank 1 (on world) at script.ts:5:17",
        "  rank 1 waits in recv for rank 0 (any tag, 4 × float64, on world) at script.ts:6:11",
      ],
    ],
    [
      "several requests that are awaited together",
      `const b = new Float64Array(1);
if (rank === 0) await Promise.all([comm.irecv(a, 1, 5), comm.irecv(b, 1, 6)]);
else await comm.irecv(a, 0, 7);`,
      [
        "TuttiError [deadlock]: ranks 0 and 1 wait for each other:",
        "  rank 0 waits in await for irecv from rank 1 (tag 5, 4 × float64, on world) or irecv from rank 1 (tag 6, 1 × float64, on world) at script.ts:6:17",
        "  rank 1 waits in irecv for rank 0 (tag 7, 4 × float64, on world) at script.ts:7:6",
        "all receive first: let one of them send first, or use sendrecv",
      ],
    ],
    [
      "a rank that awaits a message of its own",
      "if (rank === 0) await comm.irecv(a, 0, 5);",
      [
        "TuttiError [deadlock]: rank 0 waits for itself:",
        "  rank 0 waits in irecv for rank 0 (tag 5, 4 × float64, on world) at script.ts:5:17",
        "a rank cannot do anything for itself while it waits: start the other operation first",
      ],
    ],
  ];
  for (const [name, program, lines] of cases)
    test(name, async () => assert.deepEqual(await outcome(program), { code: 1, lines }));
});

describe("a rank that has returned", () => {
  test("with requests it never waited for", async () => {
    const { code, lines } = await outcome(`if (rank === 0) {
  comm.irecv(a, 1, 7);
  comm.isend(new Float64Array(1_000_000), 1, 8);
} else comm.recv(a, 0, 9);`);
    assert.equal(code, 1);
    const forgotten =
      "rank 0 has returned with requests it never waited for: isend to rank 1 (tag 8, 1000000 × float64, on world) and irecv from rank 1 (tag 7, 4 × float64, on world)";
    assert.deepEqual(lines.slice(0, 5), [
      forgotten,
      "rank 1 failed:",
      "TuttiError [deadlock]: recv: rank 1 waits for rank 0 to send a message (tag 9, 4 × float64, on world), but rank 0 has returned without sending it",
      forgotten,
      "rank 1 has a message of rank 0 (tag 8, 1000000 × float64, on world) that nobody receives",
    ]);
    assert.match(lines[5], /^ {4}at .*script\.ts:8:13\)?$/);
  });

  test("with a request it never waited for, though nobody misses it", async () => {
    assert.deepEqual(await outcome("if (rank === 0) comm.irecv(a, 1, 7);"), {
      code: 0,
      lines: [
        "rank 0 has returned with a request it never waited for: irecv from rank 1 (tag 7, 4 × float64, on world)",
      ],
    });
  });

  test("without receiving what was sent to it", async () => {
    assert.deepEqual(await outcome("if (rank === 0) comm.send(a, 1, 7);\ncomm.barrier();"), {
      code: 0,
      lines: ["rank 1 has returned without receiving a message of rank 0 (tag 7, 4 × float64, on world)"],
    });
  });
});

test("ranks that call different collectives say in which lines", async () => {
  const { code, lines } = await outcome(
    'if (rank === 0) comm.bcast(a);\nelse comm.reduce(a, { op: "max" });',
  );
  assert.equal(code, 1);
  assert.equal(
    lines[1],
    "TuttiError [mismatch]: ranks of world called different collectives: rank 0: bcast(4 × float64, root 0) at script.ts:5:22; rank 1: reduce(4 × float64, op max, root 0) at script.ts:6:11",
  );
});

test("a freed communicator and a buffer that is too small show the line of the program", async () => {
  const freed = await outcome("const part = comm.split(0);\npart.free();\npart.barrier();");
  assert.equal(
    freed.lines[1],
    "TuttiError [freed]: barrier: the communicator part 0 of world has been freed",
  );
  assert.match(freed.lines[2], /script\.ts:7:6\)?$/);
  const small = await outcome("if (rank === 0) comm.send(a, 1);\nelse comm.recv(new Float64Array(3), 0);");
  assert.match(
    small.lines[1],
    /^TuttiError \[truncate\]: .* holds 3 float64 elements, but the message has 4 /,
  );
  assert.match(small.lines[2], /script\.ts:6:11\)?$/);
});
