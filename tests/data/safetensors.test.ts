import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type NdArray, ndarray } from "../../src/data/ndarray.js";
import {
  encodeSafetensors,
  parseSafetensors,
  readSafetensors,
  writeSafetensors,
} from "../../src/data/safetensors.js";
import { TuttiError } from "../../src/errors.js";
import { fuzz, temporaryFolder, tuttiError } from "./helpers.js";

/** A safetensors file written out by hand. */
function file(header: unknown, data: number[] = [], declared?: bigint): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(declared ?? BigInt(json.length));
  return Buffer.concat([length, json, Uint8Array.from(data)]);
}

const u8 = (begin: number, end: number) => ({
  dtype: "U8",
  shape: [end - begin],
  data_offsets: [begin, end],
});

test("arrays and texts are read back, with names that objects are touchy about", (t) => {
  const path = join(temporaryFolder(t), "model.safetensors");
  const tensors: [string, NdArray][] = [
    ["layers.0.weight", ndarray("float32", [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))],
    ["layers.0.bias", ndarray("float64", [2], Float64Array.of(0.1, Number.NaN))],
    ["step", ndarray("int32", [], Int32Array.of(-7))],
    ["mask", ndarray("bool", [3], Uint8Array.of(1, 0, 1))],
    ["__proto__", ndarray("uint8", [2], Uint8Array.of(8, 9))],
    ["0", ndarray("float32", [0, 5])],
  ];
  const metadata: [string, string][] = [
    ["format", "tutti"],
    ["__proto__", "Überraschung"],
  ];
  writeSafetensors(path, tensors, metadata);
  const read = readSafetensors(path);
  assert.deepEqual(read.metadata, new Map(metadata));
  assert.equal(read.tensors.size, tensors.length);
  for (const [name, array] of tensors) assert.deepEqual(read.tensors.get(name), array, name);
  assert.equal(({} as Record<string, unknown>)[0], undefined);

  const bytes = readFileSync(path);
  assert.equal(bytes.readBigUInt64LE(0) % 8n, 0n);
  for (const array of read.tensors.values())
    assert.equal(array.data.byteOffset % array.data.BYTES_PER_ELEMENT, 0);
  assert.deepEqual(Buffer.concat(encodeSafetensors(tensors, metadata)), bytes);
});

test("the bytes are those that the format document gives, with the digest among the texts", () => {
  const bytes = Buffer.concat(encodeSafetensors([["a", ndarray("int32", [2], Int32Array.of(1, -1))]]));
  // printf '{"__metadata__":{},"a":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}\1\0\0\0\377\377\377\377' | sha256sum
  const digest = "74a359c8e997fe199b689acb3c4489aff00ae11beab05cc678f9dd7420c2468a";
  const json = `{"__metadata__":{"tutti.sha256":"${digest}"},"a":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}`;
  const length = Buffer.from([160, 0, 0, 0, 0, 0, 0, 0]);
  const data = Buffer.from([1, 0, 0, 0, 255, 255, 255, 255]);
  assert.deepEqual(bytes, Buffer.concat([length, Buffer.from(json.padEnd(160)), data]));
});

test("a changed bit anywhere is found, or changes nothing", () => {
  const tensors: [string, NdArray][] = [
    ["w", ndarray("float64", [2, 2], Float64Array.of(1, 2, 3, 4))],
    ["7", ndarray("uint8", [3], Uint8Array.of(1, 2, 3))],
  ];
  const bytes = Buffer.concat(encodeSafetensors(tensors, [["lr", "0.01"]]));
  const whole = parseSafetensors(bytes, "x");
  const data = 8 + Number(bytes.readBigUInt64LE());
  let harmless = 0;
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const damaged = Buffer.from(bytes);
    damaged[bit >> 3] ^= 1 << (bit & 7);
    try {
      const { tensors, metadata } = parseSafetensors(damaged, "x");
      assert.deepEqual(tensors, whole.tensors);
      assert.equal(metadata.get("lr"), "0.01");
      harmless++;
    } catch (error) {
      if (bit < 8 * data) assert.ok(error instanceof TuttiError, String(error));
      else tuttiError("format", "'x' is damaged", /is [0-9a-f]{64}, wanted [0-9a-f]{64}$/)(error);
    }
  }
  // The name of the digest itself: 12 letters of 8 bits.
  assert.ok(harmless <= 96, String(harmless));
});

test("arrays in shared memory have the same digest", () => {
  const shared = new Float32Array(new SharedArrayBuffer(12));
  shared.set([1, 2, 3]);
  const encode = (data: Float32Array) =>
    Buffer.concat(encodeSafetensors([["a", ndarray("float32", [3], data)]]));
  assert.deepEqual(encode(shared), encode(Float32Array.of(1, 2, 3)));
});

