import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Project, runScript, seen } from "./tutti.js";

const RANK = `import { world } from "tutti/comm";\nconst { rank, size } = world();\n`;

/** What a rank does while another one fails. */
const OCCUPIED: Record<string, string> = {
  "blocks in a receive": "world().recv(new Float64Array(1), 2);",
  "blocks in a collective": "world().barrier();",
  "sleeps in Atomics.wait": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
  "computes without end": "for (;;);",
  "waits for a timer": "await new Promise((done) => setTimeout(done, 3_600_000));",
  "catches every error": "for (;;) try { world().recv(new Float64Array(1), 2); } catch {}",
};

for (const [name, occupied] of Object.entries(OCCUPIED)) {
  test(`a throw ends the job while every other rank ${name}`, async () => {
    using project = new Project({
      "script.ts": `${RANK}
interface Ignored { types: "vanish" }

if (rank !== 2) {
  ${occupied}
}
function compute(value: number): number {
  const cause = new RangeError("the cause");
  throw new TypeError(\`rank \${rank} cannot\`, { cause });
}
compute(1);
`,
    });
    // Well above the second it may take, far below the time-out of anything that hangs.
    const { code, stderr } = await project.tutti(["run", "-n", "4", "script.ts"], {}, 10_000);
    assert.equal(code, 1);
    const [head, message, first, second, cause, ...rest] = stderr.trimEnd().split("\n");
    const file = project.path("script.ts");
    assert.equal(head, "rank 2 failed:");
    assert.equal(message, "TypeError: rank 2 cannot");
    assert.ok(first.includes("compute") && first.includes(`${file}:11:9`), first);
    assert.ok(second.includes(`${file}:13:1`), second);
    assert.equal(cause, "  cause: RangeError: the cause");
    assert.ok(rest[0].includes(`${file}:10:17`), rest[0]);
    assert.ok(!stderr.includes("aborted"), stderr);
  });
}

test("an unhandled rejection ends the job, in an imported file too", async () => {
  using project = new Project({
    "main.ts": `${RANK}import { later } from "./lib/later.js";\nif (rank === 1) later();\nelse world().barrier();`,
    "lib/later.ts": `
      export async function later(): Promise<void> {
        await new Promise((done) => setTimeout(done, 50));
        throw new Error("too late");
      }`,
  });
  const { code, stderr } = await project.tutti(["run", "-n", "2", "main.ts"]);
  assert.equal(code, 1);
  assert.match(stderr, /^rank 1 failed:\nError: too late\n/);
  assert.ok(stderr.includes(`${project.path("lib/later.ts")}:4:15`), stderr);
});

test("a TuttiError shows its code and begins at the user's line", async () => {
  using project = new Project({
    "script.ts": `${RANK}const buffer = new Float64Array(1);\nworld().send(buffer, 17);\n`,
  });
  const { code, stderr } = await project.tutti(["run", "-n", "1", "script.ts"]);
  assert.equal(code, 1);
  const [, message, first] = stderr.split("\n");
  assert.match(message, /^TuttiError \[argument\]: .*17/);
  assert.ok(first.includes(`${project.path("script.ts")}:4:9`), stderr);
});

test("whatever is thrown is shown", async () => {
  const thrown = async (expression: string) => (await runScript(`throw ${expression};`, 1)).stderr;
  assert.match(await thrown("'just text'"), /^rank 0 failed:\n'just text' was thrown/);
  assert.match(await thrown("undefined"), /^rank 0 failed:\nundefined was thrown/);
  assert.match(await thrown("{ a: 1 }"), /^rank 0 failed:\n\{ a: 1 \} was thrown/);
  const aggregate = await thrown("new AggregateError([new Error('one'), new Error('two')], 'both')");
  assert.match(aggregate, /AggregateError: both\n[\s\S]*Error: one\n[\s\S]*Error: two\n/);
  assert.match(
    await thrown("Object.assign(new Error('odd'), { code: 'ODD', self: () => 1 })"),
    /Error \[ODD\]: odd/,
  );
});

test("a chain of causes that is a circle comes to an end", async () => {
  const { code, stderr } = await runScript("const e = new Error('me'); e.cause = e; throw e;", 1);
  assert.equal(code, 1);
  assert.match(stderr, /^rank 0 failed:\nError: me\n/);
});

test("of several failures the first is shown, the others are counted", async () => {
  const { code, stderr } = await runScript(
    `${RANK}
    world().barrier();
    throw new Error("all of us");`,
    3,
  );
  assert.equal(code, 1);
  const first = Number(/^rank (\d) failed:\nError: all of us\n/.exec(stderr)?.[1]);
  assert.equal(stderr.match(/Error: all of us/g)?.length, 1, stderr);
  const others = [0, 1, 2].filter((rank) => rank !== first).join(", ");
  assert.ok(stderr.endsWith(`(ranks ${others} failed too)\n`), stderr);
});

