import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { launch } from "../../../src/comm/threads/launch.js";

const module = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

test("a job can run inside a program, its output go elsewhere", async () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [text(stdout), text(stderr)];
  const entry = module(
    "console.log(process.argv.slice(1).join()); console.error('e'); process.exitCode = 3;",
  );
  const argv = ["a", "b"];
  const code = await launch({ size: 2, entry, scriptPath: "/script", argv, tag: true, stdout, stderr });
  stdout.end();
  stderr.end();
  assert.equal(code, 3);
  assert.deepEqual((await out).trim().split("\n").sort(), ["[0] /script,a,b", "[1] /script,a,b"]);
  assert.deepEqual((await err).trim().split("\n").sort(), ["[0] e", "[1] e"]);
});

test("a rank that prints faster than its output is written waits, and nothing is lost", async () => {
  const [lines, length] = [3000, 1000];
  let [most, written] = [0, 0];
  const slow = new Writable({
    write(chunk: Buffer, _encoding, done) {
      most = Math.max(most, this.writableLength);
      written += chunk.length;
      setImmediate(done);
    },
  });
  const entry = module(`for (let i = 0; i < ${lines}; i++) console.log("x".repeat(${length - 1}));`);
  assert.equal(await launch({ size: 1, entry, scriptPath: "/script", stdout: slow }), 0);
  assert.equal(written, lines * length);
  assert.ok(most <= 2 ** 20 + length, `${most} bytes were waiting`);
});

test("launch leaves no handlers of signals and streams behind", async () => {
  const count = () => [
    process.listenerCount("SIGINT"),
    process.listenerCount("SIGTERM"),
    process.stdout.listenerCount("error"),
  ];
  const before = count();
  assert.equal(await launch({ size: 2, entry: module(""), scriptPath: "/script" }), 0);
  assert.deepEqual(count(), before);
});

test("an impossible number of ranks is refused", async () => {
  for (const size of [0, -1, 1.5, Number.NaN, 1000]) {
    const refused = launch({ size, entry: module(""), scriptPath: "/script" });
    await assert.rejects(refused, { name: "TuttiError", code: "argument" });
  }
});
