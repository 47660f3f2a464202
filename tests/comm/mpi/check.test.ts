import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type Mpiexec, mpiexecEnvironment } from "../../../src/cli/mpiexec.js";
import { politeness } from "../../../src/cli/run-mpi.js";
import { FAMILIES, mpiexecOf } from "../../support/mpi.js";
import { forEachMpi } from "../../support/ranks.js";

/*
 * Programs that go wrong, run by a launcher: with checks each ends by itself, says which rank waits for what in which line,
 * and says it once.
 */

const COMM = new URL("../../../src/comm/index.js", import.meta.url).href;
const FAILURES = new URL("../bodies/failures.js", import.meta.url).href;

/** The program's only line is line 3. */
const PRELUDE = `import { waitAny, Window, world } from ${JSON.stringify(COMM)};
const comm = world(), { rank, size } = comm, other = 1 - rank, a = new Float64Array(4), long = new Float64Array(1e5);
`;

interface Case {
  readonly size?: number;
  readonly program: string;
  /** The report, in which LINE stands for a place in line 3 of the program; none if the program ends well. */
  readonly report?: string;
  /** What stands beside it. */
  readonly also?: readonly string[];
}

const CASES: Record<string, Case> = {
  "all receive first": {
    size: 3,
    program: "comm.recv(a, (rank + 1) % size, 5); comm.send(a, (rank + 2) % size, 5);",
    report: `deadlock: ranks 0, 1 and 2 wait for each other:
  rank 0 waits in recv for rank 1 (tag 5, 4 × float64, on world) at LINE
  rank 1 waits in recv for rank 2 (tag 5, 4 × float64, on world) at LINE
  rank 2 waits in recv for rank 0 (tag 5, 4 × float64, on world) at LINE
all receive first: let one of them send first, or use sendrecv`,
  },
  "long sends both ways": {
    program: "comm.send(long, other); comm.recv(long, other);",
    report: `deadlock: ranks 0 and 1 wait for each other:
  rank 0 waits in send for rank 1 (tag 0, 100000 × float64, on world) at LINE
  rank 1 waits in send for rank 0 (tag 0, 100000 × float64, on world) at LINE
all send first, and such a send waits until it is received: use sendrecv, or isend`,
  },
  "different collectives": {
    program: "if (rank === 0) comm.barrier(); else comm.bcast(a);",
    report: `mismatch: ranks of world called different collectives: rank 0: barrier() at LINE; rank 1: bcast(4 × float64, root 0) at LINE`,
  },
  "different collectives that do not wait": {
    program: "(rank === 0 ? comm.ibarrier() : comm.ibcast(a)).wait();",
    report: `mismatch: ranks of world called different collectives: rank 0: ibarrier() at LINE; rank 1: ibcast(4 × float64, root 0) at LINE`,
  },
  "a collective that one rank never starts": {
    program:
      "const request = comm.iallreduce(a); if (rank === 0) comm.ibarrier().wait(); else request.wait();",
    report: `deadlock: rank 0 waits for rank 1, which has returned:
  rank 0 waits in ibarrier for rank 1 (on world) at LINE
  rank 1 has returned`,
    also: [
      "rank 0 has returned without waiting for its iallreduce (4 × float64, op sum, on world) started at LINE",
    ].slice(1),
  },
  "a collective and a message": {
    size: 4,
    program: "if (rank === 0) comm.recv(a); else comm.allreduce(a, { op: 'max' });",
    report: `deadlock: ranks 0, 1, 2 and 3 wait for each other:
  rank 0 waits in recv for any rank (any tag, 4 × float64, on world) at LINE
  rank 1 waits in allreduce for rank 0 (4 × float64, op max, on world) at LINE
  rank 2 waits in allreduce for rank 0 (4 × float64, op max, on world) at LINE
  rank 3 waits in allreduce for rank 0 (4 × float64, op max, on world) at LINE`,
  },
  "a fence and a barrier": {
    program:
      "const window = Window.allocate(comm, Int8Array, 1); if (rank === 0) window.fence(); else comm.barrier();",
    report: `deadlock: ranks 0 and 1 wait for each other:
  rank 0 waits in fence for rank 1 (on window of world) at LINE
  rank 1 waits in barrier for rank 0 (on world) at LINE
collectives of different communicators must be called in the same order on all ranks`,
  },
  "a rank missing": {
    size: 3,
    program: "if (rank !== 1) comm.barrier();",
    report: `deadlock: ranks 0 and 2 wait for rank 1, which has returned:
  rank 0 waits in barrier for rank 1 (on world) at LINE
  rank 1 has returned
  rank 2 waits in barrier for rank 1 (on world) at LINE`,
  },
  "a wrong tag": {
    program:
      "if (rank === 0) { comm.send(a, 1, 7); comm.recv(a, 1); } else { comm.recv(a, 0, 8); comm.send(a, 0); }",
    report: `deadlock: ranks 0 and 1 wait for each other:
  rank 0 waits in recv for rank 1 (any tag, 4 × float64, on world) at LINE
  rank 1 waits in recv for rank 0 (tag 8, 4 × float64, on world) at LINE
rank 1 has a message of rank 0 (tag 7, 4 × float64, on world) that nobody receives`,
  },
  "two communicators in opposite order": {
    program: "const b = comm.dup(); for (const c of rank === 0 ? [comm, b] : [b, comm]) c.allreduce(1);",
    report: `deadlock: ranks 0 and 1 wait for each other:
  rank 0 waits in allreduce for rank 1 (1 × float64, op sum, on world) at LINE
  rank 1 waits in allreduce for rank 0 (1 × float64, op sum, on copy of world) at LINE
collectives of different communicators must be called in the same order on all ranks`,
  },
  "a message to oneself": {
    program: "if (rank === 1) comm.recv(a, 1); else comm.recv(a, 1);",
    report: `deadlock: ranks 0 and 1 wait for each other:
  rank 0 waits in recv for rank 1 (any tag, 4 × float64, on world) at LINE
  rank 1 waits in recv for rank 1 (any tag, 4 × float64, on world) at LINE
a rank cannot do anything for itself while it waits: start the other operation first`,
  },
  "a rank that has returned": {
    program: "if (rank === 1) comm.isend(long, 0, 3); else await comm.irecv(a, 1, 4);",
    report: `deadlock: rank 0 waits for rank 1, which has returned:
  rank 0 waits in irecv for rank 1 (tag 4, 4 × float64, on world) at LINE
  rank 1 has returned with a request it never waited for: isend to rank 0 (tag 3, 100000 × float64, on world) started at LINE
rank 0 has a message of rank 1 (tag 3, 100000 × float64, on world) that nobody receives`,
    also: [
      "rank 1 has returned without waiting for its isend to rank 0 (tag 3, 100000 × float64, on world) started at LINE",
    ],
  },
  "the first of several requests": {
    program:
      "waitAny([comm.irecv(a, other, 1), comm.irecv(a.slice(), other, 2), comm.irecv(a.slice(), rank, 3)].slice(rank));",
    report: `deadlock: ranks 0 and 1 wait for each other:
  rank 0 waits in waitAny for irecv from rank 1 (tag 1, 4 × float64, on world), irecv from rank 1 (tag 2, 4 × float64, on world) or irecv from rank 0 (tag 3, 4 × float64, on world) at LINE
  rank 1 waits in waitAny for irecv from rank 0 (tag 2, 4 × float64, on world) or irecv from rank 1 (tag 3, 4 × float64, on world) at LINE
all receive first: let one of them send first, or use sendrecv`,
  },
  "a part's ranks, which have numbers of their own": {
    size: 4,
    program: "const part = comm.split(rank % 2); if (rank % 2) part.ssend(a, 1 - part.rank);",
    report: `deadlock: ranks 1 and 3 wait for each other:
  rank 1 waits in ssend for rank 3 (tag 0, 4 × float64, on part 1 of world as rank 1) at LINE
  rank 3 waits in ssend for rank 1 (tag 0, 4 × float64, on part 1 of world as rank 0) at LINE
all send first, and such a send waits until it is received: use sendrecv, or isend`,
  },
  "too small a buffer": {
    program: "if (rank === 0) comm.send(long, 1, 2); else comm.recv(a, 0);",
    report: `truncate: recv: the buffer holds 4 float64 elements, but the message has 100000 (from rank 0, tag 2, on world)
    at LINE`,
  },
  "elements of another type": {
    program: "if (rank === 0) comm.send(new Int32Array(3), 1); else comm.recv(a, 0);",
    report: `mismatch: recv: the buffer has float64 elements, but the message has int32 (from rank 0, tag 0, on world)
    at LINE`,
  },
  "a freed communicator": {
    program: "const b = comm.dup(); b.free(); if (rank === 0) b.barrier(); else comm.barrier();",
    report: `freed: barrier: the communicator copy of world has been freed
    at LINE`,
  },
  "requests never waited for": {
    program: "if (rank === 0) comm.isend(long, 1); else comm.irecv(a, 0, 8);",
    also: [
      "rank 0 has returned without waiting for its isend to rank 1 (tag 0, 100000 × float64, on world) started at LINE",
      "rank 1 has returned without waiting for its irecv from rank 0 (tag 8, 4 × float64, on world) started at LINE",
    ],
  },
  "nothing but a slow rank, and communicators that are freed late or never": {
    program: `const b = comm.dup(), c = comm.dup(); b.isend(a, other).wait(); b.free(); if (rank === 0) c.free();
      const until = performance.now() + 1500 * rank; while (performance.now() < until);
      comm.sendrecv(long, other, long.slice(), other); if (comm.allreduce(1) !== 2) throw new Error();`,
  },
  "a deadlock that all ranks catch": {
    program: `for (const wait of [() => comm.recv(a, other), () => rank === 0 ? comm.barrier() : comm.ssend(a, 0, 9)])
      try { wait(); throw new Error("nothing was thrown"); } catch (error) { if (error.code !== "deadlock") throw error; }
      comm.isend(a, other); if (comm.recv(a, other).bytes !== 32) throw new Error();`,
    also: [
      "rank 0 has returned without waiting for its isend to rank 1 (tag 0, 4 × float64, on world) started at LINE",
      "rank 1 has returned without waiting for its isend to rank 0 (tag 0, 4 × float64, on world) started at LINE",
    ],
  },
};

