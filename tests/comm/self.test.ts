import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

/*
 * What a rank that is alone awaits of itself. Nothing but the program may keep its event loop alive: a process for each.
 */

const COMM = new URL("../../src/comm/index.js", import.meta.url).href;

/** What a program prints that has a communicator of its own and a buffer. */
async function outputOf(program: string): Promise<string> {
  const head = `import { world } from "${COMM}"; const comm = world(); const buf = new Float64Array(1);`;
  const args = ["--input-type=module", "-e", `${head}${program}`];
  return (await promisify(execFile)(process.execPath, args, { timeout: 60_000 })).stdout.trim();
}

const NOBODY = "waits for a message that nobody but itself could send";
const IN_VAIN: [program: string, error: string][] = [
  ["comm.irecv(buf, 0)", `irecv: rank 0, the only one, ${NOBODY} (any tag, on world)`],
  ["comm.irecvObject(0, 2)", `irecvObject: rank 0, the only one, ${NOBODY} (tag 2, on world)`],
  [
    "comm.issend(buf, 0, 3)",
    "issend: rank 0, the only one, waits for itself to receive, which it cannot do meanwhile (tag 3, on world)",
  ],
  [
    "Promise.all([comm.irecv(buf, 0, 1), comm.dup().irecv(buf, 0, 1)])",
    `irecv: rank 0, the only one, ${NOBODY} (tag 1, on world)`,
  ],
];

const REPORT = "catch ({ code, message }) { console.log(code, message); }";

for (const [program, error] of IN_VAIN) {
  test(`await ${program} is a deadlock`, async () => {
    assert.equal(await outputOf(`try { await ${program}; } ${REPORT}`), `deadlock ${error}`);
  });
}

test("so it is in a program that prints", async () => {
  const [program, error] = IN_VAIN[0];
  const said = `console.log("hello"); console.error("hello"); try { await ${program}; } ${REPORT}`;
  assert.equal(await outputOf(said), `hello\ndeadlock ${error}`);
});

const WORTH_IT: [what: string, program: string][] = [
  ["a timer", "setTimeout(() => comm.send(Float64Array.of(5), 0), 300); await comm.irecv(buf, 0);"],
  [
    "another program",
    `const { spawn } = await import("node:child_process");
     const other = spawn(process.execPath, ["-e", "setTimeout(() => console.log(5), 500)"]);
     other.stdout.on("data", (text) => comm.send(Float64Array.of(Number(text)), 0));
     other.unref(); // its output is what keeps the loop alive
     await comm.irecv(buf, 0);`,
  ],
  [
    "work of the thread pool",
    `const { pbkdf2 } = await import("node:crypto");
     pbkdf2("a", "b", 1_000_000, 64, "sha512", () => comm.send(Float64Array.of(5), 0));
     await comm.irecv(buf, 0);`,
  ],
  [
    "what follows from another request, at every phase of looking",
    `for (let k = 0; k < 250; k++) {
       const other = new Float64Array(1);
       const first = comm.irecv(other, 0, 1);
       const relay = async () => { await first; comm.send(other, 0, 2); };
       setTimeout(() => comm.send(Float64Array.of(5), 0, 1), 1);
       await Promise.all([comm.irecv(buf, 0, 2), relay()]);
     }`,
  ],
];

for (const [what, program] of WORTH_IT) {
  test(`waiting for ${what} is none`, async () => {
    assert.equal(await outputOf(`${program} console.log(buf[0]);`), "5");
  });
}
