import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Project } from "../cli/tutti.js";
import { failExample, numbersIn, PLACES, ranksOf, runExample, startExample, titleOf } from "./run.js";

/** The process grid nearest to a square. */
const GRIDS: Record<number, string> = { 1: "1 × 1", 2: "1 × 2", 3: "1 × 3", 4: "2 × 2", 6: "2 × 3" };

describe("heat", () => {
  for (const place of [...PLACES, 6]) {
    test(`follows both solutions with second order, ${titleOf(place)}`, async () => {
      const text = await runExample("heat", place, "--cells", "16", "--refine", "3");
      const [head, ...levels] = text.trim().split("\n");
      assert.ok(head.startsWith(`${GRIDS[ranksOf(place)]} ranks`), head);
      assert.equal(levels.length, 3);
      const errors = levels.map((line, level) => {
        const [cells, steps, discrete, continuous] = numbersIn(
          line,
          /^(\d+) × \d+ cells, (\d+) steps: error to the discrete solution (\S+), to the continuous one ([^, ]+)/,
        );
        assert.equal(cells, 16 * 2 ** level);
        assert.ok(discrete < 1e-13, line);
        assert.ok(Math.abs(continuous / leadingError(cells, steps) - 1) < 5 / cells ** 2, line);
        return continuous;
      });
      for (let level = 1; level < 3; level++) {
        const order = Math.log2(errors[level - 1] / errors[level]);
        assert.ok(Math.abs(order - 2) < 0.1, `order ${order}`);
      }
    });
  }

  test("other modes, times and conductivities", async () => {
    const options = ["--cells", "23", "--m", "4", "--n", "3", "--time", "0.003", "--kappa", "1.7"];
    const text = await runExample("heat", 4, ...options);
    assert.match(text, /mode \(4, 3\), time 0\.003/);
    assert.ok(numbersIn(text, /discrete solution (\S+),/)[0] < 1e-13, text);
  });

  test("the picture is the same everywhere, and has one blob for each half-wave", async () => {
    const pictures: string[] = [];
    for (const place of PLACES) {
      using project = new Project({});
      const options = ["--cells", "24", "--m", "2", "--n", "3", "--picture", "plate.svg"];
      const { code, stdout } = await startExample(project, "heat", place, ...options);
      assert.equal(code, 0);
      assert.match(stdout, /picture in plate\.svg\n$/);
      assert.deepEqual(readdirSync(project.folder).sort(), ["plate.svg", "tmp"]);
      pictures.push(readFileSync(join(project.folder, "plate.svg"), "utf8"));
    }
    for (const picture of pictures.slice(1)) assert.equal(picture, pictures[0]);

    const field = paint(pictures[0], 23);
    assert.ok(!field.includes(""), "every point is painted");
    // sin(2πx) sin(3πy) is positive in the lower left corner and changes its sign with each half-wave.
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 3; j++) {
        const column = Math.round(((i + 0.5) / 2) * 24) - 1;
        const row = Math.round(((j + 0.5) / 3) * 24) - 1;
        const colour = field[(22 - row) * 23 + column];
        assert.equal(colour, (i + j) % 2 === 0 ? "rgb(255,0,0)" : "rgb(0,0,255)", `half-wave ${i}, ${j}`);
      }
    }
  });

  test("wrong options", async () => {
    const cases: [options: string[], message: RegExp][] = [
      [["--cells", "1"], /--cells must be a whole number from 2, found 1/],
      [["--cells", "2"], /--cells must be more than --m and --n, found 2/],
      [["--cells", "3", "--n", "1"], /--cells must be more than the 3 ranks side by side, found 3/],
      [["--refine", "none"], /--refine must be a whole number from 1, found none/],
      [["--time", "0"], /--time must be a positive number, found 0/],
      [["--kappa", "Infinity"], /--kappa must be a positive number, found Infinity/],
    ];
    for (const [options, message] of cases) assert.match(await failExample("heat", 3, ...options), message);
  });
});

/**
 * The leading error of explicit Euler with central differences for the example's default mode (1, 2) at t = 0.02, from the
 * logarithm of the amplification factor: log(1 - λ dt) / dt = -λ - λ² dt / 2 - …, λ = k² - Σ k⁴ h² / 12 + …
 * What it leaves out is smaller by a factor of order h².
 */
function leadingError(cells: number, steps: number): number {
  const time = 0.02;
  const square = 5 * Math.PI ** 2;
  const quartic = 17 * Math.PI ** 4;
  const rate = -square + quartic / cells ** 2 / 12 - (square ** 2 * time) / steps / 2;
  return Math.abs(Math.exp(rate * time) - Math.exp(-square * time));
}

/** The colour of every point of a drawing of `width` × `width` points, row by row from the top. */
function paint(svg: string, width: number): string[] {
  const field = new Array<string>(width * width).fill("");
  for (const [, colour, path] of svg.matchAll(/fill="([^"]+)" d="([^"]+)"/g)) {
    for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
      const start = Number(y) * width + Number(x);
      field.fill(colour, start, start + Number(length));
    }
  }
  return field;
}
