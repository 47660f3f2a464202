import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { noPetsc } from "../support/petsc.js";
import { failPetsc, numbersIn, PETSC_RANKS, runPetsc, temporaryFile } from "./run.js";

/** Eigenvalues of the matrices of a 14 × 6 grid on 30 × 10, made as a dense tensor sum: those of each direction added. */
function eigenvalues(nx: number, ny: number): number[] {
  const along = (n: number, length: number) =>
    Array.from(
      { length: n },
      (_, k) => (2 - 2 * Math.cos((Math.PI * (k + 1)) / (n + 1))) * ((n + 1) / length) ** 2,
    );
  return along(nx, 30)
    .flatMap((a) => along(ny, 10).map((b) => a + b))
    .sort((a, b) => a - b);
}

describe("09-bridge-modes", { skip: noPetsc }, () => {
  const small = ["--nx", "14", "--ny", "6"];
  for (const ranks of PETSC_RANKS) {
    test(`modes of the closed form whose frequencies converge with order 2, ${ranks} ranks`, async () => {
      using picture = temporaryFile("modes.svg");
      const args = [...small, "--refine", "3", "--modes", "5", "--picture", picture.path];
      const text = await runPetsc("09-bridge-modes", ranks, ...args);
      const lines = text.split("\n").filter((line) => /^ {2}mode \d+ \(/.test(line));
      assert.equal(lines.length, 15, text);
      for (const [l, line] of lines.entries()) {
        const [mode, m, n, lambda, f, error, shape] = numbersIn(
          line,
          /mode (\d+) \((\d+), (\d+)\): λ = (\S+), f = (\S+) Hz, error to the closed form (\S+), of its shape (\S+),/,
        );
        const [nx, ny] = [15 * 2 ** Math.floor(l / 5) - 1, 7 * 2 ** Math.floor(l / 5) - 1];
        assert.equal(mode, 1 + (l % 5));
        assert.ok(Math.abs(lambda / eigenvalues(nx, ny)[l % 5] - 1) < 1e-7, line);
        assert.ok(Math.abs(f / (Math.sqrt(lambda) / (2 * Math.PI)) - 1) < 1e-7, line);
        assert.ok(error < 1e-9 && shape < 1e-6, line);
        // x - x³/6 ≤ sin x bounds the distance to the frequency of the deck itself
        const bound = ((m * Math.PI) / (nx + 1)) ** 2 / 24 + ((n * Math.PI) / (ny + 1)) ** 2 / 24;
        assert.ok(Math.abs(f / (0.5 * Math.hypot(m / 30, n / 10)) - 1) < bound, line);
        if (l >= 5) assert.ok(Math.abs(numbersIn(line, /order (\S+)$/)[0] - 2) < 0.03, line);
      }
      const section = /mode 1 along the deck: (.*)/.exec(text)![1].split(" ").map(Number);
      assert.ok(Math.max(...section) === 1 && section.every((height) => height > 0), text);
      const svg = readFileSync(picture.path, "utf8");
      assert.equal(svg.match(/<svg x=/g)?.length, 5);
      assert.match(svg, /mode 2 \(2, 1\): 0\.060\d* Hz/);
    });
  }

  test("other decks, and waves that are faster", async () => {
    const text = await runPetsc("09-bridge-modes", 1, "--lx", "2", "--ly", "2", "--speed", "10", ...small);
    // the lowest frequency of a square is c / (√2 L)
    const [f] = numbersIn(text, /mode 1 \(1, 1\): .* f = (\S+) Hz/);
    assert.ok(Math.abs(f / (10 / (2 * Math.SQRT2)) - 1) < 0.01, text);
  });

  test("options of SLEPc work beside its own", async () => {
    const args = ["-eps_type", "lapack", ...small, "--modes", "3"];
    assert.match(await runPetsc("09-bridge-modes", 1, ...args), /lapack with sinvert: \d+ modes/);
    const unknown = await failPetsc("09-bridge-modes", 2, "-eps_type", "lapak", ...small);
    assert.match(unknown, /lapak/);
  });

  test("a wrong option says what is wanted", async () => {
    const cases: [string[], RegExp][] = [
      [["--modes", "0"], /--modes must be a whole number from 1, found 0/],
      [
        ["--nx", "2", "--ny", "2", "--modes", "5"],
        /--modes must be at most the 4 points of the grid, found 5/,
      ],
      [["--lx", "-3"], /--lx must be a number above 0, found -3/],
    ];
    for (const [args, message] of cases)
      assert.match(await failPetsc("09-bridge-modes", 1, ...args), message);
  });
});
