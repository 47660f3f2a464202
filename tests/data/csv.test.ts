import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { type CsvOptions, parseCsv, readCsv, writeCsv } from "../../src/data/csv.js";
import { ndarray } from "../../src/data/ndarray.js";
import { encodeNpy } from "../../src/data/npy.js";
import { fuzz, temporaryFile, temporaryFolder, tuttiError } from "./helpers.js";

const parse = (text: string | Uint8Array, options?: CsvOptions) =>
  parseCsv(Buffer.from(text as string), "t.csv", options);
const refuse = (text: string | Uint8Array, ...parts: string[]) =>
  assert.throws(() => parse(text), tuttiError("format", "'t.csv'", ...parts));

test("fields, quoted fields, and the lines they came from", () => {
  const table = parse('name,note\na,plain\n"b","with, comma"\nc,"two\nlines"\nd,"a ""quote"""\n');
  assert.deepEqual(table.names, ["name", "note"]);
  assert.deepEqual(table.rows, [
    ["a", "plain"],
    ["b", "with, comma"],
    ["c", "two\nlines"],
    ["d", 'a "quote"'],
  ]);
  assert.deepEqual(
    [0, 1, 2, 3].map((row) => table.line(row)),
    [2, 3, 4, 6],
  );
});

test("LF, CR LF, CR and mixtures end lines; blank lines count as lines, not as rows", () => {
  for (const [text, lines] of [
    ["a,b\n1,2\n\n3,4", [2, 4]],
    ["a,b\r\n1,2\r\n\r\n\r\n3,4\r\n", [2, 5]],
    ["a,b\r1,2\r3,4\r", [2, 3]],
    ["a,b\r\n1,2\n3,4\n\n", [2, 3]],
    ["\n \t\na,b\n1,2\n   \n3,4", [4, 6]],
    ['a,b\r\n1,"2"\r\n3,4', [2, 3]],
  ] as const) {
    const table = parse(text);
    assert.deepEqual(
      table.rows,
      [
        ["1", "2"],
        ["3", "4"],
      ],
      JSON.stringify(text),
    );
    assert.deepEqual([table.line(0), table.line(1)], lines, JSON.stringify(text));
  }
  assert.equal(parse('a,b\r\n1,"x\r\ny\rz"\r\n3,4').line(1), 5);
});

test("blanks around fields are no data, inside quotes they are", () => {
  assert.deepEqual(parse('a, b\n 1 ,"2" \n3, " 4"').rows, [
    ["1", "2"],
    ["3", " 4"],
  ]);
});

test("delimiters; files without a header line", (t) => {
  assert.deepEqual(parse("a;b\n1,5;2", { delimiter: ";" }).rows, [["1,5", "2"]]);
  assert.deepEqual(readCsv(temporaryFile(t, "t.tsv", "a\tb\n1,5\t2\n")).rows, [["1,5", "2"]]);
  assert.deepEqual(readCsv(temporaryFile(t, "t.csv.gz", gzipSync("a,b\n1,2\n"))).rows, [["1", "2"]]);
  const bare = parse("1,2\n3,4\n", { header: false });
  assert.deepEqual([bare.names, bare.rows.length, bare.line(1)], [["column1", "column2"], 2, 2]);
  for (const delimiter of ["", ";;", '"', "\n"]) {
    assert.throws(() => parse("a\n1", { delimiter }), tuttiError("argument", "delimiter", "one character"));
  }
});

test("byte order marks and encodings", () => {
  const text = "ä,b\n1,2\n";
  const utf16 = Buffer.from(`\ufeff${text}`, "utf16le");
  for (const bytes of [text, `\ufeff${text}`, utf16, Buffer.from(utf16).swap16()]) {
    assert.deepEqual(parse(bytes).names, ["ä", "b"]);
  }
  assert.deepEqual(parse('\ufeff"ä",b\n1,2').names, ["ä", "b"]);
  assert.deepEqual(parse(Buffer.from(text, "latin1"), { encoding: "latin1" }).names, ["ä", "b"]);
  refuse(Buffer.from(text, "latin1"), "UTF-8", "latin1");
});

test("rows with too few or too many fields are named by line", () => {
  refuse("a,b\n1,2\n\n3\n", "line 4 has 1 fields", "header has 2");
  refuse('a,b\n1,"2\n2"\n3,4,5\n', "line 4 has 3 fields");
  refuse("a,b\n1,2,\n", "line 2 has 3 fields");
});

