import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { engineOf, failExample, numbersIn, PLACES, ranksOf, runExample, titleOf } from "./run.js";

/*
 * Every example gives the known answer in every place. The answers here are computed anew or taken from the literature,
 * not from the example, which checks itself as well and would fail.
 */

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

for (const place of PLACES) {
  const size = ranksOf(place);
  /** The first, and where starting is cheap all: processes get the arguments that threads get. */
  const some = <T>(cases: T[]) => (engineOf(place) === "mpi" ? cases.slice(0, 1) : cases);
  describe(titleOf(place), () => {
    test("01-hello: every rank says hello once", async () => {
      const lines = (await runExample("01-hello", place)).trim().split("\n");
      // The launcher of processes passes on what they print in any order.
      if (engineOf(place) !== "mpi") assert.match(lines.at(-1)!, /^All/);
      assert.deepEqual(lines.map((line) => line.replace(/ on .*, engine/, ", engine")).sort(), [
        `All ${size} ranks have said hello.`,
        ...range(size).map((rank) => `Hello from rank ${rank} of ${size}, engine ${engineOf(place)}.`),
      ]);
    });

    test("02-send-receive: every rank but the first answers with its sum", async () => {
      const text = await runExample("02-send-receive", place, "--length", "100");
      for (const rank of range(size).slice(1))
        assert.ok(text.includes(`rank ${rank} answers ${rank * 5050}, `), text);
      assert.ok(text.includes(`${size - 1} of ${size - 1} answers are right`), text);
    });

    test("03-broadcast: all ranks have the table, from any root", async () => {
      const root = String(size - 1);
      const text = await runExample("03-broadcast", place, "--length", "20000", "--root", root);
      assert.ok(text.includes(`20000 numbers from rank ${root} to all ${size} ranks`), text);
      assert.ok(text.includes("every rank has the right table: true"), text);
    });

    for (const length of some([10, 3, 0])) {
      test(`04-scatter-gather: ${length} numbers come back squared, in order`, async () => {
        const text = await runExample("04-scatter-gather", place, "--length", String(length));
        const squared = [...text.matchAll(/ to (.*)$/gm)].flatMap(([, list]) =>
          list === "nothing" ? [] : list.replace(" …", "").split(" ").map(Number),
        );
        // A rank shows at most four of its numbers.
        const shown = range(length).filter((i) => size > 2 || length < 10 || i % (length / size) < 4);
        assert.deepEqual(
          squared,
          shown.map((i) => (i + 1) ** 2),
        );
        assert.ok(text.includes("gathered in order: true"), text);
        const sum = range(length + 1).reduce((total, i) => total + i * i, 0);
        assert.ok(text.includes(`sum of the squares ${sum}, known is ${sum}`), text);
      });
    }

    test("ring: every block visits everybody and comes home", async () => {
      const text = await runExample("ring", place, "--length", "5000", "--laps", "3");
      const perLap = range(size).reduce((sum, rank) => sum + rank + 1, 0);
      assert.ok(text.startsWith(`${3 * size} steps of 40000 bytes`), text);
      assert.ok(text.includes(`add up to ${3 * perLap}, known is ${3 * perLap}`), text);
      assert.ok(text.includes(`${size} of ${size} blocks are home again`), text);
    });

    test("pi: the error is 1 / (12 n²) and of second order", async () => {
      const text = await runExample("pi", place, "--intervals", "50", "--refine", "3");
      const lines = text.trim().split("\n");
      assert.equal(lines.length, 3);
      for (const [level, line] of lines.entries()) {
        const [n, pi] = numbersIn(line, /^(\d+) intervals: ([\d.]+),/);
        assert.equal(n, 50 * 2 ** level);
        const scaled = (pi - Math.PI) * 12 * n * n;
        assert.ok(Math.abs(scaled - 1) < 1e-6, `${line}: the error is ${scaled} of the expected one`);
        if (level > 0) assert.ok(Math.abs(numbersIn(line, /order ([\d.]+)$/)[0] - 2) < 1e-3, line);
      }
    });

    test("parallel-sort: the same ascending keys on any number of ranks", async () => {
      const text = await runExample("parallel-sort", place, "--keys", "300", "--print");
      const keys = text.trim().split("\n").slice(4).map(Number);
      assert.deepEqual(keys, sortedKeys(300));
    });

    test("parallel-sort: regular samples share evenly", async () => {
      const text = await runExample("parallel-sort", place, "--keys", "20000");
      assert.match(text, /sorted: true\na permutation: true\n/);
      // Shi and Schaeffer's bound for keys that are all different.
      const [largest] = numbersIn(text, /largest part is ([\d.]+) of a fair share/);
      assert.ok(largest >= 1 && largest <= 2, text);
    });

    for (const [keys, distinct] of some([
      [5000, 3],
      [5000, 1],
      [2, 10],
      [0, 10],
    ])) {
      test(`parallel-sort: ${keys} keys of ${distinct} kinds`, async () => {
        const options = ["--keys", String(keys), "--distinct", String(distinct), "--print"];
        const text = await runExample("parallel-sort", place, ...options);
        assert.match(text, /sorted: true\na permutation: true\n/);
        const printed = text.trim().split("\n").slice(4).map(Number);
        assert.deepEqual(printed, sortedKeys(keys, distinct));
      });
    }

    // Values of π(x) from the literature, and 25 primes below 100 in more tasks than there is work.
    for (const [limit, tasks, primes] of some([
      [1e5, 20, 9592],
      [100, 130, 25],
      [1, 1, 0],
    ])) {
      test(`task-farm: ${primes} primes up to ${limit}`, async () => {
        const text = await runExample("task-farm", place, "--limit", String(limit), "--tasks", String(tasks));
        assert.ok(text.includes(`${primes} primes up to ${limit}, the sieve finds ${primes}\n`), text);
        const done = [...text.matchAll(/did (\d+) of/g)].map(([, count]) => Number(count));
        assert.equal(done.length, Math.max(1, size - 1));
        assert.equal(
          done.reduce((sum, count) => sum + count, 0),
          tasks,
        );
      });
    }
  });
}