test("a script's own handler of uncaught errors keeps the job going", async () => {
  const { code, stdout, stderr } = await runScript(
    `process.on("uncaughtException", (error: Error) => console.log("handled", error.message));
    setTimeout(() => console.log("still here"), 100);
    throw new Error("survivable");`,
    1,
  );
  assert.deepEqual(
    { code, stdout, stderr },
    { code: 0, stdout: "handled survivable\nstill here\n", stderr: "" },
  );
  const thrower = await runScript(
    `process.on("uncaughtException", () => { throw new Error("in the handler"); });
    throw new Error("first");`,
    1,
  );
  assert.notEqual(thrower.code, 0);
  assert.match(thrower.stderr, /rank 0 failed:\nError: in the handler/);
});

test("other ranks can clean up when one fails", async () => {
  const { stdout } = await runScript(
    `${RANK}
    if (rank === 0) throw new Error("enough");
    try {
      world().barrier();
    } finally {
      console.log("clean", rank);
    }`,
    3,
  );
  assert.deepEqual(stdout.split("\n").sort(), ["", "clean 1", "clean 2"]);
});

test("process.exit in a rank ends the job with its code", async () => {
  const { code, stderr } = await runScript(
    `${RANK}
    if (rank === 1) process.exit(7);
    world().barrier();`,
    3,
  );
  assert.equal(code, 7);
  assert.equal(stderr, "rank 1 ended the job by process.exit(7)\n");
});

test("process.exitCode is the job's exit code and lets everybody finish", async () => {
  const { code, stdout, stderr } = await runScript(
    `${RANK}
    if (rank === 1) process.exitCode = 5;
    else setTimeout(() => console.log("finished"), 600);`,
    2,
  );
  assert.deepEqual({ code, stdout, stderr }, { code: 5, stdout: "finished\n", stderr: "" });
});

test("comm.abort ends the job with its code", async () => {
  const { code, stderr } = await runScript(
    `${RANK}
    if (rank === 1) world().abort(9);
    for (;;);`,
    3,
  );
  assert.equal(code, 9);
  assert.match(stderr, /rank 1/);
});

test("a rank that returns while another waits for it is an error that names both", async () => {
  const { code, stderr } = await runScript(
    `${RANK}
    if (rank === 1) world().recv(new Float64Array(1), 0);`,
    2,
  );
  assert.equal(code, 1);
  assert.match(stderr, /^rank 1 failed:\nTuttiError \[deadlock\]: .*rank 0/);
});

test("a top-level await that nothing can settle is an error", async () => {
  const { code, stderr } = await runScript("await new Promise(() => {});", 2);
  assert.equal(code, 1);
  assert.match(stderr, /rank [01] failed:\n.*top-level await/);
});

// The call in the loop matters: Node 26.10 never looks whether it is to end a worker in a loop that only allocates.
test("a rank that runs out of memory is named", async () => {
  using project = new Project({
    "script.ts": `${RANK}
      const hoard: unknown[] = [];
      const more = () => hoard.push(new Array(1000).fill(rank));
      if (rank === 1) for (;;) more();
      world().barrier();`,
  });
  const limit = { NODE_OPTIONS: "--max-old-space-size=40" };
  const { code, stderr } = await project.tutti(["run", "-n", "2", "script.ts"], limit);
  assert.equal(code, 1);
  assert.match(stderr, /^rank 1 failed:\nError \[ERR_WORKER_OUT_OF_MEMORY\]/);
});

test("SIGINT ends everything at once and tells what each rank was doing", async () => {
  using project = new Project({
    "script.ts": `${RANK}
      console.log("ready");
      if (rank === 0) for (;;);
      if (rank === 1) world().recv(new Float64Array(1), 0, 5);
      try {
        world().barrier();
      } catch {
        for (;;);
      }`,
  });
  const { process: child, result } = project.start(["run", "-n", "3", "script.ts"]);
  await seen(child.stdout, /(ready[\s\S]*){3}/);
  await sleep(1000); // until all are where they will stay
  child.kill("SIGINT");
  const { code, stderr } = await result;
  assert.equal(code, 130);
  assert.match(stderr, /^SIGINT: rank 0 .*running; rank 1 .*recv.*rank 0.*tag 5.*; rank 2 .*barrier.*\n$/);
});

for (const [signal, exitCode] of [
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  test(`${signal} ends everything`, async () => {
    using project = new Project({ "script.ts": "console.log('ready'); for (;;);" });
    const { process: child, result } = project.start(["run", "-n", "2", "script.ts"]);
    await seen(child.stdout, /(ready[\s\S]*){2}/);
    child.kill(signal);
    const { code, stderr } = await result;
    assert.equal(code, exitCode);
    assert.equal(stderr, `${signal}: rank 0 is running; rank 1 is running\n`);
  });
}
