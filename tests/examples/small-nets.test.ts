import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { failExample, numbersIn, PLACES, runExample, temporaryFile, titleOf } from "./run.js";

/** What the first place has printed, by program: the others must print the same. */
const first = new Map<string, string>();

for (const place of PLACES) {
  test(`${titleOf(place)}: the nets learn the same`, async () => {
    for (const program of ["hpxpy-net", "two-three-two-net"]) {
      const text = await runExample(program, place);
      first.set(program, first.get(program) ?? text);
      assert.equal(text, first.get(program));
    }
  });
}

test("the 4-3-1 net has the losses and predictions that were published", async () => {
  const text = await runExample("hpxpy-net", 2);
  const losses = [...text.matchAll(/iteration (\d+): loss (\S+)/g)].map(([, i, loss]) => [i, loss]);
  assert.deepEqual(losses, [
    ["50", "0.216003"],
    ["100", "0.210424"],
    ["150", "0.202380"],
    ["200", "0.188822"],
  ]);
  assert.match(text, /initial loss 0\.242985, final loss 0\.188477\nreduction 22\.4 %/);
  const rows = [...text.matchAll(/^ +(\d) {2}(\S+) {2}(\S+) +(\S+)$/gm)].map((row) => row.slice(1));
  assert.deepEqual(rows, [
    ["0", "1.0000", "0.691247", "0.308753"],
    ["1", "1.0000", "0.689536", "0.310464"],
    ["2", "0.0000", "0.611323", "0.611323"],
  ]);
  const [loss, iterations] = numbersIn(
    text,
    /by \w+ from the same weights: loss (\S+) after (\d+) iterations/,
  );
  assert.ok(loss <= 1e-4 && iterations < 100, text);
});

test("the 2-3-2 net has the means that follow from its matrices, and its formula is the gradient", async () => {
  const text = await runExample("two-three-two-net", 3);
  const rows = [...text.matchAll(/^(\d) +(0\.\d{3}) +(0\.\d{3}) +(\S+) +(\S+)$/gm)].map((row) =>
    row.slice(1),
  );
  const published = { 1: "0.941 0.873", 2: "0.950 0.868", 5: "0.951 0.876" };
  assert.deepEqual(
    rows.map(([i]) => i),
    ["1", "2", "3", "4", "5"],
  );
  for (const [i, a, b, hand, automatic] of rows) {
    assert.equal(hand, automatic);
    if (i in published) assert.equal(`${a} ${b}`, published[i as unknown as keyof typeof published]);
  }
  const close = (pattern: RegExp, wanted: number[]) => {
    const found = numbersIn(text, pattern);
    for (const [k, value] of wanted.entries()) assert.ok(Math.abs(found[k] - value) <= 1e-16, `${found[k]}`);
  };
  close(/mean of all samples, over all ranks +(\S+)/, [0.0014978256863934377]);
  close(/samples 1 to 3 (\S+), samples 4 and 5 (\S+)/, [0.0015538800302379455, 0.0014137441706266762]);
  close(/the mean of these two means +(\S+)/, [0.0014838121004323108]);
  close(/weighted by numbers of samples +(\S+)/, [0.0014978256863934377]);
  const [steps, last, before] = numbersIn(text, /after (\d+) steps .* loss is (\S+), from (\S+)/);
  assert.ok(steps === 200 && last < before / 10, text);
});

test("the pictures show the loss on a logarithmic scale", async () => {
  using file = temporaryFile("loss.svg");
  const text = await runExample("two-three-two-net", 2, "--picture", file.path);
  assert.match(text, /the loss over iterations is in .*loss\.svg\n$/);
  const svg = readFileSync(file.path, "utf8");
  const points = /points="([^"]+)"/
    .exec(svg)![1]
    .split(" ")
    .map((point) => point.split(",").map(Number));
  assert.equal(points.length, 200);
  const [low, high] = [...svg.matchAll(/stroke="lightgrey" d="M\d+ ([\d.]+)H/g)].map(([, y]) => Number(y));
  const [before] = numbersIn(text, /, from (\S+)/);
  // the lines are at 0.01 and 0.1; the first point lies as far above the line of 0.1 as its logarithm says
  const height = high - (low - high) * Math.log10(before / 0.1);
  assert.ok(Math.abs(points[0][1] - height) < 0.1, `${points[0]}, expected ${height}`);
});

test("wrong options say what is wanted", async () => {
  const iterations = /--iterations must be a whole number from 1, found 0/;
  assert.match(await failExample("hpxpy-net", 1, "--iterations", "0"), iterations);
  const rate = /--lr must be a number above 0, found fast/;
  assert.match(await failExample("two-three-two-net", 1, "--lr", "fast"), rate);
  for (const program of ["hpxpy-net", "two-three-two-net"])
    assert.match(
      await failExample(program, 1, "--picture", "loss.png"),
      /--picture must be a file \*\.svg, found loss\.png/,
    );
});
