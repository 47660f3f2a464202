import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ProgressLine } from "../../src/cli/progress-line.js";

/** What a terminal shows: text, with carriage returns and the sequence that clears a line carried out. */
class Screen extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  lines = [""];

  constructor(isTTY: boolean, columns = 80) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: string | Buffer, _: BufferEncoding, done: () => void): void {
    for (const [i, line] of String(chunk).split("\n").entries()) {
      if (i > 0) this.lines.push("");
      const parts = line.split("\r\x1b[K");
      this.lines.push((parts.length > 1 ? "" : this.lines.at(-1)) + parts.at(-1)!);
      this.lines.splice(-2, 1);
    }
    done();
  }
}

/** The screen of a job whose share is in `state`, and a clock that ticks when it is told. */
function setUp(t: TestContext, isTTY: boolean, columns?: number) {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const screen = new Screen(isTTY, columns);
  const state = { share: 0 };
  const line = new ProgressLine(() => state.share, { stdout: screen, stderr: screen });
  const advanceTo = (share: number) => {
    state.share = share;
    t.mock.timers.tick(100);
  };
  return { screen, line, advanceTo };
}

test("the line follows the job, output and errors appear above it, and it leaves no trace", async (t) => {
  const { screen, line, advanceTo } = setUp(t, true);
  line.stdout.write("begun\n");
  await setImmediate(); // streams call back later
  advanceTo(0.25);
  assert.match(screen.lines.at(-1)!, /^█{8}░{22} 25 %$/);
  advanceTo(0.5);
  assert.match(screen.lines.at(-1)!, /^█{15}░{15} 50 % {2}\d+ s left$/);
  line.stdout.write("epoch 1\n");
  await setImmediate();
  assert.deepEqual(screen.lines, ["begun", "epoch 1", ""]);
  advanceTo(0.75);
  assert.equal(screen.lines.length, 3);
  line.stderr.write("an error\n");
  await setImmediate();
  assert.deepEqual(screen.lines, ["begun", "epoch 1", "an error", ""]);
  advanceTo(0.8);
  line[Symbol.dispose]();
  advanceTo(0.9);
  assert.deepEqual(screen.lines, ["begun", "epoch 1", "an error", ""]);
});

test("nothing is shown before the first step and after the last", (t) => {
  const { screen, advanceTo } = setUp(t, true);
  advanceTo(0);
  assert.deepEqual(screen.lines, [""]);
  advanceTo(0.5);
  advanceTo(1);
  assert.deepEqual(screen.lines, [""]);
});

test("the line fits into a narrow terminal", (t) => {
  const { screen, advanceTo } = setUp(t, true, 20);
  for (const share of [0.1, 0.5, 0.9]) {
    advanceTo(share);
    assert.ok(screen.lines[0].length < 20, screen.lines[0]);
    assert.ok(screen.lines[0].includes(` ${100 * share} %`), screen.lines[0]);
  }
});

test("where the output is no terminal there is nothing but the output", (t) => {
  const { screen, line, advanceTo } = setUp(t, false);
  assert.equal(line.stdout, screen);
  advanceTo(0.5);
  line[Symbol.dispose]();
  assert.deepEqual(screen.lines, [""]);
});
