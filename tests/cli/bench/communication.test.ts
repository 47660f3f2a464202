import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { mpiexecEnvironment } from "../../../src/cli/mpiexec.js";
import { FAMILIES, libraryOf, mpiexecOf } from "../../support/mpi.js";
import { MAIN, Project } from "../tutti.js";

const project = new Project({});
after(() => project[Symbol.dispose]());

type Row = Record<"bytes" | "us" | "mbPerSecond", number> & { messagesPerSecond?: number };

/** What `tutti bench …args --json` prints, a row a line. */
async function rows(...args: string[]): Promise<Row[]> {
  return await rowsIn({}, ...args);
}

async function rowsIn(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Row[]> {
  const { code, stdout, stderr } = await project.tutti(
    ["bench", ...args, "--iterations", "3", "--json"],
    env,
  );
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
  return parse(stdout);
}

function parse(stdout: string): Row[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.abs(expected), `${actual} is not ${expected}`);
}

function check(row: Row): void {
  assert.ok(row.us > 0 && row.us < 1e7, `us is ${row.us}`);
  near(row.mbPerSecond * row.us, row.bytes); // 1 MB/s is 1 byte/µs
}

// 70,000 bytes go another way than short messages, and in private memory yet another.
const CASES: [name: string, ranks: number, ...options: string[]][] = [
  ["latency", 2],
  ["latency", 2, "--memory", "private"],
  ["bandwidth", 2],
  ["bandwidth", 2, "--memory", "private"],
  ["rate", 4],
  ["allreduce", 1],
  ["allreduce", 3],
  ["allreduce", 2, "--memory", "private"],
  ["bcast", 1],
  ["bcast", 3, "--memory", "private"],
  ["alltoall", 1],
  ["alltoall", 3],
];

const MPI_CASES: [name: string, ranks: number][] = [
  ["latency", 2],
  ["bandwidth", 2],
  ["rate", 4],
  ["allreduce", 3],
  ["bcast", 3],
  ["alltoall", 3],
  ["barrier", 3],
];

describe("bench prints a consistent row for each size", () => {
  for (const [name, ranks, ...options] of CASES) {
    test([name, "-n", ranks, ...options].join(" "), async () => {
      const found = await rows(name, "-n", `${ranks}`, "--bytes", "17500:70000", ...options);
      assert.deepEqual(
        found.map(({ bytes }) => bytes),
        [17500, 35000, 70000],
      );
      for (const row of found) {
        check(row);
        assert.equal("messagesPerSecond" in row, name === "rate");
        if (row.messagesPerSecond !== undefined) near(row.messagesPerSecond * row.us, 1e6);
      }
    });
  }
});

for (const { family, install } of FAMILIES) {
  const mpiexec = mpiexecOf(family);
  const skip = mpiexec === undefined ? `${family} is not installed: ${install}` : false;

  describe(`bench on ${family}`, { skip }, () => {
    const env = { ...mpiexecEnvironment(), ...libraryOf(family), NO_COLOR: "1" };

    for (const [name, ranks] of MPI_CASES) {
      test(`--engine mpi ${name} -n ${ranks}`, async () => {
        const sizes = name === "barrier" ? [] : ["--bytes", "35000:70000"];
        const found = await rowsIn(env, name, "--engine", "mpi", "-n", `${ranks}`, ...sizes);
        assert.deepEqual(
          found.map(({ bytes }) => bytes),
          name === "barrier" ? [0] : [35000, 70000],
        );
        for (const row of found) check(row);
      });
    }

    const underMpiexec = (ranks: number, ...args: string[]) =>
      spawnSync(mpiexec!.command, ["-n", `${ranks}`, process.execPath, MAIN, "bench", ...args], {
        cwd: project.folder,
        env: { ...process.env, ...env },
        encoding: "utf8",
      });

    test("under mpiexec it measures on the ranks that are there, whose first prints", () => {
      const options = ["--bytes", "8:16", "--iterations", "3"];
      const { status, stdout, stderr } = underMpiexec(2, "latency", "--json", ...options);
      assert.equal(status, 0, stderr);
      const found = parse(stdout);
      assert.deepEqual(
        found.map(({ bytes }) => bytes),
        [8, 16],
      );
      found.forEach(check);
      const table = underMpiexec(2, "alltoall", ...options, "--plot", `${family}.svg`);
      assert.equal(table.status, 0, table.stderr);
      assert.match(table.stdout, /^alltoall: .*ranks: 2, engine: mpi, .*\r?\n.*\n +8 .*\n +16 /);
      assert.ok(existsSync(project.path(`${family}.svg`)));
    });

    const wrong: [ranks: number, args: string[], message: RegExp][] = [
      [3, ["latency"], /bench latency.*exactly 2 ranks, found -n 3/],
      [2, ["barrier", "-n", "3"], /started 2 ranks, which -n cannot change, found -n 3/],
    ];
    for (const [ranks, args, message] of wrong) {
      test(`mpiexec -n ${ranks} tutti bench ${args.join(" ")}: one message without a stack`, () => {
        const { status, stdout, stderr } = underMpiexec(ranks, ...args);
        assert.notEqual(status, 0);
        const said = (stdout + stderr).split("\n").filter((line) => message.test(line));
        assert.equal(said.length, 1, stdout + stderr);
        assert.doesNotMatch(stdout + stderr, /^ +at /m);
      });
    }
  });
}

