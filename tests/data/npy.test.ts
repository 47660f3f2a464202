import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type NdArray, ndarray } from "../../src/data/ndarray.js";
import { encodeNpy, parseNpy, readNpy, writeNpy } from "../../src/data/npy.js";
import { fuzz, temporaryFolder, tuttiError } from "./helpers.js";

/** An NPY file written out by hand. */
function npy(literal: string, elements: Uint8Array | number[] = [], version = 1): Buffer {
  const body = Buffer.from(literal, version === 3 ? "utf8" : "latin1");
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(body.length, 0, length.length);
  return Buffer.concat([
    Buffer.from(`\x93NUMPY`, "latin1"),
    Buffer.from([version, 0]),
    length,
    body,
    Uint8Array.from(elements),
  ]);
}

const header = (descr: string, shape: string, order = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

const values = (array: NdArray) => [...array.data];

test("what is written is read back, for every dtype and rank", (t) => {
  const path = join(temporaryFolder(t), "x.npy");
  const arrays = [
    ndarray("float64", [2, 3], Float64Array.of(0.1, -0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 6)),
    ndarray("float32", [3], Float32Array.of(1.5, -2, 1e-45)),
    ndarray("int32", [2, 1], Int32Array.of(-2147483648, 2147483647)),
    ndarray("uint8", [1, 2, 2], Uint8Array.of(0, 1, 254, 255)),
    ndarray("bool", [3], Uint8Array.of(0, 1, 1)),
    ndarray("float64", [], Float64Array.of(7)),
    ndarray("float32", [0, 4]),
  ];
  for (const array of arrays) {
    writeNpy(path, array);
    assert.deepEqual(readNpy(path), array);
  }
});

test("the bytes are those that the format document gives", () => {
  const bytes = Buffer.concat(encodeNpy(ndarray("int32", [2], Int32Array.of(1, -2))));
  const text = "\x93NUMPY\x01\x00v\x00{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }";
  assert.equal(bytes.toString("latin1"), `${text.padEnd(127)}\n\x01\0\0\0\xfe\xff\xff\xff`);
});

test("byte orders, integer widths and half precision", () => {
  const cases: [string, number[], string, number[]][] = [
    ["<f8", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], "float64", [1.5]],
    [">f8", [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], "float64", [1.5]],
    [">f4", [0xbf, 0x80, 0, 0], "float32", [-1]],
    [">i4", [0xff, 0xff, 0xff, 0xfe], "int32", [-2]],
    ["<i8", [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "int32", [-2]],
    [">i8", [0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff], "int32", [2147483647]],
    ["<i2", [0x2c, 0x01], "int32", [300]],
    [">u2", [0xff, 0xff], "int32", [65535]],
    ["|i1", [0x80], "int32", [-128]],
    ["<u4", [1, 0, 0, 0], "int32", [1]],
    ["<u8", [9, 0, 0, 0, 0, 0, 0, 0], "int32", [9]],
    ["|u1", [200], "uint8", [200]],
    ["|b1", [1], "bool", [1]],
    // IEEE 754 binary16: 1, -2, 65504 (largest), 2^-24 (smallest), infinity
    [
      "<f2",
      [0, 0x3c, 0, 0xc0, 0xff, 0x7b, 1, 0, 0, 0x7c],
      "float32",
      [1, -2, 65504, 2 ** -24, Number.POSITIVE_INFINITY],
    ],
  ];
  for (const [descr, bytes, dtype, wanted] of cases) {
    const array = parseNpy(npy(header(descr, `(${wanted.length},)`), bytes), "x.npy");
    assert.equal(array.dtype, dtype, descr);
    assert.deepEqual(values(array), wanted, descr);
  }
});

test("column-major files become row-major", () => {
  // a[i][j][k] = 100 i + 10 j + k, the first index fastest in the file
  const file: number[] = [];
  for (let k = 0; k < 4; k++)
    for (let j = 0; j < 3; j++) for (let i = 0; i < 2; i++) file.push(100 * i + 10 * j + k);
  const array = parseNpy(npy(header("|u1", "(2, 3, 4)", "True"), file), "x.npy");
  assert.deepEqual(array.shape, [2, 3, 4]);
  const wanted = [];
  for (let i = 0; i < 2; i++)
    for (let j = 0; j < 3; j++) for (let k = 0; k < 4; k++) wanted.push(100 * i + 10 * j + k);
  assert.deepEqual(values(array), wanted);
});

test("versions 2.0 and 3.0, Python 2's long integers, either quotes", () => {
  for (const version of [1, 2, 3]) {
    const array = parseNpy(npy(header("|u1", "(1, 2)"), [3, 4], version), "x.npy");
    assert.deepEqual(
      [array.shape, values(array)],
      [
        [1, 2],
        [3, 4],
      ],
    );
  }
  const other = `{ "shape" : (2L, 1L),"descr":"|u1" ,'fortran_order':False}`;
  assert.deepEqual(parseNpy(npy(other, [1, 2]), "x.npy").shape, [2, 1]);
});

test("headers that are not exactly the dictionary of the format", () => {
  const literals = [
    "",
    "{}",
    "{'descr': '|u1', 'fortran_order': False}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'x': 1}",
    "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}",
    "{'descr': '|u1', 'fortran_order': Falsehood, 'shape': (1,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1e0,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999999999,)}",
    `{'descr': '|u1', 'fortran_order': False, 'shape': (${"1, ".repeat(65)})}`,
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} + {}",
    "{'__proto__': '|u1', 'fortran_order': False, 'shape': (1,)}",
    "__import__('os').system('true')",
    header("|zz", "(1,)"),
    header("u1x", "(1,)"),
    header("|i4", "(1,)"),
    header("__proto__", "(1,)"),
  ];
  for (const literal of literals) {
    assert.throws(() => parseNpy(npy(literal, [1]), "bad.npy"), tuttiError("format", "bad.npy"), literal);
  }
});

