import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { type MinimizeResult, minimize } from "../../src/optim/index.js";
import { MinimizeReport, readMetrics } from "../../src/train/index.js";
import { launchBrowser, withoutBrowser } from "../support/browser.js";
import { runRanks } from "../support/ranks.js";
import { type ranksReport, rosenbrock } from "./bodies/minimize-reports.js";

const module = new URL("./bodies/minimize-reports.js", import.meta.url).href;

suite("the report of a minimisation", () => {
  let folder: string;
  let result: MinimizeResult;

  before(async () => {
    folder = join(mkdtempSync(join(tmpdir(), "tutti-minimum-")), "run");
    using report = new MinimizeReport(folder, { name: "Rosenbrock", method: "gd", options: { maxIt: 60 } });
    result = minimize(rosenbrock, [-1.2, 1], { method: "gd", maxIt: 60, monitor: report.monitor });
    await report.write(result);
  });
  after(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

  test("the log has every iteration with value, gradient norm and step", () => {
    const records = readMetrics(join(folder, "metrics.jsonl"));
    assert.deepEqual(
      records.map(({ step }) => step),
      Array.from({ length: 61 }, (_, i) => i),
    );
    // f(-1.2, 1) = 100 (1 - 1.44)² + 2.2² and its gradient, by hand
    assert.ok(Math.abs(records[0].loss! - 24.2) < 1e-12);
    assert.ok(Math.abs(records[0].gradientNorm! - Math.hypot(-215.6, -88)) < 1e-10);
    assert.equal(records[60].loss, result.value);
    assert.equal(records[60].stepLength, result.step);
  });

  test("page and picture are there", () => {
    assert.ok(existsSync(join(folder, "loss.png")));
    const page = readFileSync(join(folder, "report.html"), "utf8");
    assert.match(page, /2 variables, minimised by gd/);
    assert.match(page, /DIVERGED_MAXITS/);
    assert.doesNotMatch(page, /epochs?<|undefined|NaN/);
  });

  suite("in a browser", { skip: withoutBrowser }, () => {
    let browser: Browser;
    before(async () => {
      browser = await launchBrowser();
    });
    after(() => browser?.close());

    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 390, height: 844 },
    ]) {
      test(`complete, silent, no wider than a screen of ${viewport.width} pixels`, async () => {
        const page = await browser.newPage({ viewport });
        const said: string[] = [];
        page.on("console", (message) => said.push(message.text()));
        page.on("pageerror", (error) => said.push(String(error)));
        await page.goto(pathToFileURL(join(folder, "report.html")).href);
        for (const id of ["figures", "curves", "command", "options", "versions", "files"])
          assert.ok(
            ((await page.locator(`#${id}`).boundingBox())?.height ?? 0) > 40,
            `section ${id} is to be seen`,
          );
        assert.equal(await page.locator("#model, #data").count(), 0);
        assert.equal(await page.locator("#curves svg:visible").count(), 3);
        const texts = await page.locator("#figures .value").allTextContents();
        assert.equal(texts[2], String(result.gradients));
        const width = await page.evaluate("document.documentElement.scrollWidth");
        assert.equal(width, viewport.width);
        assert.deepEqual(said, []);
        await page.close();
      });
    }
  });
});

test("of several ranks only the first writes, with the layers of the model", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-minimum-ranks-"));
  try {
    const ranks = await runRanks<Awaited<ReturnType<typeof ranksReport>>>(2, module, "ranksReport", folder);
    assert.deepEqual(ranks, [null, null]);
    const page = readFileSync(join(folder, "0", "report.html"), "utf8");
    assert.match(page, /Linear 5 → 1/);
    assert.match(page, /2, engine threads/);
    assert.equal(existsSync(join(folder, "1")), false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