test("files without a digest are read, and a digest that is handed on is made anew", () => {
  const { tensors } = parseSafetensors(file({ a: u8(0, 2) }, [1, 2]), "x");
  const again = encodeSafetensors(tensors, [["tutti.sha256", "of another file"]]);
  assert.deepEqual(parseSafetensors(Buffer.concat(again), "x"), { tensors, metadata: new Map() });
});

test("dtypes of other programs", () => {
  const header = {
    wide: { dtype: "I64", shape: [1], data_offsets: [0, 8] },
    half: { dtype: "F16", shape: [1], data_offsets: [8, 10] },
    brain: { dtype: "BF16", shape: [1], data_offsets: [10, 12] },
  };
  const { tensors } = parseSafetensors(
    file(header, [254, 255, 255, 255, 255, 255, 255, 255, 0, 0xc0, 0xc0, 0x3f]),
    "x",
  );
  assert.deepEqual(tensors.get("wide"), ndarray("int32", [1], Int32Array.of(-2)));
  assert.deepEqual(tensors.get("half"), ndarray("float32", [1], Float32Array.of(-2)));
  assert.deepEqual(tensors.get("brain"), ndarray("float32", [1], Float32Array.of(1.5)));
  const eight = file({ a: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }, [0]);
  assert.throws(() => parseSafetensors(eight, "x"), tuttiError("unsupported", '"a"', "F8_E4M3", "F32"));
});

test("files that are not exactly of the format", () => {
  const refuse = (bytes: Uint8Array, ...parts: string[]) =>
    assert.throws(
      () => parseSafetensors(bytes, "bad.safetensors"),
      tuttiError("format", "bad.safetensors", ...parts),
    );
  refuse(Buffer.alloc(0), "an empty file");
  refuse(Buffer.alloc(7), "7 bytes");
  refuse(file("{}", [], 3n), "header of 3 bytes");
  refuse(file("{}", [], 2n ** 63n), "header of 9223372036854");
  refuse(Buffer.from("x1,x2,y\n1,2,3\n"), "a text file");
  refuse(file("[]"), "not a JSON object");
  refuse(file(" {}"), "not a JSON object");
  refuse(file("{'a': 1}"), "not JSON");
  refuse(file({ a: u8(0, 2) }, [1]), "truncated", '"a"');
  refuse(file({ a: u8(0, 1) }, [1, 2]), "too long");
  refuse(file({}, [1]), "too long");
  refuse(file({ a: u8(0, 2), b: u8(1, 3) }, [1, 2, 3]), "overlaps", '"b"');
  refuse(file({ a: u8(0, 1), b: u8(2, 3) }, [1, 2, 3]), "hole", '"b"');
  refuse(file({ a: u8(1, 2) }, [1, 2]), "hole");
  refuse(file({ a: { ...u8(0, 2), shape: [3] } }, [1, 2]), "takes 3 bytes", "span 2");
  refuse(file({ a: { ...u8(0, 2), shape: [2 ** 40, 2 ** 40] } }, [1, 2]), "Infinity");
  refuse(file({ a: { ...u8(0, 2), shape: [-1, -2] } }, [1, 2]), "a dtype, a shape");
  refuse(file({ a: { ...u8(0, 2), data_offsets: [0, 1.5] } }, [1, 2]), "data_offsets");
  refuse(file({ a: null }), '"a"');
  refuse(file({ a: { dtype: "BOOL", shape: [1], data_offsets: [0, 1] } }, [2]), "bool");
  refuse(file({ __metadata__: { a: 1 } }), "__metadata__");
  refuse(file({ __metadata__: ["a"] }), "__metadata__");
});

test("names that cannot be written", () => {
  const one = ndarray("uint8", [1]);
  assert.throws(() => encodeSafetensors([["__metadata__", one]]), tuttiError("argument", "__metadata__"));
  assert.throws(
    () =>
      encodeSafetensors([
        ["w", one],
        ["w", one],
      ]),
    tuttiError("argument", '"w"'),
  );
});

test("damaged files are read or refused, never worse", () => {
  const tensors: [string, NdArray][] = [
    ["w", ndarray("float64", [2, 2], Float64Array.of(1, 2, 3, 4))],
    ["b", ndarray("bool", [2], Uint8Array.of(0, 1))],
  ];
  const valid = Buffer.concat(encodeSafetensors(tensors, [["k", "v"]]));
  assert.ok(fuzz(valid, (bytes) => parseSafetensors(bytes, "fuzz"), 5000) > 1000);
});
