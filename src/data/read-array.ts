import { basename } from "node:path";
import { type ReadOptions, readBytes } from "./files.js";
import { recognise } from "./format.js";
import { parseIdx } from "./idx.js";
import type { NdArray } from "./ndarray.js";
import { parseNpy } from "./npy.js";

/**
 * Reads an array from an NPY or IDX file: the one that its name says (`.npy`, or `idx` anywhere in it), else the one
 * that its first bytes say.
 *
 * @throws as `readNpy` and `readIdx`.
 */
export function readArray(path: string, options: ReadOptions = {}): NdArray {
  const bytes = readBytes(path, options);
  const name = basename(path).toLowerCase();
  const isNpy = /\.npy(\.gz)?$/.test(name) || (!name.includes("idx") && recognise(bytes) === "an NPY file");
  return isNpy ? parseNpy(bytes, path) : parseIdx(bytes, path);
}
