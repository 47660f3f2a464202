import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { parseIdx, readIdx } from "../../src/data/idx.js";
import { ndarray } from "../../src/data/ndarray.js";
import { encodeNpy } from "../../src/data/npy.js";
import { readArray } from "../../src/data/read-array.js";
import { fuzz, temporaryFile, temporaryFolder, tuttiError } from "./helpers.js";

/** An IDX file written out by hand. */
function idx(type: number, dims: number[], elements: Uint8Array | number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * dims.length);
  header[2] = type;
  header[3] = dims.length;
  for (const [axis, length] of dims.entries()) header.writeUInt32BE(length, 4 + 4 * axis);
  return Buffer.concat([header, Uint8Array.from(elements)]);
}

function bigEndian(
  write: (buffer: Buffer, value: number, offset: number) => void,
  size: number,
  values: number[],
) {
  const buffer = Buffer.alloc(size * values.length);
  for (const [i, value] of values.entries()) write(buffer, value, i * size);
  return buffer;
}

test("every element type of the format", () => {
  const cases = [
    [0x08, Buffer.from([0, 127, 255]), "uint8", [0, 127, 255]],
    [0x09, Buffer.from([0, 127, 255]), "int32", [0, 127, -1]],
    [0x0b, bigEndian((b, v, o) => b.writeInt16BE(v, o), 2, [1, -300, 32767]), "int32", [1, -300, 32767]],
    [0x0c, bigEndian((b, v, o) => b.writeInt32BE(v, o), 4, [1, -70000, 5]), "int32", [1, -70000, 5]],
    [0x0d, bigEndian((b, v, o) => b.writeFloatBE(v, o), 4, [1.5, -0.25, 3]), "float32", [1.5, -0.25, 3]],
    [0x0e, bigEndian((b, v, o) => b.writeDoubleBE(v, o), 8, [0.1, -1e300, 3]), "float64", [0.1, -1e300, 3]],
  ] as const;
  for (const [type, bytes, dtype, values] of cases) {
    const array = parseIdx(idx(type, [3], bytes), "x.idx");
    assert.equal(array.dtype, dtype);
    assert.deepEqual([...array.data], values);
  }
});

test("shapes are row-major; an empty axis and no axis are arrays too", (t) => {
  const path = temporaryFile(t, "x.idx", idx(8, [2, 1, 3], [1, 2, 3, 4, 5, 6]));
  assert.deepEqual(readIdx(path), ndarray("uint8", [2, 1, 3], Uint8Array.of(1, 2, 3, 4, 5, 6)));
  assert.deepEqual(parseIdx(idx(8, [0, 28], []), "x").shape, [0, 28]);
  assert.deepEqual(parseIdx(idx(8, [], [7]), "x").shape, []);
});

test("a .gz file, and reading into shared memory", (t) => {
  const plain = idx(8, [3], [1, 2, 3]);
  const zipped = temporaryFile(t, "x.idx.gz", gzipSync(plain));
  assert.deepEqual([...readIdx(zipped).data], [1, 2, 3]);
  const shared = readIdx(temporaryFile(t, "x.idx", plain), { shared: true });
  assert.ok(shared.data.buffer instanceof SharedArrayBuffer);
  assert.ok(readIdx(zipped, { shared: true }).data.buffer instanceof SharedArrayBuffer);
  assert.deepEqual([...shared.data], [1, 2, 3]);
});

test("a .gz file that unpacks to too much, is damaged, or is none", (t) => {
  const bomb = temporaryFile(t, "bomb.gz", gzipSync(Buffer.alloc(10_000_000)));
  assert.throws(() => readIdx(bomb, { maxBytes: 1_000_000 }), tuttiError("file", "bomb.gz", "1000000"));
  const none = temporaryFile(t, "none.gz", idx(8, [1], [1]));
  assert.throws(() => readIdx(none), tuttiError("format", "none.gz", "does not decompress"));
  const cut = temporaryFile(t, "cut.gz", gzipSync(Buffer.alloc(1000)).subarray(0, 15));
  assert.throws(() => readIdx(cut), tuttiError("format", "cut.gz"));
});

test("unreadable files", (t) => {
  const folder = temporaryFolder(t);
  assert.throws(
    () => readIdx(`${folder}/none.idx`),
    tuttiError("file", "none.idx", "no such file", "ENOENT"),
  );
  assert.throws(() => readIdx(folder), tuttiError("file", folder, "it is a folder"));
  assert.throws(() => readIdx(`${temporaryFile(t, "a", "")}/b`), tuttiError("file", "not a folder"));
});

test("empty, truncated, too long and mislabelled files", () => {
  const refuse = (bytes: Uint8Array, ...parts: (string | RegExp)[]) =>
    assert.throws(() => parseIdx(bytes, "bad.idx"), tuttiError("format", "bad.idx", ...parts));
  const valid = idx(8, [2, 2], [1, 2, 3, 4]);
  refuse(Buffer.alloc(0), "an empty file");
  refuse(valid.subarray(0, 7), "inside its header", "7", "12");
  refuse(valid.subarray(0, 15), "truncated", "16 bytes", "found 15");
  refuse(Buffer.concat([valid, Buffer.alloc(1)]), "too long", "[2, 2] of uint8");
  refuse(idx(7, [1], [1]), "type code 7", "8 uint8");
  refuse(Buffer.concat(encodeNpy(ndarray("uint8", [4]))), "it is an NPY file");
  refuse(gzipSync(valid), "gzip", ".gz");
  refuse(Buffer.from("a,b\n1,2\n"), "it is a text file");
});

test("lengths that would take terabytes are refused by the size of the file", () => {
  const huge = idx(0x0e, Array(200).fill(0xffffffff), []);
  assert.throws(() => parseIdx(huge, "huge.idx"), tuttiError("format", "truncated", "Infinity"));
});

test("damaged files are read or refused, never worse", () => {
  const valid = idx(
    0x0c,
    [3, 5],
    bigEndian((b, v, o) => b.writeInt32BE(v, o), 4, [...Array(15).keys()]),
  );
  assert.ok(fuzz(valid, (bytes) => parseIdx(bytes, "fuzz.idx"), 5000) > 1000);
});

test("an array file is told apart by its name, else by its first bytes", (t) => {
  const one = idx(8, [1], [7]);
  const npy = Buffer.concat(encodeNpy(ndarray("uint8", [1], Uint8Array.of(7))));
  const cases = { "x-idx1-ubyte": one, "x.npy": npy, digits: one, numbers: npy, "x.npy.gz": gzipSync(npy) };
  for (const [name, bytes] of Object.entries(cases)) {
    assert.deepEqual(readArray(temporaryFile(t, name, bytes)), ndarray("uint8", [1], Uint8Array.of(7)), name);
  }
  assert.throws(
    () => readArray(temporaryFile(t, "x.npy", one)),
    tuttiError("format", "x.npy", "an IDX file"),
  );
  assert.throws(
    () => readArray(temporaryFile(t, "x.idx", npy)),
    tuttiError("format", "x.idx", "an NPY file"),
  );
  assert.throws(
    () => readArray(temporaryFile(t, "table", "a,b\n1,2\n")),
    tuttiError("format", "a text file"),
  );
});