/** The keys of the example in order; MurmurHash3's finaliser in exact integers. */
function sortedKeys(count: number, distinct = 2 ** 32): number[] {
  const word = (x: bigint) => BigInt.asUintN(32, x);
  const mix = (i: number) => {
    let h = BigInt(i);
    h = word((h ^ (h >> 16n)) * 0x85ebca6bn);
    h = word((h ^ (h >> 13n)) * 0xc2b2ae35n);
    return Number(h ^ (h >> 16n));
  };
  return range(count)
    .map((i) => mix(i) % distinct)
    .sort((a, b) => a - b);
}

describe("a wrong option ends the program and says what is wanted", () => {
  const cases: [program: string, options: string[], message: RegExp][] = [
    ["02-send-receive", ["--length", "-1"], /'--length' argument is ambiguous/],
    ["02-send-receive", ["--length=-1"], /--length must be a whole number from 0, found -1/],
    ["03-broadcast", ["--root", "2"], /root must be a rank from 0 to 1, found 2/],
    ["03-broadcast", ["--length", "many"], /--length must be a whole number from 1, found many/],
    ["04-scatter-gather", ["--length", "1.5"], /--length must be a whole number from 0, found 1\.5/],
    ["ring", ["--laps", "0"], /--laps must be a whole number from 1, found 0/],
    ["ring", ["--length", "0"], /--length must be a whole number from 1, found 0/],
    ["pi", ["--intervals", "0"], /--intervals must be a whole number from 1, found 0/],
    ["pi", ["--refine", "21"], /--refine must be a whole number from 1 to 20, found 21/],
    ["parallel-sort", ["--keys", "1e10"], /--keys must be a whole number from 0 to 4294967296, found 1e10/],
    ["parallel-sort", ["--distinct", "0"], /--distinct must be a whole number from 1 .*, found 0/],
    ["task-farm", ["--tasks", "0"], /--tasks must be a whole number from 1, found 0/],
    ["task-farm", ["--limit", "1e9"], /--limit must be a whole number from 1 to 100000000, found 1e9/],
    ["task-farm", ["--color", "red"], /Unknown option '--color'/],
  ];
  for (const [program, options, message] of cases) {
    test(`${program} ${options.join(" ")}`, async () => {
      assert.match(await failExample(program, 2, ...options), message);
    });
  }
});
