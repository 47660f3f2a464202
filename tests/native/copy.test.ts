import assert from "node:assert/strict";
import { test } from "node:test";
import { copyBytes, nativeCopy } from "../../src/native/index.js";

const MEMORIES = { private: ArrayBuffer, shared: SharedArrayBuffer };
const LENGTHS = [0, 1, 16383, 16384, 1 << 20];

/** Bytes that differ from their neighbours and from those a page away. */
function pattern(length: number, Memory: new (bytes: number) => ArrayBufferLike, seed = 1): Uint8Array {
  const bytes = new Uint8Array(new Memory(length));
  for (let i = 0; i < length; i++) bytes[i] = (Math.imul(i + seed, 0x9e3779b1) >>> 24) & 255;
  return bytes;
}

// The library is loaded only after many bytes: the second round goes through it where there is one.
for (const round of ["at first", "after many bytes"]) {
  for (const [to, To] of Object.entries(MEMORIES)) {
    for (const [from, From] of Object.entries(MEMORIES)) {
      test(`copies from ${from} to ${to} memory ${round}`, () => {
        for (const length of LENGTHS) {
          const source = pattern(length, From);
          const target = pattern(length + 9, To, 5);
          const expected = [...target.subarray(0, 3), ...source, ...target.subarray(3 + length)];
          copyBytes(target.subarray(3), source);
          assert.deepEqual(Buffer.from(target), Buffer.from(expected));
        }
      });
    }
  }

  test(`source and target may overlap ${round}`, () => {
    for (const shift of [1, 64, 5000]) {
      const bytes = pattern(100_000 + shift, SharedArrayBuffer);
      const before = bytes.slice();
      copyBytes(bytes.subarray(shift), bytes.subarray(0, 100_000));
      assert.deepEqual(Buffer.from(bytes.subarray(shift)), Buffer.from(before.subarray(0, 100_000)));
      copyBytes(bytes, bytes.subarray(shift));
      assert.deepEqual(Buffer.from(bytes.subarray(0, 100_000)), Buffer.from(before.subarray(0, 100_000)));
    }
  });

  test(`what does not fit is refused ${round}`, () => {
    for (const length of [10, 100_000])
      assert.throws(() => copyBytes(new Uint8Array(length - 1), new Uint8Array(length)), RangeError);
  });

  test(`many bytes have been copied ${round}`, () => {
    nativeCopy(1 << 26);
  });
}