test("arrays of what is not a number are refused by what they hold", () => {
  const kinds = {
    "|O": "Python objects",
    "<U5": "texts",
    "|S3": "byte strings",
    "<c16": "complex",
    "<M8[ns]": "dates",
  };
  for (const [descr, what] of Object.entries(kinds)) {
    const bytes = npy(header(descr, "(1,)"), [1]);
    assert.throws(() => parseNpy(bytes, "bad.npy"), tuttiError("unsupported", "bad.npy", what));
  }
  const records = "{'descr': [('a', '<f8'), ('b', '<i4')], 'fortran_order': False, 'shape': (1,)}";
  assert.throws(() => parseNpy(npy(records, [1]), "bad.npy"), tuttiError("unsupported", "records"));
});

test("integers outside int32 and bytes that are not bools are named by position", () => {
  const wide = npy(header("<i8", "(2,)"), [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0]);
  assert.throws(() => parseNpy(wide, "x.npy"), tuttiError("format", "2147483648", "element 1", "float64"));
  const unsigned = npy(header("<u4", "(1,)"), [255, 255, 255, 255]);
  assert.throws(() => parseNpy(unsigned, "x.npy"), tuttiError("format", "4294967295"));
  assert.throws(
    () => parseNpy(npy(header("|b1", "(2,)"), [1, 2]), "x.npy"),
    tuttiError("format", "bool element 1"),
  );
});

test("truncated, too long and mislabelled files, absurd lengths", () => {
  const refuse = (bytes: Uint8Array, ...parts: string[]) =>
    assert.throws(() => parseNpy(bytes, "bad.npy"), tuttiError("format", "bad.npy", ...parts));
  const valid = npy(header("<i4", "(2,)"), [1, 0, 0, 0, 2, 0, 0, 0]);
  refuse(Buffer.alloc(0), "an empty file");
  refuse(valid.subarray(0, 9), "magic");
  refuse(valid.subarray(0, 30), "truncated", "header", "30");
  refuse(valid.subarray(0, -1), "truncated", "[2] of int32");
  refuse(Buffer.concat([valid, Buffer.alloc(3)]), "too long");
  refuse(npy("", [], 9), "version 9.0");
  refuse(Buffer.from([0, 0, 8, 1, 0, 0, 0, 1, 5, 5]), "an IDX file");
  refuse(Buffer.from("PK\x03\x04------------"), "zip");
  refuse(npy(header("<f8", "(999999999999999, 999999999999999)")), "truncated", "Infinity");
  refuse(npy(header("<f8", "(1000000, 1000000)")), "truncated", "8000000000082");
  const longHeader = npy(header("<i4", "(1,)"), [0, 0, 0, 0], 2);
  longHeader.writeUInt32LE(0xffffffff, 8);
  refuse(longHeader, "truncated", "4294967307");
});