test("bench barrier has one row, whose messages are empty", async () => {
  const [row, ...more] = await rows("barrier", "-n", "3");
  assert.deepEqual([row.bytes, row.mbPerSecond, more], [0, 0, []]);
  check(row);
});

test("--bytes is one size or a range of doubling sizes that stays below its end", async () => {
  const sizes = async (text: string) => (await rows("latency", "--bytes", text)).map(({ bytes }) => bytes);
  assert.deepEqual(await sizes("8"), [8]);
  assert.deepEqual(await sizes("3:20"), [3, 6, 12]);
});

test("without --bytes, sizes go from the smallest message to 1 MiB", async () => {
  const found = await rows("allreduce", "-n", "1");
  assert.deepEqual([found[0].bytes, found.length, found[found.length - 1].bytes], [4, 19, 1048576]);
});

test("bench without --json prints a table for people", async () => {
  const { stdout } = await project.tutti([
    ...["bench", "rate", "-n", "2", "--bytes", "4:8", "--iterations", "2", "--memory", "private"],
  ]);
  const lines = stdout.trimEnd().split("\n");
  assert.match(lines[0], /^rate: .*ranks: 2, engine: threads, buffers in private memory$/);
  assert.match(lines[1], /^ +bytes +µs +MB\/s +messages\/s$/);
  assert.deepEqual(
    lines.slice(2).map((line) => line.trim().split(/\s+/)[0]),
    ["4", "8"],
  );
});

test("--plot draws a point for each size", async () => {
  await rows("bandwidth", "--bytes", "1:64", "--plot", "curve.svg");
  const svg = readFileSync(project.path("curve.svg"), "utf8");
  assert.match(svg, /^<svg xmlns=.*<style>/s);
  assert.equal(svg.match(/<circle/g)?.length, 7);
  assert.ok(svg.includes("MB/s"));
  assert.ok(!svg.includes("var(--"), "colours are there without a page around it");
});

test("--plot draws pixels too, even of a single size", async () => {
  await rows("latency", "--bytes", "8", "--plot", "curve.png");
  const png = readFileSync(project.path("curve.png"));
  assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
});

/** Wrong command lines, and what the message must contain. */
const WRONG: Record<string, [args: string[], message: RegExp]> = {
  "three ranks for two": [["latency", "-n", "3"], /bench latency.*exactly 2 ranks, found -n 3/],
  "one rank for two": [["bandwidth", "-n", "1"], /bench bandwidth.*exactly 2 ranks, found -n 1/],
  "ranks that form no pairs": [["rate", "-n", "3"], /bench rate.*even number of ranks.*found -n 3/],
  "half a number": [["allreduce", "--bytes", "4:6,8"], /--bytes.*'4:6,8' is invalid/],
  "bytes that are no numbers": [["allreduce", "--bytes", "6"], /multiple of 4, found 6/],
  "empty messages": [["latency", "--bytes", "0"], /--bytes.*'0' is invalid.*at least 1/],
  "a range from large to small": [["bcast", "--bytes", "8:4"], /'8:4' is invalid.*4:8/],
  "a range of three": [["bcast", "--bytes", "1:2:3"], /'1:2:3' is invalid.*1:1048576/],
  "messages larger than memory": [
    ["bcast", "--bytes", "9000000000000000"],
    /no memory for.*9000000000000000/,
  ],
  "a memory that is none": [["alltoall", "--memory", "disk"], /'disk' is invalid.*shared, private/],
  "an engine that is none": [["barrier", "--engine", "steam"], /'steam' is invalid.*threads, mpi/],
  "three ranks of MPI for two": [["latency", "--engine", "mpi", "-n", "3"], /exactly 2 ranks, found -n 3/],
  "no iterations": [["barrier", "--iterations", "0"], /--iterations.*at least 1/],
  "sizes of barriers": [["barrier", "--bytes", "8"], /unknown option '--bytes'/],
  "a picture of another kind": [["rate", "--plot", "curve.pdf"], /'curve.pdf' is invalid.*\.svg or \.png/],
};

for (const [name, [args, message]] of Object.entries(WRONG)) {
  test(`bench with ${name}: a message without a stack, and exit code 1`, async () => {
    const { code, stdout, stderr } = await project.tutti(["bench", ...args]);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^ +at /m);
  });
}

test("a picture that cannot be written: the figures are printed all the same", async () => {
  const args = ["bench", "latency", "--bytes", "8", "--iterations", "1", "--json", "--plot", "missing/a.svg"];
  const { code, stdout, stderr } = await project.tutti(args);
  assert.equal(code, 1);
  assert.equal(JSON.parse(stdout).bytes, 8);
  assert.match(stderr, /missing\/a\.svg/);
  assert.ok(!existsSync(project.path("missing")));
});
