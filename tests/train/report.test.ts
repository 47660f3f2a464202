import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  bytes,
  count,
  duration,
  figure,
  moment,
  percent,
  shellQuote,
} from "../../src/train/report/format.js";
import { escapeText, html } from "../../src/train/report/html.js";
import {
  confusionMatrix,
  type NumberTarget,
  thisMachine,
  writeReport,
} from "../../src/train/report/index.js";
import { reportPage } from "../../src/train/report/page.js";
import { exampleSummary } from "./report-example.js";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-report-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const numbers = (targets: readonly NumberTarget[]) =>
  exampleSummary({ evaluation: { kind: "numbers", set: "test", loss: 0.5, targets } });

test("writeReport leaves report.html and loss.png, and nothing else, also the second time", async () => {
  for (let time = 0; time < 2; time++) {
    await writeReport(folder, exampleSummary());
    assert.deepEqual(readdirSync(folder).sort(), ["loss.png", "report.html"]);
    const png = readFileSync(join(folder, "loss.png"));
    assert.equal(png.toString("latin1", 1, 4), "PNG");
    assert.ok(png.length > 5000);
    assert.match(readFileSync(join(folder, "report.html"), "utf8"), /^<!doctype html>[\s\S]*<\/html>\n$/);
  }
});

test("a run without records has a report and no picture", async () => {
  const empty = mkdtempSync(join(folder, "empty-"));
  await writeReport(empty, exampleSummary({ history: [], evaluation: undefined }));
  assert.deepEqual(readdirSync(empty), ["report.html"]);
});

test("a folder that does not exist is an error with its name", async () => {
  await assert.rejects(writeReport(join(folder, "nowhere"), exampleSummary()), {
    code: "file",
    message: /nowhere/,
  });
});

test("a confusion matrix of other classes than the named ones is refused", async () => {
  const { evaluation } = exampleSummary();
  assert.ok(evaluation?.kind === "classes");
  const summary = exampleSummary({ evaluation: { ...evaluation, classes: ["a", "b", "c"] } });
  await assert.rejects(writeReport(folder, summary), { code: "shape", message: /4 classes.*names 3/ });
});

test("the matrix product in use is named, whether it is a BLAS library's or the kernels' own", () => {
  const { machine } = exampleSummary();
  const facts = (blas: string | null) =>
    reportPage(exampleSummary({ machine: { ...machine, blas } }))
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/ +/g, " ");
  const own = facts(null);
  assert.match(own, / kernels native own matrix product /);
  assert.match(own, / matrix product own /);
  assert.doesNotMatch(own, /BLAS/);
  const openblas = facts("libopenblas.so.0");
  assert.match(openblas, / kernels native matrix product by libopenblas\.so\.0 /);
  assert.match(openblas, / kernels native matrix product libopenblas\.so\.0 /);
});

test("no text of a run becomes markup", () => {
  const page = reportPage(exampleSummary());
  assert.doesNotMatch(
    page,
    /<script|<b>digits|<here>|<source>|<option>|<value>|<Linear>|<blas>|<i>a hostile/i,
  );
  // Each once: no class name has closed or opened one.
  for (const tag of ["<head>", "<style>", "</style>", "</head>", "</html>"])
    assert.equal(page.split(tag).length, 2, tag);
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  assert.match(page, /href="\.\/javascript%3Aalert\(%22x%22\)"/);
});