test("misplaced quotes are named by the line on which their row starts", () => {
  refuse('a,b\n1,2\n1,"2\n3,4\n', "line 3, field 2", "never closed");
  refuse('a,b\n1,2\n1,2"3\n', "line 3, field 2", "not quoted");
  refuse('a,b\n1,"2"3\n', "line 2, field 2", "after its closing quote");
});

test("columns need names of their own", () => {
  refuse("a,b,a\n1,2,3\n", "line 1", "columns 1 and 3", '"a"', "header: false");
  refuse(",a\n0,1\n", "column 1 has no name", "index=False");
  refuse("a,\n0,1\n", "column 2 has no name");
});

test("empty files, headers alone, and what is no text", () => {
  refuse("", "is empty");
  refuse("\ufeff", "is empty");
  refuse("\n\n", "is empty");
  refuse("a,b\n", "no rows");
  refuse(Buffer.concat(encodeNpy(ndarray("float64", [3]))), "an NPY file");
  refuse(gzipSync("a,b\n1,2\n"), "gzip");
  refuse(Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), "a PNG picture");
  refuse("a,b\n1,\0\n", "not text");
});

test("a column that does not exist: the others, the most similar first", () => {
  const table = parse("sepal_length,petal_length,species\n1,2,3\n");
  const message = 'no column "specis"; its columns are "species", ';
  assert.throws(() => table.column("specis"), tuttiError("argument", "'t.csv'", message, '"petal_length"'));
  assert.throws(() => parse("a;b\n1;2\n").column("b"), tuttiError("argument", 'separated by ";"'));
  const wide = parse(`${Array.from({ length: 100 }, (_, i) => `c${i}`).join()}\n${"0,".repeat(99)}0\n`);
  assert.throws(() => wide.column("c_7"), tuttiError("argument", 'columns are "c7", ', "and 88 more"));
});

test("rows can be chosen and keep their lines", () => {
  const table = parse("a,b\n1,x\n,y\n3,NA\n4,z\n");
  assert.deepEqual(table.dropMissing().rows, [
    ["1", "x"],
    ["4", "z"],
  ]);
  assert.equal(table.dropMissing().line(1), 5);
  assert.deepEqual(table.dropMissing(["a"]).select([2, 0]).rows, [
    ["4", "z"],
    ["1", "x"],
  ]);
  assert.equal(table.dropMissing(["a"]).select([2, 0]).line(0), 5);
});

test("long fields and many rows", () => {
  const long = "x".repeat(300_000);
  assert.equal(parse(`a,b\n1,${long}\n`).rows[0][1], long);
  const many = parse(`a,b\n${"1,2\n".repeat(200_000)}`);
  assert.equal(many.rows.length, 200_000);
  assert.equal(many.line(199_999), 200_001);
});

test("what is written is read back", (t) => {
  const path = join(temporaryFolder(t), "out.csv");
  const rows = [
    ["plain", 1.5],
    ['a "quote", a comma', -0.1],
    ["two\nlines\r\n", 1e-300],
    [" blanks ", 3],
    ["", 4],
  ] as const;
  writeCsv(path, ["text", "a,number"], rows);
  assert.ok(
    readFileSync(path, "utf8").startsWith('text,"a,number"\nplain,1.5\n"a ""quote"", a comma",-0.1\n'),
  );
  const table = readCsv(path);
  assert.deepEqual(table.names, ["text", "a,number"]);
  assert.deepEqual(
    table.rows.map(([text, number]) => [text, Number(number)]),
    rows,
  );
  const numbers = Array.from({ length: 50_000 }, (_, i) => [i, i * i]);
  writeCsv(path, ["i", "square"], numbers);
  assert.deepEqual(
    readCsv(path).rows.map((row) => row.map(Number)),
    numbers,
  );
});

test("damaged files are read or refused, never worse", () => {
  const valid = Buffer.from('name,note,x\na,"b ""c"", d",1\r\ne,"f\ng",2\n\nh,ü,3\n');
  assert.ok(fuzz(valid, (bytes) => parseCsv(bytes, "fuzz.csv").line(0), 5000) > 1000);
});
