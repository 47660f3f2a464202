import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { noPetsc } from "../support/petsc.js";
import { failPetsc, numbersIn, PETSC_RANKS, runPetsc, temporaryFile } from "./run.js";

describe("12-waves", { skip: noPetsc }, () => {
  const coarse = ["--nx", "100", "--ny", "60"];

  for (const ranks of PETSC_RANKS) {
    test(`converges with second order to a known solution, ${ranks} ranks`, async () => {
      const text = await runPetsc("12-waves", ranks, "--check");
      const orders = Array.from(text.matchAll(/order (\S+)/g), ([, order]) => Number(order));
      assert.equal(orders.length, 2);
      for (const order of orders) assert.ok(Math.abs(order - 2) < 0.05, text);
    });
  }

  test("the receiver feels the same on any number of ranks, and the pictures are the same", async () => {
    const results = [];
    for (const ranks of PETSC_RANKS) {
      using animation = temporaryFile("waves.svg");
      using trace = temporaryFile("trace.svg");
      using snapshots = temporaryFile("field.svg");
      const files = [
        "--animation",
        animation.path,
        "--seismogram",
        trace.path,
        "--snapshots",
        snapshots.path,
      ];
      const text = await runPetsc("12-waves", ranks, ...coarse, ...files);
      const pictures = [animation, trace, snapshots].map(({ path }) => readFileSync(path, "utf8"));
      assert.equal(pictures[0].match(/<animate /g)?.length, 8);
      // the source stands in the middle between top and bottom of the first snapshot's strongest colours
      const times = Array.from(pictures[2].matchAll(/>(\d+\.\d) s</g), ([, time]) => Number(time));
      assert.equal(times.length, 8);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      assert.match(pictures[2], /rgb\(255,0,0\)|rgb\(0,0,255\)/);
      results.push({ figures: numbersIn(text, /peak (\S+e\S+)\n[\s\S]*end (\S+e\S+)/), pictures });
    }
    for (const { figures, pictures } of results) {
      for (const [k, figure] of figures.entries())
        assert.ok(Math.abs(figure / results[0].figures[k] - 1) < 1e-9, `${figures}`);
      assert.deepEqual(pictures, results[0].pictures);
    }
  });

  test("the wave reaches the receiver, as it does in a basin without edges, the finer the grid the better", async () => {
    const misses: number[] = [];
    for (const [nx, ny] of [
      [201, 121],
      [401, 241],
    ]) {
      const grid = ["--nx", `${nx}`, "--ny", `${ny}`, "--absorb", `${(nx - 1) / 10}`];
      const text = await runPetsc("12-waves", 1, ...grid);
      const [end, travel, first] = numbersIn(
        text,
        / s to (\S+) s\n.*travels (\S+) s[\s\S]*first motion at (\S+) s/,
      );
      assert.ok(first > travel && first < travel + 1.7 && end > travel + 3.4, text);
      misses.push(numbersIn(text, /without edges: (\S+) %/)[0]);
    }
    assert.ok(misses[0] < 25 && misses[1] < misses[0] / 3, `${misses}`);
  });

  test("without a layer the edges reflect", async () => {
    const norms: number[] = [];
    for (const absorb of ["15", "0"]) {
      const text = await runPetsc("12-waves", 1, ...coarse, "--absorb", absorb, "--steps", "400");
      norms.push(...numbersIn(text, /end (\S+e\S+)/));
    }
    assert.ok(norms[1] > 5 * norms[0], `${norms}`);
  });

  test("wrong options", async () => {
    assert.match(await failPetsc("12-waves", 1, "--c", "-3"), /--c must be a number above 0, found -3/);
  });
});
