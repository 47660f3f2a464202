// The whole field of a distributed grid on one rank, for pictures.

import type { DMDA, Vec } from "tutti/petsc";
import type { Field } from "./drawing.js";

/** Gathers a vector of a grid in two dimensions on rank 0; undefined on the others. Collective. */
export function gatherField(grid: DMDA, vector: Vec): Field | undefined {
  const { comm, corners, sizes } = grid;
  const boxes = comm.gatherObject(corners);
  const counts = comm.allgather(Int32Array.of(vector.localSize));
  const all = comm.gather(Float64Array.from(vector.arrayRead), { counts });
  if (!boxes || !all) return undefined;
  const [nx, ny] = sizes;
  const values = new Float64Array(nx * ny);
  let from = 0;
  for (const { start, size } of boxes) {
    for (let j = start[1]; j < start[1] + size[1]; j++, from += size[0])
      values.set(all.subarray(from, from + size[0]), j * nx + start[0]);
  }
  return { values, nx, ny };
}
