import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { cityNetwork } from "../../examples/support/power-network.js";
import { noPetsc } from "../support/petsc.js";
import { failPetsc, numbersIn, PETSC_RANKS, runPetsc, temporaryFile } from "./run.js";

const CASE = fileURLToPath(new URL("../../../examples/cases/wscc9.m", import.meta.url));

/** The nine buses as published: from, to, reactance; demand and generation by bus, in MW. */
const BRANCHES = [
  [1, 4, 0.0576],
  [4, 5, 0.092],
  [5, 6, 0.17],
  [3, 6, 0.0586],
  [6, 7, 0.1008],
  [7, 8, 0.072],
  [8, 2, 0.0625],
  [8, 9, 0.161],
  [9, 4, 0.085],
];
const POWER = [0, 163, 85, 0, -90, 0, -100, 0, -125];

/** Solves A x = b by Gauss's elimination with pivots. */
function gauss(a: number[][], b: number[]): number[] {
  const n = b.length;
  const rows = a.map((row, i) => [...row, b[i]]);
  for (let k = 0; k < n; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, r) => (Math.abs(row[k]) > Math.abs(rows[best][k]) ? k + r : best), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = rows[i][n];
    for (let j = i + 1; j < n; j++) sum -= rows[i][j] * x[j];
    x[i] = sum / rows[i][i];
  }
  return x;
}

/** Flows of lines [from, to, conductance], of which `fixed` buses have their potential by a row of their own. */
function denseFlows(buses: number, lines: number[][], power: number[], fixed: Map<number, number>): number[] {
  const a = Array.from({ length: buses }, () => new Array<number>(buses).fill(0));
  for (const [from, to, g] of lines) {
    a[from][from] += g;
    a[to][to] += g;
    a[from][to] -= g;
    a[to][from] -= g;
  }
  const b = [...power];
  for (const [bus, value] of fixed) {
    a[bus] = a[bus].map((_, j) => Number(j === bus));
    b[bus] = value;
  }
  const v = gauss(a, b);
  return lines.map(([from, to, g]) => g * (v[from] - v[to]));
}

const nineFlows = (without: number) =>
  denseFlows(
    9,
    BRANCHES.map(([from, to, x], l) => [from - 1, to - 1, l === without ? 0 : 1 / x]),
    POWER.map((p) => p / 100),
    new Map([[0, 0]]),
  ).map((flow) => 100 * flow);

const near = (found: number, expected: number) =>
  Math.abs(found - expected) <= 1e-4 * Math.max(1, Math.abs(expected));

