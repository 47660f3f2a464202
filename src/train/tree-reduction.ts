import type { Comm } from "../comm/index.js";
import { partition } from "../data/index.js";
import { divide, followsRanks, type LeafRange, wholeNodes } from "./summation-tree.js";

export type FloatArray = Float32Array | Float64Array;

/** Adds elementwise in the precision of `to`. */
export function addTo(to: FloatArray, from: ArrayLike<number>): void {
  for (let i = 0; i < to.length; i++) to[i] += from[i];
}

/**
 * The sum of vectors, one for each leaf of a summation tree, that are dealt out to ranks in contiguous parts. Each rank
 * adds up its own {@link nodes}; the rest has the same bits for every number of ranks.
 */
export class TreeReduction {
  readonly #comm: Comm;
  /** How many vectors are summed. */
  readonly leaves: number;
  readonly #bucketBytes: number;
  /** Of every rank, the nodes that it sums alone. */
  readonly #nodes: readonly (readonly LeafRange[])[];
  readonly #followsRanks: boolean;

  /**
   * @param leaves at least one for each rank
   * @param bucketBytes how much of a vector one collective takes
   */
  constructor(comm: Comm, leaves: number, bucketBytes: number) {
    this.#comm = comm;
    this.leaves = leaves;
    this.#bucketBytes = bucketBytes;
    const parts = Array.from({ length: comm.size }, (_, rank) => partition(leaves, comm.size, rank));
    this.#nodes = parts.map(([start, end]) => wholeNodes(leaves, { start, end }));
    this.#followsRanks = followsRanks(
      leaves,
      parts.map(([start]) => start),
    );
  }

  /** What this rank sums alone, in order. */
  get nodes(): readonly LeafRange[] {
    return this.#nodes[this.#comm.rank];
  }

  /**
   * Sums over all ranks into the first vector, the same on every rank. Collective.
   *
   * @param sums the sums of this rank's nodes, in order, alike in length and type
   */
  reduce(sums: readonly FloatArray[]): void {
    if (this.#comm.size === 1) return;
    const [{ length, BYTES_PER_ELEMENT }] = sums;
    const step = Math.ceil(this.#bucketBytes / BYTES_PER_ELEMENT);
    for (let start = 0; start < length; start += step) {
      const buckets = sums.map((sum) => sum.subarray(start, start + step));
      if (this.#followsRanks) this.#comm.allreduce(buckets[0], { out: buckets[0] });
      else buckets[0].set(this.#join(this.#gather(buckets)));
    }
  }

  /** The vectors of all ranks, in the order of ranks and nodes. */
  #gather(own: readonly FloatArray[]): FloatArray[] {
    const { length } = own[0];
    const packed =
      own[0] instanceof Float32Array
        ? new Float32Array(own.length * length)
        : new Float64Array(own.length * length);
    for (const [i, vector] of own.entries()) packed.set(vector, i * length);
    const all = this.#comm.allgather(packed, { counts: this.#nodes.map((nodes) => nodes.length * length) });
    return this.#nodes.flat().map((_, i) => all.subarray(i * length, (i + 1) * length));
  }

  /** Joins the nodes of all ranks in the order of the tree; changes them. */
  #join(sums: readonly FloatArray[]): FloatArray {
    const places = new Map(this.#nodes.flat().map(({ start, end }, place) => [`${start} ${end}`, place]));
    const join = ({ start, end }: LeafRange): FloatArray => {
      const place = places.get(`${start} ${end}`);
      if (place !== undefined) return sums[place];
      const middle = divide({ start, end });
      const left = join({ start, end: middle });
      addTo(left, join({ start: middle, end }));
      return left;
    };
    return join({ start: 0, end: this.leaves });
  }
}
