import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { MAIN, Project, runScript, seen } from "./tutti.js";

test("lines of ranks never mix within a line and keep each rank's order, in whatever pieces they are printed", async () => {
  const ranks = 4;
  const lines = 1500;
  const { code, stdout, stderr } = await runScript(
    `
    import { threadId } from "node:worker_threads";
    for (let i = 0; i < ${lines}; i++) {
      const stream = i % 3 === 0 ? process.stderr : process.stdout;
      const text = "x".repeat((i * 37) % 500);
      stream.write(\`<\${threadId} \${i} \`);
      if (i % 7 === 0) stream.write(Buffer.from(text));
      else stream.write(text);
      console[i % 3 === 0 ? "error" : "log"](">");
    }`,
    ranks,
  );
  assert.equal(code, 0);
  const seenLines = new Map<string, number[]>();
  for (const [name, text] of Object.entries({ stdout, stderr })) {
    assert.ok(text.endsWith("\n"));
    for (const line of text.slice(0, -1).split("\n")) {
      const [, thread, index, xs] = /^<(\d+) (\d+) (x*)>$/.exec(line) ?? assert.fail(`mixed line: ${line}`);
      assert.equal(xs.length, (Number(index) * 37) % 500);
      const key = `${name} ${thread}`;
      seenLines.set(key, [...(seenLines.get(key) ?? []), Number(index)]);
    }
  }
  const all = Array.from({ length: lines }, (_, i) => i);
  assert.equal(seenLines.size, 2 * ranks);
  for (const [key, indices] of seenLines) {
    const wanted = all.filter((i) => (i % 3 === 0) === key.startsWith("stderr"));
    assert.deepEqual(indices, wanted, key);
  }
});

test("a line that is printed because of another comes after it, whichever ranks print them", async () => {
  const [ranks, rounds] = [4, 200];
  const script = `
    import { world } from "tutti/comm";
    const { rank, size } = world();
    const turn = new Int32Array(1);
    for (let i = 0; i < ${rounds}; i++) {
      if (rank > 0 || i > 0) world().recv(turn, (rank + size - 1) % size);
      console.log(turn[0]++);
      if (rank < size - 1 || i < ${rounds} - 1) world().send(turn, (rank + 1) % size);
    }`;
  const { code, stdout, stderr } = await runScript(script, ranks);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const wanted = Array.from({ length: ranks * rounds }, (_, turn) => turn);
  assert.deepEqual(stdout.trim().split("\n").map(Number), wanted);
});

test("what a rank has printed appears while it blocks", async () => {
  using project = new Project({
    "script.ts": `
      console.log("first");
      console.log("second");
      console.error("third");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
  });
  const { process: child, result } = project.start(["run", "-n", "2", "script.ts"]);
  await Promise.all([seen(child.stdout, /(second[\s\S]*){2}/), seen(child.stderr, /(third[\s\S]*){2}/)]);
  child.kill("SIGTERM");
  const { code, stdout } = await result;
  assert.equal(code, 143);
  assert.deepEqual(stdout.split("\n").sort(), ["", "first", "first", "second", "second"]);
});

test("nothing is lost when a rank exits or fails right after printing more than a pipe holds", async () => {
  const lines = 40_000;
  const print = `for (let i = 0; i < ${lines}; i++) console.log(\`line \${i} ${"=".repeat(100)}\`);\n`;
  const wanted = Array.from({ length: lines }, (_, i) => `line ${i} ${"=".repeat(100)}\n`).join("");
  for (const [end, code] of [
    ["process.exit(0);", 0],
    ["throw new Error('late');", 1],
  ] as const) {
    using project = new Project({ "script.ts": print + end });
    const { process: child, result } = project.start(["run", "-n", "1", "script.ts"]);
    child.stdout.pause();
    await sleep(300); // a reader that is slower than the rank
    child.stdout.resume();
    const { code: found, stdout } = await result;
    assert.equal(found, code);
    assert.ok(stdout === wanted, `${stdout.length} of ${wanted.length} bytes came, or in another order`);
  }
});

test("an unfinished last line is printed at the end", async () => {
  const one = await runScript("process.stdout.write('no end');", 1);
  assert.equal(one.stdout, "no end");
  const three = await runScript("process.stdout.write('no end');", 3);
  assert.equal(three.stdout, "no end\nno end\nno end");
});

test("bytes that are no text pass unchanged", async () => {
  using project = new Project({
    "script.ts": "process.stdout.write(Uint8Array.from({ length: 256 }, (_, i) => i));",
  });
  const { process: child, result } = project.start(["run", "-n", "2", "script.ts"]);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  await result;
  const bytes = [...Array(256).keys()];
  // The part up to the line end, 10, may come from both ranks before the rest of either.
  assert.deepEqual(
    [...Buffer.concat(chunks)].sort((a, b) => a - b),
    [...bytes, ...bytes, 10].sort((a, b) => a - b),
  );
});

test("--tag tells which rank printed a line", async () => {
  const { stdout, stderr } = await runScript(
    "process.stdout.write('é\\r1\\n\\n2'); console.error('e');",
    2,
    "--tag",
  );
  const lines = stdout.split("\n").sort();
  assert.deepEqual(lines, ["[0] ", "[0] 2", "[0] é\r1", "[1] ", "[1] 2", "[1] é\r1"]);
  assert.deepEqual(stderr.split("\n").sort(), ["", "[0] e", "[1] e"]);
});

test("output that cannot be written is an error", {
  skip: existsSync("/dev/full") ? false : "needs /dev/full",
}, async () => {
  using project = new Project({ "script.ts": "console.log('lost'); for (;;);" });
  const full = openSync("/dev/full", "w");
  const { status, stderr } = spawnSync(
    process.execPath,
    [MAIN, "run", "-n", "2", project.path("script.ts")],
    {
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
      timeout: 60_000,
      killSignal: "SIGKILL",
    },
  );
  closeSync(full);
  assert.equal(status, 1);
  assert.match(stderr, /cannot write what the ranks print: ENOSPC/);
});

test("when nobody reads the output any more the job ends without a word", async () => {
  using project = new Project({ "script.ts": "for (let i = 0; ; i++) console.log('line', i);" });
  const { process: child, result } = project.start(["run", "-n", "2", "script.ts"]);
  await once(child.stdout, "data");
  child.stdout.destroy();
  const { code, stderr } = await result;
  assert.equal(stderr, "");
  assert.equal(code, 128 + 13, "as after SIGPIPE");
});
