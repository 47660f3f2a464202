import assert from "node:assert/strict";
import { test } from "node:test";
import { kernels } from "../../src/kernels/index.js";
import { stencilLoop } from "../../src/petsc/dm/stencil-loop.js";

/** Where kernels do not reach memory, a loop does the same. */
test("the loop and the kernel give the same bits, and change the same entries", () => {
  const box = {
    columns: 19,
    rows: 5,
    planes: 3,
    from: { first: 1 + 21 + 21 * 7, row: 21, plane: 21 * 7 },
    to: { first: 23, row: 22, plane: 22 * 6 },
  };
  const offsets = Int32Array.of(0, 1, -1, 21, -21, 147, -147);
  const coefficients = Float64Array.from(offsets, (_, tap) => Math.cos(tap));
  const numbers = (length: number, seed: number) =>
    Float64Array.from({ length }, (_, i) => Math.sin(seed + i ** 2));
  const x = numbers(21 * 7 * 5, 1);
  const length = 22 * 6 * 4;
  const [scale, keep] = [numbers(length, 2), numbers(length, 3)];
  const { heap, f } = kernels();
  const put = (values: Float64Array | Int32Array) => {
    const pointer = heap.allocate(values.byteLength);
    heap[values instanceof Int32Array ? "i32" : "f64"].set(values, pointer / values.BYTES_PER_ELEMENT);
    return pointer;
  };
  for (const s of [undefined, scale])
    for (const k of [undefined, keep]) {
      const [y, old] = [numbers(length, 4), numbers(length, 4)];
      stencilLoop(box, { offsets, coefficients }, x, y, s, k);
      const arrays = [offsets, coefficients, x, old, ...(s ? [s] : []), ...(k ? [k] : [])];
      const pointers = new Map<ArrayBufferView, number>(arrays.map((array) => [array, put(array)]));
      const at = (array: ArrayBufferView | undefined, first: number) =>
        array === undefined ? 0 : pointers.get(array)! + 8 * first;
      const { columns, rows, planes, from, to } = box;
      f.stencil_f64(
        planes,
        rows,
        columns,
        offsets.length,
        at(offsets, 0),
        at(coefficients, 0),
        at(x, from.first),
        from.plane,
        from.row,
        at(s, to.first),
        at(k, to.first),
        at(old, to.first),
        to.plane,
        to.row,
      );
      const found = heap.f64.subarray(at(old, 0) / 8, at(old, length) / 8);
      assert.deepEqual([...y], [...found]);
      assert.ok(y.some((value, i) => value !== old[i]));
      for (const [array, pointer] of pointers) heap.release(pointer, array.byteLength);
    }
});
