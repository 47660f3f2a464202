import { type Comm, world } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import { viewMemory } from "../native/index.js";
import { type Indices, intArray, placeOf } from "./indices.js";
import { PetscObject } from "./object.js";
import { petsc } from "./runtime.js";
import type { Viewer } from "./viewer.js";

const COPY_VALUES = 0;

/** Options of new index sets. */
export interface ISOptions {
  /** The ranks that share the set; the world if absent. */
  readonly comm?: Comm;
}

/**
 * Indices of entries of vectors or of rows of matrices, in an order, of which each rank has a part (PETSc's IS). The same
 * index may stand in it several times.
 */
export class IS extends PetscObject {
  /** The indices that are given, those of this rank. Collective. */
  static createGeneral(indices: Indices, { comm = world() }: ISOptions = {}): IS {
    const { f, scratch, handleOf } = petsc();
    const mine = intArray(indices);
    f.ISCreateGeneral(handleOf(comm), mine.length, placeOf(mine), COPY_VALUES, scratch.at);
    return new IS(comm, scratch.pointer());
  }

  /** `size` indices of this rank: `first`, `first + step`, `first + 2 step`, … Collective. */
  static createStride(size: number, first = 0, step = 1, { comm = world() }: ISOptions = {}): IS {
    const { f, scratch, handleOf } = petsc();
    f.ISCreateStride(handleOf(comm), size, first, step, scratch.at);
    return new IS(comm, scratch.pointer());
  }

  /** Whole blocks: block b stands for the indices from `b * blockSize` to `(b + 1) * blockSize - 1`. Collective. */
  static createBlock(blockSize: number, blocks: Indices, { comm = world() }: ISOptions = {}): IS {
    const { f, scratch, handleOf } = petsc();
    const mine = intArray(blocks);
    f.ISCreateBlock(handleOf(comm), blockSize, mine.length, placeOf(mine), COPY_VALUES, scratch.at);
    return new IS(comm, scratch.pointer());
  }

  /** Number of indices of all ranks together. */
  get size(): number {
    return this.#int("ISGetSize");
  }

  /** Number of indices of this rank. */
  get localSize(): number {
    return this.#int("ISGetLocalSize");
  }

  /** Number of indices that make up a block; 1 for sets without blocks. */
  get blockSize(): number {
    return this.#int("ISGetBlockSize");
  }

  /** A copy of the indices of this rank. */
  get indices(): Int32Array {
    const { f, scratch } = petsc();
    const { handle, localSize } = this;
    if (localSize === 0) return new Int32Array(0);
    f.ISGetIndices(handle, scratch.at);
    const at = scratch.pointer();
    const copy = new Int32Array(viewMemory(at, 4 * localSize)).slice();
    f.ISRestoreIndices(handle, scratch.hold(at));
    return copy;
  }

  /** A set of the same indices. Collective. */
  duplicate(): IS {
    const { f, scratch } = petsc();
    f.ISDuplicate(this.handle, scratch.at);
    return new IS(this.comm, scratch.pointer());
  }

  /** Puts the indices of each rank in ascending order. */
  sort(): void {
    petsc().f.ISSort(this.handle);
  }

  /** Whether both have the same indices on each rank, in any order. Collective. */
  equals(other: IS): boolean {
    const { f, scratch } = petsc();
    scratch.ints[0] = 0; // a bool of one byte leaves the others as they are
    f.ISEqual(this.handle, other.handle, scratch.at);
    return scratch.ints[0] !== 0;
  }

  /** A set on each rank with the indices of all ranks, in the order of ranks. Collective. */
  allGather(): IS {
    const { f, scratch } = petsc();
    f.ISAllGather(this.handle, scratch.at);
    return new IS(this.comm, scratch.pointer());
  }

  /** The indices of each rank that are in this set, in the other one, or in both. Collective. */
  union(other: IS): IS {
    return this.#combine("ISExpand", other);
  }

  /** The indices of each rank that are in this set and not in the other one. Collective. */
  difference(other: IS): IS {
    return this.#combine("ISDifference", other);
  }

  /** The indices from `begin` up to, without, `end` that are not in the part of this rank. Collective. */
  complement(begin: number, end: number): IS {
    const { f, scratch } = petsc();
    f.ISComplement(this.handle, begin, end, scratch.at);
    return new IS(this.comm, scratch.pointer());
  }

  /** Fills the set, of a type that lists its indices, from a binary or HDF5 file; there by its name. Collective. */
  load(viewer: Viewer): void {
    petsc().f.ISLoad(this.handle, viewer.handle);
  }

  #int(call: "ISGetSize" | "ISGetLocalSize" | "ISGetBlockSize"): number {
    const { f, scratch } = petsc();
    f[call](this.handle, scratch.at);
    return scratch.ints[0];
  }

  #combine(call: "ISExpand" | "ISDifference", other: IS): IS {
    const { f, scratch } = petsc();
    f[call](this.handle, other.handle, scratch.at);
    const address = scratch.pointer();
    if (address === 0) throw new TuttiError("petsc", `${call}: PETSc has returned no set`, { call });
    return new IS(this.comm, address);
  }
}
