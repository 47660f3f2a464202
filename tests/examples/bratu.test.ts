import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { noPetsc } from "../support/petsc.js";
import { failPetsc, numbersIn, PETSC_RANKS, runPetsc, temporaryFile } from "./run.js";

/** The fold of the Bratu problem on the unit square, from the literature. */
const FOLD = 6.808124;
/** For 33 × 33 points, by SciPy: the solution for λ = 6, and the fold as the root of the Moore-Spence system. */
const HOTTEST = 0.796949861367718;
const MEAN = 0.33110933106680146;
const HERE = 6.806652729201833;

describe("10-bratu", { skip: noPetsc }, () => {
  for (const ranks of PETSC_RANKS) {
    test(`Newton converges quadratically and the fold is the published one, ${ranks} ranks`, async () => {
      const text = await runPetsc("10-bratu", ranks, "--nx", "33", "--ny", "33");
      const [order] = numbersIn(text, /CONVERGED_FNORM_RELATIVE, exponent of convergence (\S+)/);
      assert.ok(Math.abs(order - 2) < 0.1, text);
      const [hottest, mean] = numbersIn(text, /hottest point: (\S+), mean (\S+)/);
      assert.ok(Math.abs(hottest - HOTTEST) < 2e-9 && Math.abs(mean - MEAN) < 2e-9, text);
      const [here, limit] = numbersIn(text, /λ = (6\.80\d+)\n.*λ = (\S+),/);
      assert.ok(Math.abs(here - HERE) < 2e-9, text);
      assert.ok(Math.abs(limit - FOLD) < 5e-5 && Math.abs(here - FOLD) > 1e-3, text);
    });
  }

  test("the fold converges with the fourth order of the width when extrapolated", async () => {
    const errors: number[] = [];
    for (const n of ["17", "33"]) {
      const text = await runPetsc("10-bratu", 1, "--nx", n, "--ny", n);
      errors.push(numbersIn(text, /width 0: +λ = (\S+),/)[0] - FOLD);
    }
    const order = Math.log2(errors[0] / errors[1]);
    assert.ok(Math.abs(order - 4) < 0.3, `${order}`);
  });

  test("options of PETSc, another solver, beyond the fold", async () => {
    const size = ["--nx", "20", "--ny", "17"];
    const text = await runPetsc(
      "10-bratu",
      2,
      ...size,
      "-snes_monitor",
      "-ksp_type",
      "gmres",
      "-pc_type",
      "asm",
    );
    assert.match(text, / 0 SNES Function norm 3.243094090\d+e-01/);
    assert.match(text, /fold at width 0/);
    assert.match(
      await runPetsc("10-bratu", 1, ...size, "--lambda", "7"),
      /no steady state was found \(DIVERGED_\w+\): the body burns/,
    );
  });

  test("the pictures are the same on any number of ranks and symmetric", async () => {
    const pictures: string[] = [];
    for (const ranks of PETSC_RANKS) {
      using picture = temporaryFile("u.svg");
      using branch = temporaryFile("branch.svg");
      const files = ["--picture", picture.path, "--branch", branch.path];
      await runPetsc("10-bratu", ranks, "--nx", "21", "--ny", "21", ...files);
      const curve = readFileSync(branch.path, "utf8");
      assert.match(curve, /polyline.*points="90\.0,310\.0 /);
      assert.match(curve, /<circle cx="780\.0".*\n<text .*>fold, λ = 6\.80\d</); // the largest λ is at the right edge
      pictures.push(readFileSync(picture.path, "utf8"));
    }
    for (const picture of pictures) assert.equal(picture, pictures[0]);
    const runs = Array.from(
      pictures[0].matchAll(/M(\d+) \d+h(\d+)/g),
      ([, x, n]) => Number(x) + Number(n) / 2,
    );
    const centre = runs.reduce((sum, x) => sum + x, 0) / runs.length;
    assert.ok(Math.abs(centre - 10.5) < 1e-12, `${centre}`);
  });

  test("wrong options", async () => {
    for (const [options, message] of [
      [["--nx", "3"], /--nx must be a whole number from 9, found 3/],
      [["--lambda", "six"], /--lambda must be a number, found six/],
      [["--lamda", "6"], /Unknown option '--lamda'/],
    ] as const) {
      assert.match(await failPetsc("10-bratu", 1, ...options), message);
    }
  });
});