test("an array that is not what it says is not written", () => {
  const wrong = { dtype: "float64", shape: [3], data: Float64Array.of(1, 2) } as const;
  assert.throws(() => encodeNpy(wrong), tuttiError("shape", "2 elements"));
});

test("damaged files are read or refused, never worse", () => {
  const parse = (bytes: Uint8Array) => parseNpy(bytes, "fuzz.npy");
  const elements = Uint8Array.from({ length: 48 }, (_, i) => i);
  assert.ok(fuzz(npy(header("<f8", "(2, 3)", "True"), elements), parse, 5000) > 1000);
  assert.ok(fuzz(npy(header(">i8", "(6,)"), elements, 2), parse, 2000, 7) > 500);
});

const PYTHON = "/usr/bin/python3";

function numpyMissing(): string | false {
  try {
    execFileSync(PYTHON, ["-c", "import numpy"], { stdio: "ignore" });
    return false;
  } catch {
    return "needs Python with NumPy: apt-get install python3-numpy";
  }
}

test("files written by NumPy itself, and ours read by it", { skip: numpyMissing() }, (t) => {
  const folder = temporaryFolder(t);
  const script = `
import json, sys, numpy as np
folder = sys.argv[1]
shapes = [(), (3,), (2, 3), (2, 3, 4), (0, 2)]
names = []
for dtype in ["?", "u1", "i1", "<i2", ">i4", "<i4", "<i8", "<u2", "<f2", "<f4", ">f4", "<f8", ">f8"]:
    for shape in shapes:
        for order in "CF":
            count = int(np.prod(shape))
            a = np.asarray((np.arange(count) % 2 if dtype == "?" else np.arange(count)).reshape(shape).astype(dtype), order=order)
            name = f"{len(names)}.npy"
            with open(f"{folder}/{name}", "wb") as f:
                np.lib.format.write_array(f, a, version=(1 + len(names) % 3, 0))
            names.append([name, list(shape), a.astype(float).ravel().tolist()])
print(json.dumps(names))`;
  const written = execFileSync(PYTHON, ["-W", "ignore", "-c", script, folder], { encoding: "utf8" });
  const files = JSON.parse(written) as [string, number[], number[]][];
  assert.equal(files.length, 130);
  for (const [name, shape, wanted] of files) {
    const array = readNpy(join(folder, name));
    assert.deepEqual([array.shape, values(array)], [shape, wanted], name);
  }

  const ours: [string, NdArray][] = [
    ["f8", ndarray("float64", [2, 2], Float64Array.of(0.1, -1e300, 3, 4))],
    ["f4", ndarray("float32", [4], Float32Array.of(0.5, 2, 3, 4))],
    ["i4", ndarray("int32", [], Int32Array.of(-5))],
    ["u1", ndarray("uint8", [0, 3])],
    ["b1", ndarray("bool", [2], Uint8Array.of(1, 0))],
  ];
  for (const [name, array] of ours) writeNpy(join(folder, `${name}.npy`), array);
  writeFileSync(join(folder, "names.json"), JSON.stringify(ours.map(([name]) => name)));
  const reading = `
import json, sys, numpy as np
folder = sys.argv[1]
loaded = [np.load(f"{folder}/{name}.npy") for name in json.load(open(f"{folder}/names.json"))]
print(json.dumps([[a.dtype.str[1:], list(a.shape), a.astype(float).ravel().tolist()] for a in loaded]))`;
  const read = JSON.parse(execFileSync(PYTHON, ["-c", reading, folder], { encoding: "utf8" }));
  assert.deepEqual(
    read,
    ours.map(([name, array]) => [name, array.shape, values(array)]),
  );
});
