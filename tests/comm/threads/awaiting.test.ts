import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, test } from "node:test";
import { launch } from "../../../src/comm/threads/launch.js";
import type { Task } from "../bodies/awaited.js";

const ENTRY = new URL("../bodies/awaited.js", import.meta.url);

async function run(size: number, program: Task["program"], seed = 0): Promise<void> {
  const stderr = new PassThrough();
  const said = text(stderr);
  const data: Task = { program, seed, flag: new SharedArrayBuffer(4) };
  const code = await launch({ size, entry: ENTRY, scriptPath: "/awaited", data, stderr });
  stderr.end();
  assert.equal(await said, "");
  assert.equal(code, 0);
}

describe("nobody cries deadlock where ranks await requests", () => {
  test("while a rank has other things to do", () => run(5, "ways"));
  for (const seed of [1, 2, 3])
    test(`whose messages come when they look whether they are idle, ${seed}`, () => run(5, "pauses", seed));
});

for (const size of [2, 3])
  test(`ranks go on after a deadlock that they have awaited, ${size} ranks`, () => run(size, "again"));
