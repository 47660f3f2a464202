import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { RunSummary } from "../../src/train/report/index.js";
import { reportPage } from "../../src/train/report/page.js";
import { launchBrowser, withoutBrowser } from "../support/browser.js";
import { exampleSummary, NASTY } from "./report-example.js";

const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const truths = Float64Array.from({ length: 300 }, (_, i) => 100 * Math.sin(i));
const SUMMARIES: Record<string, RunSummary> = {
  classes: exampleSummary({ stopped: "the loss is NaN at step 1200" }),
  "forty classes with long names": exampleSummary({
    evaluation: {
      kind: "classes",
      set: "test",
      loss: 0.3,
      classes: Array.from({ length: 40 }, (_, i) => `a species with a long Latin name ${i}`),
      confusion: Float64Array.from({ length: 1600 }, (_, i) => (i % 41 === 0 ? 999 : i % 7)),
      mostWrong: [],
    },
  }),
  numbers: exampleSummary({
    evaluation: {
      kind: "numbers",
      set: "test",
      loss: 0.3,
      targets: [{ name: "price", truths, predictions: truths.map((value) => value + 1) }],
    },
  }),
};

suite("report.html in a browser", { skip: withoutBrowser }, () => {
  let folder: string;
  let browser: Browser;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tutti-report-browser-"));
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a report from the disk and hands its page, with all it said and asked for, to `look`. */
  async function open(
    summary: RunSummary,
    options: BrowserContextOptions,
    look: (page: Page) => Promise<void>,
  ): Promise<void> {
    const file = join(folder, "report.html");
    writeFileSync(file, reportPage(summary));
    const context = await browser.newContext(options);
    try {
      const page = await context.newPage();
      const said: string[] = [];
      const requested: string[] = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
      page.on("dialog", (dialog) => {
        said.push(`dialog ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("request", (request) => requested.push(request.url()));
      const address = pathToFileURL(file).href;
      await page.goto(address);
      await look(page);
      assert.deepEqual(said, []);
      assert.deepEqual(
        requested.filter((url) => !url.startsWith("data:image/png;base64,")),
        [address],
      );
    } finally {
      await context.close();
    }
  }

  for (const [name, summary] of Object.entries(SUMMARIES)) {
    for (const [device, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
      test(`${name} on a ${device}: silent, complete, no wider than the screen`, async () => {
        await open(summary, options, async (page) => {
          const ids = ["figures", "curves", "command", "model", "options", "data", "versions", "files"];
          ids.push(...(summary.evaluation?.kind === "numbers" ? ["predictions"] : ["confusion"]));
          for (const id of ids) {
            const box = await page.locator(`#${id}`).boundingBox();
            assert.ok(box && box.height > 40, `section ${id} is to be seen`);
          }
          const widths = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
          assert.deepEqual(widths, [options.viewport.width, options.viewport.width]);
        });
      });
    }
  }

  test("each curve is drawn once at a time, in a size to be read", async () => {
    for (const options of [DESKTOP, PHONE]) {
      await open(SUMMARIES.classes, options, async (page) => {
        const charts = page.locator("#curves svg:visible");
        assert.equal(await charts.count(), 4);
        // Text is 12 units high in the drawing; on the screen at least 11 pixels.
        for (const scale of await charts.evaluateAll((all) =>
          all.map((svg) => (svg as unknown as { getScreenCTM(): { a: number } }).getScreenCTM().a),
        ))
          assert.ok(scale * 12 >= 11 && scale < 1.6, `scale ${scale}`);
      });
    }
  });

  test("hostile class names are shown as they are", async () => {
    await open(SUMMARIES.classes, DESKTOP, async (page) => {
      const rows = await page.locator("#confusion tbody th").allTextContents();
      assert.deepEqual(rows, NASTY);
      assert.equal(await page.locator("h1").textContent(), "<b>digits</b>");
      assert.equal(await page.locator("script").count(), 0);
    });
  });

  test("the confusion matrix on the screen holds the counts, and wrong and right are told apart", async () => {
    await open(SUMMARIES.classes, PHONE, async (page) => {
      assert.ok(await page.locator("#confusion table").isVisible());
      const cells = await page.locator("#confusion tbody td:not(.figure)").allTextContents();
      // 20 samples a class, of which every fifth sample, 4 of each class, went to the next class.
      const expected = [16, 4, 0, 0, 0, 16, 4, 0, 0, 0, 16, 4, 4, 0, 0, 16];
      assert.deepEqual(cells.map(Number), expected);
      const colours = await page.evaluate(
        "[...document.querySelectorAll('#confusion tbody td:not(.figure)')].map((cell) => getComputedStyle(cell).backgroundColor)",
      );
      assert.equal(new Set(colours as string[]).size, 3);
    });
  });

  test("the images of the worst mistakes are decoded and shown with square pixels", async () => {
    await open(SUMMARIES.classes, DESKTOP, async (page) => {
      const images = page.locator("#mistakes img");
      assert.equal(await images.count(), 12);
      for (let i = 0; i < 12; i++) await images.nth(i).scrollIntoViewIfNeeded();
      const sizes = await page.evaluate(
        "[...document.querySelectorAll('#mistakes img')].map((img) => [img.complete, img.naturalWidth, img.naturalHeight, getComputedStyle(img).imageRendering].join())",
      );
      assert.deepEqual(new Set(sizes as string[]), new Set(["true,8,8,pixelated"]));
    });
  });

  test("dark screens get a dark page, paper a light one, both with text to be read", async () => {
    const contrast = `(() => {
      const luminance = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((value) => {
          const share = value / 255;
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const page = luminance(getComputedStyle(document.body).backgroundColor);
      const texts = ["h1", ".sub", ".note", ".first", "a", ".predicted"].map((selector) => {
        const text = luminance(getComputedStyle(document.querySelector(selector)).color);
        return (Math.max(text, page) + 0.05) / (Math.min(text, page) + 0.05);
      });
      return { page, lowest: Math.min(...texts) };
    })()`;
    const measure = async (page: Page) => (await page.evaluate(contrast)) as { page: number; lowest: number };
    await open(SUMMARIES.classes, { ...DESKTOP, colorScheme: "dark" }, async (page) => {
      const screen = await measure(page);
      assert.ok(screen.page < 0.02);
      // WCAG 2.2, success criterion 1.4.3: at least 4.5 : 1.
      assert.ok(screen.lowest >= 4.5, `contrast ${screen.lowest}`);
      await page.emulateMedia({ media: "print" });
      assert.ok((await measure(page)).page > 0.9);
    });
    await open(SUMMARIES.classes, { ...DESKTOP, colorScheme: "light" }, async (page) => {
      const screen = await measure(page);
      assert.ok(screen.page > 0.9);
      assert.ok(screen.lowest >= 4.5, `contrast ${screen.lowest}`);
    });
  });
});
