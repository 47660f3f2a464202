import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { METHOD_NAMES } from "../../src/optim/index.js";
import { runScript } from "../cli/tutti.js";
import { runExample, temporaryFile } from "./run.js";

/*
 * The guide to training as optimisation is true: its programs, which are run with those of the other documents, print what
 * they should, and its pictures and its table have every method.
 */

const docs = (file: string) =>
  readFileSync(fileURLToPath(new URL(`../../../docs/${file}`, import.meta.url)), "utf8");
const guide = docs("optimisation.md");

/** What a program of the guide prints on so many ranks, line by line. */
async function printed(name: string, ranks: number): Promise<string[]> {
  const [, text] = guide.split(`\`\`\`ts\n// ${name}\n`);
  const { code, stdout, stderr } = await runScript(text.slice(0, text.indexOf("\n```")), ranks);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout.trimEnd().split("\n");
}

describe("programs of the guide", () => {
  test("Rosenbrock's function has its minimum at (1, 1)", async () => {
    assert.match(
      (await printed("rosenbrock.ts", 1))[0],
      /^CONVERGED_GATOL after \d+ iterations: \(1\.000000,1\.000000\)/,
    );
  });

  test("the table of remainders is the one that is shown", async () => {
    const lines = await printed("check.ts", 1);
    const shown = guide.split("\n").filter((line) => line.startsWith("    ") && /rate|e-\d/.test(line));
    assert.deepEqual(
      lines.slice(0, shown.length),
      shown.map((line) => line.slice(4)),
    );
    assert.equal(lines.at(-1), "gradient: true, Hessian: true");
  });

  test("the classifier ends with the same loss on any number of ranks", async () => {
    const lines = await printed("classifier.ts", 1);
    for (const ranks of [2, 3, 4]) assert.deepEqual(await printed("classifier.ts", ranks), lines);
  });

  test("the fit is that of SciPy's curve_fit, on any number of ranks", async () => {
    const [reason, ...lines] = await printed("fit.ts", 1);
    assert.match(reason, /^CONVERGED_\w+ after \d+ iterations/);
    assert.deepEqual(lines, [
      "amplitude 0.9638 ± 0.0043, 95 % between 0.9542 and 0.9735",
      "rate 0.01089 ± 0.000082, 95 % between 0.01071 and 0.01107",
    ]);
    for (const ranks of [2, 3, 4]) assert.deepEqual((await printed("fit.ts", ranks)).slice(1), lines);
  });

  test("one rank drives to the root", async () => {
    for (const ranks of [1, 4]) {
      const lines = await printed("driver.ts", ranks);
      assert.equal(lines.length, ranks);
      for (const line of lines) assert.match(line, /θ = 0\.54368901269208$/);
    }
  });
});

describe("all methods", () => {
  test("are in the pictures and in the table of the guide", () => {
    for (const method of METHOD_NAMES) {
      assert.ok(guide.includes(`| \`${method}\` |`), `${method} is not in the table`);
      for (const picture of ["minimize-paths.svg", "minimize-values.svg"])
        assert.match(docs(picture), new RegExp(`>${method}[:<]`), `${method} is not in ${picture}`);
    }
  });

  test("find the minimum, and the program draws them", async () => {
    using file = temporaryFile("pictures");
    const text = await runExample("minimize-methods", 1, "--folder", file.path);
    for (const method of METHOD_NAMES) {
      assert.match(
        text,
        new RegExp(`^${method} +CONVERGED_\\w+ .* at \\(1\\.0000\\d+, 1\\.0000\\d+\\)$`, "m"),
      );
      for (const picture of ["minimize-paths.svg", "minimize-values.svg"])
        assert.match(readFileSync(join(file.path, picture), "utf8"), new RegExp(`>${method}[:<]`));
    }
  });
});