test("the policy allows the page's own style sheet and nothing from elsewhere", () => {
  const page = reportPage(exampleSummary());
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? "";
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  assert.match(policy, /^default-src &#39;none&#39;;/);
  assert.ok(policy.includes(`style-src &#39;sha256-${hash}&#39;`));
  assert.doesNotMatch(page, /\sstyle="|\son\w+="|@import|url\(/);
  const addresses = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  assert.ok(addresses.length > 2);
  for (const address of addresses) assert.match(address, /^(data:|\.\/)/);
});

test("the figures of the page are those of the run", () => {
  const page = reportPage(exampleSummary());
  // 16 of the 80 samples, every fifth, were given to the next class.
  for (const text of [
    "80.00%",
    "16 of 80 wrong",
    "1 min 23 s",
    "6,400",
    "2026-03-01 14:05 UTC",
    "engine threads",
  ])
    assert.ok(page.includes(text), text);
});

test("early ends are told", () => {
  const page = reportPage(exampleSummary({ stopped: "loss is NaN at step 12 <layer 2>" }));
  assert.match(page, /role="alert"[\s\S]*loss is NaN at step 12 &lt;layer 2&gt;/);
});

test("many classes get a table of the worst in place of a matrix", () => {
  const n = 60;
  const labels = Array.from({ length: 600 }, (_, i) => i % n);
  const predictions = labels.map((label, i) => (label === 42 && i < 300 ? 7 : label));
  const page = reportPage(
    exampleSummary({
      evaluation: {
        kind: "classes",
        set: "validation",
        loss: 1,
        classes: labels.slice(0, n).map((label) => `class ${label}`),
        confusion: confusionMatrix(labels, predictions, n),
        mostWrong: [
          {
            index: 42,
            label: 42,
            predicted: 7,
            probability: 0.9,
            labelProbability: 0.01,
            source: "t.csv, line 44",
          },
        ],
      },
    }),
  );
  assert.doesNotMatch(page, /class="matrix/);
  assert.match(
    page,
    /<th scope="row"><bdi>class 42<\/bdi><\/th><td class="number">10<\/td><td class="number">50\.0%/,
  );
  assert.match(page, /class 42<\/bdi> taken for <bdi>class 7<\/bdi><\/span> <b>5 ×/);
  assert.match(page, /t\.csv, line 44/);
});

test("numbers get a scatter plot and a histogram that counts every sample", () => {
  const truths = Float64Array.from({ length: 9000 }, (_, i) => Math.sin(i));
  const predictions = truths.map((value, i) => value + 0.1 * Math.cos(17 * i));
  const page = reportPage(numbers([{ name: "height <m>", truths, predictions }]));
  assert.match(page, /height &lt;m&gt;/);
  const points = page.match(/class="point"/g)?.length ?? 0;
  assert.ok(points > 1000 && points <= 2000, `${points} points`);
  const bars = [...page.matchAll(/class="bar"[^>]*><title>[^<]*: ([\d,]+)<\/title>/g)];
  const counted = bars.reduce((sum, [, number]) => sum + Number(number.replaceAll(",", "")), 0);
  assert.equal(counted, 9000);
  assert.ok(bars.length > 5 && bars.length <= 130);
});

test("numbers of odd kinds are shown without harm", () => {
  const cases: NumberTarget[] = [
    { name: "constant", truths: [2, 2, 2], predictions: [2, 2, 2] },
    { name: "one sample", truths: [1], predictions: [3] },
    { name: "not finite", truths: [1, 2, 3], predictions: [1, Number.NaN, Infinity] },
    {
      name: "outlier",
      truths: Array(5000)
        .fill(0)
        .map((_, i) => i % 7),
      predictions: [1e12, ...Array(4999).fill(0)],
    },
  ];
  for (const target of cases)
    assert.doesNotMatch(
      reportPage(numbers([target])),
      /="[^"]*(NaN|undefined|Infinity)[^"]*"\/?>/,
      target.name,
    );
  assert.match(reportPage(numbers(cases)), /outlier/);
});

test("the report of a long run with many images stays below a megabyte", () => {
  const example = exampleSummary();
  const history = Array.from({ length: 50_000 }, (_, i) => ({
    ...example.history[i % example.history.length],
    step: i + 1,
    epoch: (i + 1) / 500,
    time: i / 100,
  }));
  assert.ok(Buffer.byteLength(reportPage({ ...example, history })) < 500_000);
});

test("a shell reads the command back as the same arguments", {
  skip: process.platform === "win32" && "no sh",
}, () => {
  const words = [
    "tutti",
    "it's",
    "a b",
    "$HOME",
    "`id`",
    "\\",
    '"',
    "",
    "*",
    "日本語",
    "--x=1,2",
    "~",
    "new\nline",
  ];
  const line = words.map(shellQuote).join(" ");
  const { stdout } = spawnSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
  assert.deepEqual(stdout.split("\0").slice(0, -1), words);
});

test("templates escape values, keep markup, and leave out what is absent", () => {
  const inner = html`<b>${"<"}</b>`;
  assert.equal(
    html`<a title="${`"'`}">${inner}${[1, undefined, "&"]}${false}${null}</a>`.text,
    `<a title="&quot;&#39;"><b>&lt;</b>1&amp;</a>`,
  );
  assert.equal(escapeText("a\u0000\u001b\tb\n"), "a\ufffd\ufffd\tb\n");
});

test("figures are written as people read them", () => {
  assert.deepEqual([count(60000), count(0.4)], ["60,000", "0"]);
  assert.deepEqual([0.0712345, 12345.6, 1.5e-7, 0, -2.5].map(figure), [
    "0.07123",
    "12,346",
    "1.500e-7",
    "0",
    "-2.5",
  ]);
  assert.deepEqual([percent(0.98125), percent(1, 0), percent(Number.NaN)], ["98.13%", "100%", "–"]);
  assert.deepEqual([0.0123, 0.9996, 13.04, 59.96, 83.4, 3599.7, 7860].map(duration), [
    "12 ms",
    "1.0 s",
    "13.0 s",
    "1 min 0 s",
    "1 min 23 s",
    "1 h 0 min",
    "2 h 11 min",
  ]);
  assert.deepEqual([512, 8 * 2 ** 30, 1.5 * 2 ** 20, 200 * 2 ** 10].map(bytes), [
    "512 bytes",
    "8.0 GiB",
    "1.5 MiB",
    "200 KiB",
  ]);
  assert.equal(moment("no date"), "no date");
});

test("this machine names its Node.js, system and a version of Tutti", () => {
  const machine = thisMachine();
  assert.equal(machine.node, process.versions.node);
  assert.match(machine.tutti, /^\d+\.\d+\.\d+/);
  assert.ok(machine.platform.startsWith(`${process.platform} ${process.arch}`));
  assert.ok(machine.cores >= 1 && machine.memoryBytes > 0 && machine.cpu.length > 0);
});