for (const { family, install } of FAMILIES) {
  const mpiexec = mpiexecOf(family);
  const skip = mpiexec === undefined ? `${family} is not installed: ${install}` : false;
  describe(`checked programs on ${family}`, { skip }, () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-check-")));
    after(() => rmSync(folder, { recursive: true }));
    for (const [name, { size = 2, program, report, also = [] }] of Object.entries(CASES)) {
      test(name, async () => {
        writeFileSync(join(folder, "script.mjs"), PRELUDE + program);
        const { failed, output } = await run(mpiexec!, size, folder);
        assert.equal(failed, report !== undefined, output);
        const seen = output.replace(/(?:file:\/\/\S*\/)?\bscript\.mjs:[3-5]:\d+/g, "LINE");
        const reports = seen.match(/^\w*Error\b/gm) ?? [];
        assert.equal(reports.length, report === undefined ? 0 : 1, output);
        if (report !== undefined) {
          const text = report.replace(/^(\w+):/, "TuttiError [$1]:");
          assert.ok(
            `\n${seen.replaceAll("\r", "")}`.includes(`\n${text}\n`),
            `${output}\ndoes not have\n${text}`,
          );
        }
        for (const line of also) assert.ok(seen.includes(line), `${output}\ndoes not have\n${line}`);
        const forgotten = seen.match(/has returned without waiting/g) ?? [];
        assert.equal(forgotten.length, also.length, output);
      });
    }
  });
}

function run({ command }: Mpiexec, size: number, cwd: string): Promise<{ failed: boolean; output: string }> {
  const env = {
    ...process.env,
    ...mpiexecEnvironment(),
    ...politeness(size),
    TUTTI_CHECK: "1",
    NO_COLOR: "1",
  };
  const args = ["-n", String(size), process.execPath, "script.mjs"];
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env, timeout: 60_000, encoding: "utf8" }, (error, stdout, stderr) => {
      const output = stdout + stderr; // some launchers hand on what ranks write to stderr on their stdout
      if (error?.killed) reject(new Error(`it did not end by itself:\n${output}`));
      else resolve({ failed: error !== null, output });
    });
  });
}

forEachMpi(
  [2, 3],
  (place) => {
    for (const body of ["truncation", "elementTypes", "collectives", "counts", "throwingOperation"])
      test(body, async () => void (await place.run(FAILURES, body)));
  },
  { check: true },
);
