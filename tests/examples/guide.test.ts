import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runScript } from "../cli/tutti.js";

/*
 * The tables of the guide to message passing are true: what it says that programs print is what they print, and its
 * translation of mpi4py leaves nothing out. Its programs are run with those of the other documents.
 */

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8");

/** The rows of the table under a heading, without its head. */
function tableUnder(heading: string): string[][] {
  const section = read("docs/message-passing.md")
    .split(/^## /m)
    .find((text) => text.startsWith(heading));
  const rows = section?.split("\n").filter((line) => line.startsWith("| ")) ?? [];
  return rows.slice(1).map((line) => line.slice(2, -2).split(" | "));
}

const unquoted = (text: string) => /^`(.*)`$/.exec(text)![1];

describe("the programs of the guide give the right results", () => {
  const expected: [program: string, size: number, lines: RegExp[]][] = [
    [
      "rank.ts",
      3,
      [/^rank 0 of 3 works on 3,1,2$/, /^rank 1 of 3 works on 1,5,6$/, /^rank 2 of 3 works on 4,9$/],
    ],
    ["rank.ts", 1, [/^rank 0 of 1 works on 3,1,4,1,5,9,2,6$/]],
    ["message.ts", 2, [/^rank 0 measured 17\.5, 18, 21\.5$/]],
    ["overlap.ts", 2, [/^rank 0 has 14\.393, and 1 from rank 1$/, /^rank 1 has 14\.393, and 0 from rank 0$/]],
    ["overlap-collective.ts", 3, [/^loss 1\.645, mean gradient 2$/]],
    // The variance of 1 to n is (n² - 1) / 12.
    ...[1, 2, 3, 4].map((size): [string, number, RegExp[]] => [
      "collective.ts",
      size,
      [/^mean 6\.5, variance 11\.91666666666666\d*, largest 30\.25$/],
    ]),
    [
      "communicator.ts",
      4,
      [/0: .* 1, .* 2$/, /1: .* 1, .* 4$/, /2: .* 5, .* 2$/, /3: .* 5, .* 4$/].map(
        (line) => new RegExp(`^rank ${line.source}`),
      ),
    ],
    ["deadlock.ts", 1, [/^rank 0 got the numbers of rank 0$/]],
    ["deadlock.ts", 3, [/^rank 0 got .* rank 2$/, /^rank 1 got .* rank 0$/, /^rank 2 got .* rank 1$/]],
    ...[1, 2, 3, 4].map((size): [string, number, RegExp[]] => [
      "domain.ts",
      size,
      [/^largest temperature 0\.673795, largest error \d\.\de-1[4-9]$/],
    ]),
    ["files.ts", 4, [0, 0, 0, 0].map((_, r) => new RegExp(`^column ${r} was written by ranks 0 0 0 2 2 2$`))],
    // π²/6 less the rest of the series
    ...[1, 3].map((size): [string, number, RegExp[]] => [
      "queue.ts",
      size,
      [/^the sum of 1\/n² for 1000 terms is 1\.643935$/],
    ]),
  ];
  const guide = read("docs/message-passing.md");
  for (const [program, size, lines] of expected) {
    test(`${program} on ${size} ranks`, async () => {
      const [, text] = guide.split(`\`\`\`ts\n// ${program}\n`);
      const { code, stdout } = await runScript(text.slice(0, text.indexOf("\n```")), size);
      assert.equal(code, 0);
      const printed = stdout.trim().split("\n").sort();
      assert.equal(printed.length, lines.length, stdout);
      for (const [i, line] of lines.entries()) assert.match(printed[i], line);
    });
  }
});

describe("what goes wrong says what the guide promises", () => {
  const rows = tableUnder("What goes wrong").map((row) => row.filter((cell) => cell.startsWith("`")));
  const programs = rows.filter((row) => row.length > 0).map((row) => row.map(unquoted));
  assert.ok(programs.length > 10);
  for (const [program, message] of programs) {
    test(program, async () => {
      const { code, stderr } = await runScript(
        `import { world } from "tutti/comm";
         const comm = world();
         const { rank } = comm;
         const a = new Float64Array(4);
         export { comm, rank, a };
         ${program}`,
        2,
      );
      const fails = message.startsWith("[");
      assert.equal(code, fails ? 1 : 0);
      const said = stderr.replaceAll(/ at script\.ts:\d+:\d+/g, "").split("\n");
      assert.equal(said[fails ? 1 : 0], `${fails ? "TuttiError " : ""}${message}`);
    });
  }

  test("a deadlock", async () => {
    const blocks = read("docs/message-passing.md").split(/\n\n/);
    const program = blocks.find((block) => block.startsWith("    comm.recv(theirs, other);"));
    const text = blocks.find((block) => block.startsWith("    TuttiError [deadlock]: "));
    const { code, stderr } = await runScript(
      `import { world } from "tutti/comm";
const comm = world();
const other = 1 - comm.rank;
const mine = new Float64Array(4);
const theirs = new Float64Array(4);

${program?.replaceAll(/^ {4}/gm, "")}`,
      2,
    );
    assert.equal(code, 1);
    assert.equal(stderr, `${text?.replaceAll(/^ {4}/gm, "")}\n`);
  });
});

describe("the table from mpi4py to Tutti", () => {
  const tutti = tableUnder("From mpi4py")
    .map(([, right]) => right)
    .join("\n");

  /** Names of the members of an interface. */
  const membersOf = (file: string, head: RegExp) => {
    const source = read(file);
    const start = source.search(head);
    assert.ok(start >= 0, `${head} is not in ${file}`);
    const body = source.slice(start, source.indexOf("\n}", start));
    return new Set([...body.matchAll(/^ {2}(?:readonly )?(\w+)(?:<[^(]*>)?[(:]/gm)].map(([, name]) => name));
  };
  const comm = membersOf("src/comm/comm.ts", /^export interface Comm \{/m);
  const request = membersOf("src/comm/request.ts", /^export interface Request</m);

  test("has every member of a communicator, and no other", () => {
    assert.ok(comm.has("rank") && comm.has("allreduce") && comm.has("abort"), [...comm].join());
    const named = new Set([...tutti.matchAll(/\bcomm\.(\w+)/g)].map(([, name]) => name));
    const missing = [...comm].filter((name) => !named.has(name));
    const unknown = [...named].filter((name) => !comm.has(name));
    assert.deepEqual({ missing, unknown }, { missing: [], unknown: [] });
  });

  test("has every member of a request", () => {
    assert.deepEqual(
      [...request].filter((name) => !tutti.includes(`request.${name}(`)),
      [],
    );
  });

  test("has every member of a file", () => {
    const source = read("src/comm/file/file.ts");
    const members = [...source.matchAll(/^ {2}(?:get |set )?(\w+)\([^)]*\)[^{;]*\{$/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== "constructor");
    assert.ok(members.includes("writeAtAll") && members.includes("size"), members.join());
    assert.deepEqual(
      members.filter((name) => !tutti.includes(`file.${name}`)),
      [],
    );
  });

  test("has every member of a window", () => {
    const source = read("src/comm/window/window.ts");
    const body = source.slice(source.indexOf("export class Window"));
    const names = [...body.matchAll(/^ {2}(static )?(?!constructor\b)(\w+)(?:<[^(]*>)?\(/gm)].map(
      ([, isStatic, name]) => `${isStatic ? "Window" : "window"}.${name}(`,
    );
    assert.ok(names.includes("Window.create(") && names.includes("window.put("), names.join());
    const unnamed = ["window.length("]; // mpi4py asks for it by an attribute of the window
    assert.deepEqual(
      names.filter((name) => !tutti.includes(name) && !unnamed.includes(name)),
      [],
    );
  });

  test("has every predefined operation", () => {
    const names = /export type OpName =([^;]+);/.exec(read("src/comm/ops.ts"))![1].match(/"\w+"/g)!;
    assert.equal(names.length, 14);
    for (const name of names) assert.ok(tutti.includes(name), name);
  });
});