describe("11-power-grid", { skip: noPetsc }, () => {
  for (const ranks of PETSC_RANKS) {
    test(`nine buses before and after a failure, ${ranks} ranks`, async () => {
      using picture = temporaryFile("map.svg");
      const text = await runPetsc(
        "11-power-grid",
        ranks,
        "--case",
        CASE,
        "--fail",
        "5-6",
        "--picture",
        picture.path,
      );
      const [before, after] = text.split("line 5-6 has failed\n");
      const [first, second] = [nineFlows(-1), nineFlows(2)];
      for (const [l, [from, to]] of BRANCHES.entries()) {
        const [alone] = numbersIn(before, new RegExp(`line ${from}-${to}: power (\\S+) MW`));
        assert.ok(near(alone, first[l]), `${from}-${to}: ${alone}, expected ${first[l]}`);
        const both = numbersIn(after, new RegExp(`line ${from}-${to}: power (\\S+) MW → (\\S+) MW`));
        assert.ok(near(both[0], first[l]) && near(both[1], second[l]), after);
      }
      // the reference supplies what the other generators do not
      for (const part of [before, after])
        assert.ok(
          near(numbersIn(part, /buses with given angle supply (\S+) MW and take 0\.0000 MW/)[0], 67),
          part,
        );
      for (const [, residual] of text.matchAll(/largest residual of all buses (\S+) MW/g))
        assert.ok(Number(residual) < 1e-8, text);
      const svg = readFileSync(picture.path, "utf8");
      assert.equal(svg.match(/L/g)?.length, 9 + 0, "every line is in the map");
      assert.match(svg, /<path class="failed" d="M[^L]+L[^L]+" /);
      assert.match(svg, /angle from -6\.955 ° \(blue\) to 19\.71 ° \(red\)/);
    });

    test(`a city, ${ranks} ranks`, async () => {
      const text = await runPetsc(
        "11-power-grid",
        ranks,
        "--nx",
        "5",
        "--ny",
        "5",
        "--load",
        "3",
        "--fail",
        "12,13",
      );
      const { buses, lines } = cityNetwork(5, 5, 3);
      const flowsWithout = (failed: number) =>
        denseFlows(
          25,
          lines.map(({ from, to, conductance }, l) => [from, to, l === failed ? 0 : conductance]),
          buses.map(({ injection }) => injection),
          new Map(buses.flatMap(({ fixed }, bus) => (fixed === undefined ? [] : [[bus, fixed] as const]))),
        );
      const failed = lines.findIndex(({ from, to }) => from === 12 && to === 13);
      const [first, second] = [flowsWithout(-1), flowsWithout(failed)];
      const after = text.slice(text.indexOf("has failed"));
      for (const [l, { from, to }] of lines.entries()) {
        const both = numbersIn(
          after,
          new RegExp(`line ${from}-${to}: current (\\S+) p\\.u\\. → (\\S+) p\\.u\\.`),
        );
        assert.ok(
          near(both[0], first[l]) && near(both[1], second[l]),
          `${from}-${to}: ${both}, ${first[l]}, ${second[l]}`,
        );
      }
      assert.ok(numbersIn(text, /largest residual of all buses (\S+) p\.u\./)[0] < 1e-10, text);
    });
  }

  test("the city draws its load, and its power stations feed it in", () => {
    for (const [nx, ny] of [
      [5, 5],
      [12, 9],
      [80, 40],
    ]) {
      const { buses, lines } = cityNetwork(nx, ny, 0.8);
      assert.equal(lines.length, nx * (ny - 1) + ny * (nx - 1));
      const drawn = buses.reduce((sum, { injection }) => sum + Math.min(0, injection), 0);
      const fed = buses.reduce((sum, { injection }) => sum + Math.max(0, injection), 0);
      assert.ok(Math.abs(drawn + 0.8) < 1e-12 && Math.abs(fed - 0.8) < 1e-12, `${drawn}, ${fed}`);
    }
  });

  test("a larger city, where the largest flows and changes are shown", async () => {
    const text = await runPetsc("11-power-grid", 2, "--fail", "419-420", "-ksp_monitor");
    assert.match(text, /0 KSP Residual norm/);
    assert.equal(text.match(/^ {2}line \d+-\d+: current/gm)?.length, 10);
    assert.match(text, /line 419-420: current \S+ p\.u\. → 0\.0000 p\.u\./);
  });

  test("buses that a failure cuts off are dark, and the reference takes over", async () => {
    const text = await runPetsc("11-power-grid", 1, "--case", CASE, "--fail", "2,8");
    assert.match(text, /cut off and dark: bus 2\n/);
    assert.ok(near(numbersIn(text.split("has failed")[1], /supply (\S+) MW/)[0], 67 + 163), text);
  });

  test("a network without unknowns, on more ranks than it has buses", async () => {
    using file = temporaryFile("two.m");
    const bus = (id: number, kind: number) => `${id} ${kind} 10 0 0 0 1 1 0 100 1 1.1 0.9`;
    const matrices = `mpc.bus = [${bus(1, 3)}; ${bus(2, 1)}];\nmpc.gen = [];\nmpc.branch = [1 2 0 0.1 0 0 0 0 0 0 1];`;
    writeFileSync(file.path, `mpc.baseMVA = 100;\n${matrices}\n`);
    const text = await runPetsc("11-power-grid", 4, "--case", file.path, "--fail", "1-2");
    assert.match(text, / 1 unknowns,.*line 1-2: power 10\.000 MW\n/s);
    assert.match(text, / 0 unknowns,.*bus 2\n.*line 1-2: power 10\.000 MW → 0\.0000 MW\n/s);
  });

  test("transformers: ratios divide, shifts drive a flow around the loop", async () => {
    using file = temporaryFile("loop.m");
    const bus = (id: number, kind: number) => `${id} ${kind} 0 0 0 0 1 1 0 100 1 1.1 0.9`;
    const text = [
      "function mpc = loop",
      "mpc.baseMVA = 100;",
      `mpc.bus = [${bus(1, 3)}; ${bus(2, 1)}; ${bus(3, 1)}]; % all in one line`,
      "mpc.gen = [1, 0, 0, 0, 0, 1, 100, 1, 0, 0];",
      "mpc.branch = [ 1 2 0 0.1 0 20 0 0 0 0 1",
      "  2 3 0 0.1 0 ... and on",
      "  0 0 0 2 0 1",
      "  3 1 0 0.1 0 0 0 0 0 9 1",
      "  1 2 0 0.1 0 0 0 0 0 0 0 ];",
      "mpc.bus_name = { 'one % of three'; 'two'; 'three' };",
    ].join("\n");
    writeFileSync(file.path, text.replace(" and on", ""));
    const printed = await runPetsc("11-power-grid", 1, "--case", file.path);
    // the sum of flow · reactance around the loop is the negative shift
    const flow = (-9 * Math.PI) / 180 / (0.1 + 0.2 + 0.1);
    for (const name of ["1-2", "2-3", "3-1"])
      assert.ok(
        near(numbersIn(printed, new RegExp(`line ${name}: power (\\S+) MW`))[0], 100 * flow),
        printed,
      );
    assert.match(printed, /line 1-2: power \S+ MW, more than its 20\.000 MW/);
    assert.match(printed, /3 buses, 3 lines/);
  });

  test("a wrong option or file says what is wanted", async () => {
    using file = temporaryFile("bad.m");
    writeFileSync(file.path, "mpc.baseMVA = 100;\nmpc.bus = [\n 1 3 zero\n];\n");
    const cases: [number, string[], RegExp][] = [
      [2, ["--case", file.path], /bad\.m:3: must be a number, found "zero"/],
      [1, ["--case", "/nowhere/case.m"], /--case: .*no such file.*\/nowhere\/case\.m/],
      [1, ["--case", "/dev/zero"], /\/dev\/zero must be a file of at most/],
      [1, ["--nx", "4"], /--nx must be a whole number from 5, found 4/],
      [
        1,
        ["--case", CASE, "--fail", "4-7"],
        /--fail must name a line, found 4-7; the lines of bus 4 lead to 1, 5, 9/,
      ],
      [
        1,
        ["--case", CASE, "--fail", "4"],
        /--fail must be two buses of the network, as in 1,2 or 1-2, found 4/,
      ],
    ];
    for (const [ranks, args, message] of cases)
      assert.match(await failPetsc("11-power-grid", ranks, ...args), message);
  });
});
