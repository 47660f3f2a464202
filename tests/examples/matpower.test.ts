import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseCase } from "../../examples/support/matpower.js";

const CASE = readFileSync(fileURLToPath(new URL("../../../examples/cases/wscc9.m", import.meta.url)), "utf8");

test("a case file gives its buses, generators and branches", () => {
  const { baseMVA, buses, generators, branches } = parseCase(CASE, "wscc9.m");
  assert.equal(baseMVA, 100);
  assert.deepEqual(
    buses.map(({ id, kind, demand }) => [id, kind, demand]),
    [0, 0, 0, 0, 90, 0, 100, 0, 125].map((demand, b) => [b + 1, [3, 2, 2, 1, 1, 1, 1, 1, 1][b], demand]),
  );
  assert.deepEqual(
    generators,
    [0, 163, 85].map((power, g) => ({ bus: g + 1, power, on: true })),
  );
  assert.deepEqual(branches[2], {
    from: 5,
    to: 6,
    reactance: 0.17,
    ratio: 1,
    shift: 0,
    rating: 150,
    on: true,
  });
  // comments, ends of lines, commas and other matrices change nothing
  const other = CASE.replaceAll("\n", " % a comment ; ] }\r\n")
    .replace("mpc.version", "%{\r\nanything = here\r\n%}\r\nmpc.gencost = [ 2 1500 NaN ];\r\nmpc.version")
    .replaceAll("0    0.0576", "0,0.0576");
  assert.deepEqual(parseCase(other, "other.m"), parseCase(CASE, "wscc9.m"));
});

test("what is wrong is named with its line, what was found and what was wanted", () => {
  const changed = (from: string | RegExp, to: string) => {
    const text = CASE.replace(from, to);
    assert.notEqual(text, CASE);
    return text;
  };
  const cases: [string, RegExp][] = [
    ["", /^c\.m:1: the file ends without mpc\.baseMVA$/],
    ["mpc.baseMVA = 100;", /^c\.m:1: the file ends without mpc\.bus$/],
    ["hello", /^c\.m:1: must be data, as in "mpc\.bus = \[", found "hello"$/],
    [changed("= 100;", "= a;"), /^c\.m:6: must be a number, found "a"$/],
    [changed("= 100;", "= -1;"), /^c\.m:6: mpc\.baseMVA must be a positive number, found -1$/],
    [changed("0.0576", "0.05.76"), /^c\.m:30: must be a number, found "0\.05\.76"$/],
    [
      changed("0.0576", "Inf"),
      /^c\.m:30: the reactance x \(column 4\) must be a finite number, found Infinity$/,
    ],
    [changed("0.0576", "0"), /^c\.m:30: the reactance of branch 1-4 must not be 0, found 0$/],
    [changed("0.0576", ""), /^c\.m:30: a row of mpc\.branch must have at least 11 numbers, found 10$/],
    [changed("0.092", ""), /^c\.m:31: a row of mpc\.branch must have 11 numbers as the first row, found 10$/],
    [
      changed("  1    4   0 ", "  1    14  0 "),
      /^c\.m:30: the end of a branch must be a bus of mpc\.bus, found 14$/,
    ],
    [changed("  1    4   0 ", "  1    1   0 "), /^c\.m:30: a branch must connect two buses, found 1 twice$/],
    [
      changed("  2   163", "  22  163"),
      /^c\.m:24: the bus of a generator must be a bus of mpc\.bus, found 22$/,
    ],
    [changed("  9    1   125", "  8    1   125"), /^c\.m:18: bus 8 is there already, in line 17$/],
    [
      changed("  9    1   125", "  9.5  1   125"),
      /^c\.m:18: the number of a bus must be .* from 1, found 9\.5$/,
    ],
    [
      changed("  9    1   125", "  9    7   125"),
      /^c\.m:18: the type of bus 9 must be 1, 2, 3 or 4, found 7$/,
    ],
    [changed("  1    3     0", "  1    1     0"), /no bus is of type 3, the reference$/],
    [changed(/\];\n$/, ""), /^c\.m:39: the file ends inside mpc\.branch, which line 29 begins; wanted "\]"$/],
    [changed("mpc.gen =", "mpc.bus ="), /^c\.m:22: mpc\.bus is given a second time$/],
    [
      changed("mpc.gen = [", "mpc.gen = 3; ["),
      /^c\.m:22: mpc\.gen must be a matrix in \[ \], found "3; \["$/,
    ],
    [changed("mpc.gen = [", "mpc.gen = {"), /^c\.m:22: mpc\.gen must be a matrix in \[ \], found "\{"$/],
    [`${CASE}mpc.branch(:, 4) = 2;`, /must be data, .* found "mpc\.branch\(:, 4\) = 2;"$/],
    [`${CASE}mpc.other = [1] * 2;`, /^c\.m:40: the line must end after the bracket, found "\* 2;"$/],
  ];
  for (const [text, message] of cases) {
    const check = (error: Error) => error instanceof SyntaxError && message.test(error.message);
    assert.throws(
      () => parseCase(text, "c.m"),
      (error: Error) => {
        assert.ok(check(error), `${error.message} is not ${message}`);
        return true;
      },
    );
  }
});

test("any text is read or refused, in time that grows with its length", () => {
  // a linear congruential generator: the same texts every time
  let state = 1;
  const next = (most: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  const pieces = [
    "[",
    "]",
    "{",
    "}",
    ";",
    "%",
    "%{\n",
    "\n",
    "...",
    "mpc.bus = [",
    "-",
    "1e9999",
    "NaN",
    "'",
    " ",
    "\0",
  ];
  for (let run = 0; run < 2000; run++) {
    let text = CASE;
    for (let change = 0; change <= next(4); change++) {
      const at = next(text.length);
      text =
        text.slice(0, at) +
        pieces[next(pieces.length)] +
        text.slice(at + next(next(2) === 0 ? 3 : text.length));
    }
    try {
      parseCase(text, "c.m");
    } catch (error) {
      assert.ok(error instanceof SyntaxError, String(error));
    }
  }
  const long = 2_000_000;
  for (const piece of ["1", " ", ".", "...", "%", "[", "1 ", "1;", "mpc.a = ", "end ", "e+", "\n", "%{\n"]) {
    for (const before of ["", "mpc.bus = [", "mpc.baseMVA = "]) {
      const text = `${before}${piece.repeat(long / piece.length)}x`;
      assert.throws(() => parseCase(text, "c.m"), SyntaxError, before + piece);
    }
  }
});
