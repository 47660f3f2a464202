// The 5-point Laplacian with 1,000,000 rows by COO assembly. Prints what its peer bench/peers/petsc_laplacian.c prints.
import { median } from "../../src/cli/bench/timing.js";
import { initialize, Mat } from "../../src/petsc/index.js";

const WIDTH = 1000;
const ROUNDS = 5;

/** A matrix that is assembled, and its entries. */
function laplacian(n: number): { a: Mat; entries: Float64Array } {
  const most = 5 * n * n;
  const [rows, columns, values] = [new Int32Array(most), new Int32Array(most), new Float64Array(most)];
  let count = 0;
  const set = (row: number, column: number, value: number) => {
    rows[count] = row;
    columns[count] = column;
    values[count++] = value;
  };
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const row = j * n + i;
      if (j > 0) set(row, row - n, -1);
      if (i > 0) set(row, row - 1, -1);
      set(row, row, 4);
      if (i < n - 1) set(row, row + 1, -1);
      if (j < n - 1) set(row, row + n, -1);
    }
  }
  const entries = values.subarray(0, count);
  const a = Mat.createAIJ(n * n);
  a.setPreallocationCOO(rows.subarray(0, count), columns.subarray(0, count));
  a.setValuesCOO(entries);
  return { a, entries };
}

initialize();
const times: Record<"assembly" | "values", number[]> = { assembly: [], values: [] };
for (let round = 0; round < ROUNDS; round++) {
  const start = performance.now();
  const { a, entries } = laplacian(WIDTH);
  const assembled = performance.now();
  a.setValuesCOO(entries);
  times.values.push(performance.now() - assembled);
  times.assembly.push(assembled - start);
  a.destroy();
}
console.log(JSON.stringify({ assembly: median(times.assembly), values: median(times.values) }));
