import assert from "node:assert/strict";
import { test } from "node:test";
import { ELEMENT_TYPES } from "../../src/comm/elements.js";
import { Folder } from "../../src/comm/fold.js";
import { resolveOp } from "../../src/comm/ops.js";
import { nativeCopy } from "../../src/native/index.js";

const FLOAT32 = ELEMENT_TYPES.find(({ name }) => name === "float32")!;

/** The sum in the order of every reduction: ((0+1)+2), ((0+1)+(2+3)), (((0+1)+(2+3))+4). */
function reference(inputs: readonly Float32Array[], i: number): number {
  let level = inputs.map((input) => input[i]);
  while (level.length > 1) {
    const next: number[] = [];
    for (let r = 0; r < level.length; r += 2)
      next.push(r + 1 < level.length ? Math.fround(level[r] + level[r + 1]) : level[r]);
    level = next;
  }
  return level[0];
}

// Long inputs go through the C library's copies only after many bytes.
for (const round of ["by the engine's copies", "by the library's copies"]) {
  for (const ranks of [2, 3, 5]) {
    for (const count of [16384, 100_003]) {
      test(`${count} numbers of ${ranks} ranks are summed in the one order ${round}`, () => {
        const inputs = Array.from({ length: ranks }, (_, r) => {
          const numbers = new Float32Array(new SharedArrayBuffer(4 * count + 64), 8 * r, count);
          return numbers.map((_, i) => Math.fround(Math.sin(1 + i * (r + 1)) * 10 ** (r - 2)));
        });
        const outputs = [
          new Float32Array(count),
          inputs[0],
          new Float32Array(new SharedArrayBuffer(4 * count)),
        ];
        const expected = Float32Array.from({ length: count }, (_, i) => reference(inputs, i));
        const part = (numbers: Float32Array) => ({
          bytes: new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength),
          at: 0,
        });
        const sum = resolveOp("allreduce", "sum", FLOAT32);
        new Folder().fold(sum, FLOAT32, inputs.map(part), 4 * count, outputs.map(part));
        for (const output of outputs) assert.deepEqual(Array.from(output), Array.from(expected));
      });
    }
  }

  test(`many bytes have been copied ${round}`, () => {
    nativeCopy(1 << 26);
  });
}
