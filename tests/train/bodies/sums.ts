import { foldValues } from "../../../src/comm/fold.js";
import type { Comm } from "../../../src/comm/index.js";
import { sumNode } from "../../../src/train/summation-tree.js";
import { addTo, type FloatArray, TreeReduction } from "../../../src/train/tree-reduction.js";

/** Vectors of numbers whose sum depends on its order: of either sign and of very different sizes. */
function leafVector(leaf: number, length: number, dtype: "float32" | "float64"): FloatArray {
  const vector = dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const noise = Math.sin(12.9898 * (leaf + 1) + 78.233 * (i + 1)) * 43758.5453;
    vector[i] = (noise - Math.floor(noise) - 0.5) * 10 ** ((7 * leaf + i) % 6);
  }
  return vector;
}

interface Sum {
  readonly leaves: number;
  readonly length: number;
  readonly dtype: "float32" | "float64";
  readonly bucketBytes: number;
}

/** Sums in the tree over ranks, and by the order that the communicator documents; both on every rank. */
export function treeSums(comm: Comm, sums: readonly Sum[]): { sum: FloatArray; expected: FloatArray }[] {
  return sums.map(({ leaves, length, dtype, bucketBytes }) => {
    const reduction = new TreeReduction(comm, leaves, bucketBytes);
    const slots: FloatArray[] = [];
    for (const [slot, node] of reduction.nodes.entries()) {
      sumNode(
        node,
        slot,
        (leaf, to) => {
          slots[to] = leafVector(leaf, length, dtype);
        },
        (from, to) => addTo(slots[to], slots[from]),
      );
    }
    const own = slots.slice(0, reduction.nodes.length);
    reduction.reduce(own);
    const vectors = Array.from({ length: leaves }, (_, leaf) => leafVector(leaf, length, dtype));
    const add = (a: FloatArray, b: FloatArray) => a.map((x, i) => x + b[i]) as FloatArray;
    return { sum: own[0], expected: foldValues(add, vectors, leaves) };
  });
}
