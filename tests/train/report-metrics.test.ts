import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { MetricsLog, type MetricsRecord, readMetrics } from "../../src/train/report/index.js";
import { exampleHistory } from "./report-example.js";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-metrics-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const MODULE = new URL("../../src/train/report/metrics.js", import.meta.url).href;

const record = (step: number): MetricsRecord => ({
  step,
  epoch: step / 10,
  time: step / 100,
  loss: 1 / step,
});

function write(name: string, records: readonly MetricsRecord[]): string {
  const file = join(folder, name);
  using log = MetricsLog.create(file);
  for (const one of records) log.append(one);
  return file;
}

test("records come back as they were written, one JSON object a line", () => {
  const history = exampleHistory(25);
  const file = write("round-trip.jsonl", history);
  assert.deepEqual(readMetrics(file), history);
  const lines = readFileSync(file, "utf8").split("\n");
  assert.equal(lines.pop(), "");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    history,
  );
});

test("every record is in the file when append returns", () => {
  const file = join(folder, "at-once.jsonl");
  using log = MetricsLog.create(file);
  for (let step = 1; step <= 3; step++) {
    log.append(record(step));
    assert.equal(readMetrics(file).length, step);
  }
});

test("figures that are not finite come back as NaN", () => {
  const file = write("nan.jsonl", [{ step: 1, epoch: 1, time: 1, loss: NaN, validationLoss: Infinity }]);
  assert.deepEqual(readMetrics(file), [{ step: 1, epoch: 1, time: 1, loss: NaN, validationLoss: NaN }]);
});

test("a file cut at any byte gives the records that are whole, and goes on from there", () => {
  const records = [record(1), record(2), record(30)];
  const content = readFileSync(write("whole.jsonl", records));
  const file = join(folder, "cut.jsonl");
  for (let length = 0; length <= content.length; length++) {
    writeFileSync(file, content.subarray(0, length));
    const whole = content
      .toString("utf8", 0, length)
      .split("\n")
      .filter((line) => line.endsWith("}")).length;
    assert.deepEqual(readMetrics(file), records.slice(0, whole), `cut after ${length} bytes`);
    {
      using log = MetricsLog.resume(file, Number.POSITIVE_INFINITY);
      assert.deepEqual(log.records, records.slice(0, whole));
      for (const missing of records.slice(whole)) log.append(missing);
    }
    assert.deepEqual(readFileSync(file), content);
  }
});

test("a resumed run leaves the file of an uninterrupted one", () => {
  const records = Array.from({ length: 20 }, (_, i) => record(i + 1));
  const uninterrupted = readFileSync(write("uninterrupted.jsonl", records), "utf8");
  // Killed while record 15 was written, with a checkpoint of step 12.
  const file = write("resumed.jsonl", records.slice(0, 14));
  appendFileSync(file, '{"step":15,"ep');
  {
    using log = MetricsLog.resume(file, 12);
    assert.deepEqual(log.records, records.slice(0, 12));
    for (const late of records.slice(12)) log.append(late);
    assert.deepEqual(log.records, records);
  }
  assert.equal(readFileSync(file, "utf8"), uninterrupted);
});

test("resuming before the first record starts anew; create replaces an old file", () => {
  const file = write("anew.jsonl", [record(5), record(6)]);
  MetricsLog.resume(file, 4).close();
  assert.deepEqual(readMetrics(file), []);
  write("anew.jsonl", [record(5)]);
  assert.deepEqual(readMetrics(write("anew.jsonl", [])), []);
});

test("a damaged line that is not the last is an error with its number", () => {
  const good = JSON.stringify(record(1));
  for (const bad of ["{", "[]", "null", "7", '{"step":1}', '{"step":1,"epoch":"2","time":3}', ""]) {
    const file = join(folder, "damaged.jsonl");
    writeFileSync(file, `${good}\n${bad}\n${good}\n`);
    assert.throws(() => readMetrics(file), { code: "format", data: { file, line: 2 } }, bad);
    assert.throws(() => MetricsLog.resume(file, 1), { code: "format" });
  }
});

test("files that cannot be read or made are errors with their names", () => {
  const file = join(folder, "no-such-folder", "metrics.jsonl");
  assert.throws(() => readMetrics(file), { code: "file", message: /no-such-folder/ });
  assert.throws(() => MetricsLog.create(file), { code: "file", message: /no-such-folder/ });
});

test("after a full disk the file ends with a whole record", () => {
  const file = join(folder, "full.jsonl");
  // The limit on file sizes, 512 bytes a block in sh, stands for the full disk.
  const script = `
    const { MetricsLog } = await import(${JSON.stringify(MODULE)});
    const log = MetricsLog.create(${JSON.stringify(file)});
    try {
      for (let step = 1; step <= 1000; step++) log.append({ step, epoch: step / 7, time: 0.5, loss: 1 / step });
    } catch (error) {
      console.log(error.code, log.records.length);
    }`;
  const limited = spawnSync(
    "sh",
    ["-c", 'ulimit -f 4 && exec "$0" --input-type=module -e "$1"', process.execPath, script],
    {
      encoding: "utf8",
    },
  );
  const [code, records] = limited.stdout.trim().split(" ");
  assert.equal(code, "file", limited.stderr);
  const content = readFileSync(file, "utf8");
  assert.ok(content.endsWith("}\n"));
  assert.equal(readMetrics(file).length, Number(records));
});

test("after kill -9 the file can be read and resumed", async () => {
  const file = join(folder, "killed.jsonl");
  const script = `
    const { MetricsLog } = await import(${JSON.stringify(MODULE)});
    const log = MetricsLog.create(${JSON.stringify(file)});
    for (let step = 1; ; step++) {
      log.append({ step, epoch: step, time: step });
      if (step === 200) process.stdout.write("going");
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
  const records = readMetrics(file);
  assert.ok(records.length >= 200);
  assert.deepEqual(
    records.map(({ step }) => step),
    records.map((_, i) => i + 1),
  );
  {
    using log = MetricsLog.resume(file, 100);
    log.append(record(101));
  }
  assert.equal(readMetrics(file).length, 101);
});
