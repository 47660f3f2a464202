import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { normal } from "../../src/tensor/index.js";
import { noPetsc } from "../support/petsc.js";
import { failPetsc, numbersIn, PETSC_RANKS, runPetsc } from "./run.js";

const TIMES = [10, 20, 40, 60, 80, 120, 160, 200, 240, 280];

interface Fit {
  readonly a: number;
  readonly t2: number;
  readonly f: number;
  /** Standard errors by JᵀJ, without the part of the Hessian that the small residuals add. */
  readonly errors: readonly [number, number];
}

/** The same fit by Levenberg's damped Gauss-Newton method, whose normal equations are solved by Cramer's rule. */
function gaussNewton(trueA: number, trueT2: number, noise: number, seed: number): Fit {
  const errors = normal([10], { seed, deviation: noise }).data as Float64Array;
  const signal = TIMES.map((t, i) => trueA * Math.exp(-t / trueT2) + errors[i]);
  let [a, t2] = [trueA, trueT2];
  let [aa, ab, bb, f] = [0, 0, 0, 0];
  for (let step = 0; step < 100; step++) {
    let [ga, gb] = [0, 0];
    [aa, ab, bb, f] = [0, 0, 0, 0];
    for (const [i, t] of TIMES.entries()) {
      const e = Math.exp(-t / t2);
      const [r, da, db] = [a * e - signal[i], e, (a * e * t) / t2 ** 2];
      f += (r * r) / 2;
      [ga, gb] = [ga + r * da, gb + r * db];
      [aa, ab, bb] = [aa + da * da, ab + da * db, bb + db * db];
    }
    const determinant = aa * bb - ab * ab;
    a -= (0.9 * (bb * ga - ab * gb)) / determinant;
    t2 -= (0.9 * (aa * gb - ab * ga)) / determinant;
  }
  const determinant = aa * bb - ab * ab;
  return { a, t2, f, errors: [noise * Math.sqrt(bb / determinant), noise * Math.sqrt(aa / determinant)] };
}

/** Whether the program has printed what the other method has found, to the digits that it prints. */
function requireFit(text: string, { a, t2, f, errors }: Fit): void {
  const found = numbersIn(text, /Estimated parameters: amplitude = (\S+), T2 = (\S+) ms/);
  assert.ok(Math.abs(found[0] - a) <= 0.00051 && Math.abs(found[1] - t2) <= 0.051, text);
  assert.ok(Math.abs(numbersIn(text, /Final objective value: (\S+)/)[0] - f) <= 0.001 * f, text);
  const spread = numbersIn(text, /Standard errors: amplitude ± (\S+), T2 ± (\S+) ms/);
  for (const k of [0, 1]) assert.ok(Math.abs(spread[k] / errors[k] - 1) < 0.1, text);
  assert.ok(numbersIn(text, /central differences: error (\S+)/)[0] < 1e-7, text);
  assert.match(text, /: CONVERGED_GATOL after \d+ iterations/);
}

describe("08-t2-fit", { skip: noPetsc }, () => {
  const expected = gaussNewton(1, 85, 0.02, 0);
  for (const ranks of PETSC_RANKS) {
    test(`finds the parameters of the least squares, near the truth, ${ranks} ranks`, async () => {
      const text = await runPetsc("08-t2-fit", ranks);
      assert.match(text, /^--- PETSc TAO MRI T2 Fit ---\n/);
      assert.match(text, /True parameters: amplitude = 1\.000, T2 = 85\.0 ms/);
      requireFit(text, expected);
      assert.ok(Math.abs(expected.a - 1) < 3 * expected.errors[0], "near the truth");
      assert.ok(Math.abs(expected.t2 - 85) < 3 * expected.errors[1], "near the truth");
    });
  }

  test("methods of the command line, with and without second derivatives, show each iteration", async () => {
    for (const type of ["lmvm", "bnls"]) {
      const text = await runPetsc("08-t2-fit", 2, "-tao_type", type, "-tao_monitor");
      assert.match(text, new RegExp(`^${type}: CONVERGED`, "m"));
      assert.ok((text.match(/TAO, {2}Function value/g)?.length ?? 0) > 4, text);
      requireFit(text, expected);
    }
  });

  test("other tissues and noises; without noise the truth comes out", async () => {
    const args = ["--amplitude", "1.7", "--t2", "50", "--noise", "0.005", "--seed", "12"];
    requireFit(await runPetsc("08-t2-fit", 1, ...args), gaussNewton(1.7, 50, 0.005, 12));
    const exact = await runPetsc("08-t2-fit", 1, "--t2", "200", "--noise", "0");
    assert.match(exact, /Estimated parameters: amplitude = 1\.000, T2 = 200\.0 ms/);
  });

  test("a wrong option says what is wanted", async () => {
    const cases: [string[], RegExp][] = [
      [["--t2", "0"], /--t2 must be a number above 0, found 0/],
      [["--noise", "-1"], /--noise must be a number from 0, found -1/],
      [["-tao_type", "lmvn"], /lmvn/],
    ];
    for (const [args, message] of cases) assert.match(await failPetsc("08-t2-fit", 1, ...args), message);
  });
});
