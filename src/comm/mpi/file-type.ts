import { isStraight } from "../file/pattern.js";
import type { View } from "../file/view.js";
import type { FileFunctions } from "./file-functions.js";
import type { Mpi } from "./mpi.js";

/** A datatype in use. */
export interface FileType {
  readonly handle: number;
  free(): void;
}

const MOST = 0x7fffffff;

/** The datatype of a view from its first run on (MPI 4.1, section 14.3); where there are no gaps, that of an element. */
export function fileType(mpi: Mpi, f: FileFunctions, view: View, must: (code: number) => void): FileType {
  const { type, pattern } = view;
  const element = mpi.types[type.code];
  if (isStraight(pattern) || pattern.length === 0) return { handle: element, free() {} };
  const longest = Math.max(pattern.run, ...pattern.loops.map(({ count }) => count));
  if (longest > MOST)
    throw new Error(`engine mpi has views of at most ${MOST} elements in a row, not ${longest}`);
  const made = new Int32Array(2);
  const at = mpi.address(made);
  let handle = element;
  const wrap = (build: (old: number) => number) => {
    const old = handle;
    must(build(old));
    handle = mpi.handleAt(made, 0);
    if (old !== element) freeType(old);
  };
  const freeType = (old: number) => {
    f.Type_free(mpi.address(mpi.handles([old])));
  };
  wrap((old) => f.Type_contiguous(pattern.run, old, at));
  for (const { count, stride } of pattern.loops)
    wrap((old) => f.Type_create_hvector(count, 1, stride * type.bytes, old, at));
  wrap((old) => f.Type_create_resized(old, 0, pattern.extent * type.bytes, at));
  must(f.Type_commit(at));
  return { handle, free: () => freeType(handle) };
}
