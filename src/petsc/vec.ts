import { type Comm, self, world } from "../comm/index.js";
import { addressOf, viewMemory } from "../native/index.js";
import { onAllRanks } from "./agreement.js";
import {
  doubleArray,
  type Indices,
  type InsertMode,
  insertMode,
  intArray,
  intOf,
  placeOf,
  requireLength,
  requireWithin,
  type Values,
} from "./indices.js";
import { type LGMap, noLocalNumbers } from "./lg-map.js";
import { numberOf } from "./names.js";
import { handlesOf, type Ownership, PetscObject } from "./object.js";
import { petsc } from "./runtime.js";
import { type Size, splitSize } from "./sizes.js";
import type { Viewer } from "./viewer.js";

/** Which norm (`NormType`). */
export type NormType = "1" | "2" | "frobenius" | "infinity";

const NORMS: readonly NormType[] = ["1", "2", "frobenius", "infinity"];

/** Options of new vectors. */
export interface VecOptions {
  /** The ranks that share the vector; the world if absent. */
  readonly comm?: Comm;
  /** Entries that belong together; 1 if absent. */
  readonly blockSize?: number;
}

/**
 * A vector of real numbers, of which each rank has a contiguous part (PETSc's Vec).
 *
 * The local entries of vectors made here lie in memory of JavaScript: {@link Vec.array} is that memory, without a copy,
 * and stays valid when the vector is destroyed. Methods that combine vectors or give a global number are collective.
 */
export class Vec extends PetscObject {
  /** Local entries, if this side owns the memory. */
  #memory: Float64Array | undefined;
  #view: Float64Array | undefined;
  #ghosted: Float64Array | undefined;
  #written = false;
  #size: number | undefined;

  /** @param memory the local entries that PETSc has been told to use; absent for vectors whose memory is PETSc's */
  constructor(comm: Comm, address: number, ownership?: Ownership, memory?: Float64Array) {
    super(comm, address, ownership);
    this.#memory = memory;
  }

  /** A vector of all ranks of `comm`, zero. Collective. */
  static createMPI(size: Size, { comm = world(), blockSize = 1 }: VecOptions = {}): Vec {
    const { local, global } = splitSize("Vec.createMPI", comm, size);
    return Vec.createWithArray(newEntries(local), { comm, blockSize, global });
  }

  /** A vector of this rank alone, zero. */
  static createSeq(size: number, options: VecOptions = {}): Vec {
    const { local } = splitSize("Vec.createSeq", self(), size);
    return Vec.createWithArray(newEntries(local), { comm: self(), ...options });
  }

  /** A vector whose local entries are `array`, without a copy. Collective. */
  static createWithArray(
    array: Float64Array,
    { comm = world(), blockSize = 1, global = -1 }: VecOptions & { readonly global?: number } = {},
  ): Vec {
    const { f, scratch, handleOf } = petsc();
    const handle = handleOf(comm);
    const at = placeOf(array);
    if (comm.size === 1) f.VecCreateSeqWithArray(handle, blockSize, array.length, at, scratch.at);
    else f.VecCreateMPIWithArray(handle, blockSize, array.length, global, at, scratch.at);
    return new Vec(comm, scratch.pointer(), "owned", array);
  }

  /**
   * A vector of all ranks of `comm`, zero, of which this rank also sees the entries `ghosts` of other ranks, behind its own
   * in {@link Vec.localForm}. Collective.
   */
  static createGhost(ghosts: Indices, size: Size, { comm = world() }: { readonly comm?: Comm } = {}): Vec {
    const { local, global } = splitSize("Vec.createGhost", comm, size);
    const { f, scratch, handleOf } = petsc();
    const [list, memory] = [intArray(ghosts), newEntries(local + ghosts.length)];
    const [listAt, at] = [placeOf(list), placeOf(memory)];
    f.VecCreateGhostWithArray(handleOf(comm), local, global, list.length, listAt, at, scratch.at);
    const vec = new Vec(comm, scratch.pointer(), "owned", memory.subarray(0, local));
    vec.#ghosted = memory;
    return vec;
  }

  override get handle(): number {
    const handle = super.handle;
    if (this.#written) this.#noteWriting(handle);
    return handle;
  }

  /**
   * The local entries, in place: reading and writing them is reading and writing the vector. For vectors that PETSc has
   * made, valid until they are destroyed.
   */
  get array(): Float64Array {
    this.#written = true;
    return this.#memory ?? this.#look(super.handle, "VecGetArray", "VecRestoreArray");
  }

  /** The local entries, for reading only. */
  get arrayRead(): Float64Array {
    return this.#memory ?? this.#look(this.handle, "VecGetArrayRead", "VecRestoreArrayRead");
  }

  /** The local entries and behind them the ghosts, of a vector made by {@link Vec.createGhost}; else as {@link Vec.array}. */
  get localForm(): Float64Array {
    this.#written = true;
    return this.#ghosted ?? this.array;
  }

  /** Brings the values of their owners to all ghosts, or, with "reverse", those of ghosts to their owners. Collective. */
  ghostUpdate(mode: InsertMode = "insert", direction: "forward" | "reverse" = "forward"): void {
    const { f } = petsc();
    const [handle, how, way] = [this.handle, insertMode(mode), direction === "forward" ? 0 : 1];
    f.VecGhostUpdateBegin(handle, how, way);
    f.VecGhostUpdateEnd(handle, how, way);
  }

  /** Gives entries local numbers, for {@link Vec.setValuesLocal}. */
  setLGMap(map: LGMap): void {
    petsc().f.VecSetLocalToGlobalMapping(this.handle, map.handle);
  }

  /** Sets entries by their local numbers; {@link Vec.assemble} must follow. */
  setValuesLocal(indices: Indices, values: Values, mode: InsertMode = "insert"): void {
    requireLength("setValuesLocal", "values", values.length, indices.length);
    const { f, scratch } = petsc();
    f.VecGetLocalToGlobalMapping(this.handle, scratch.at);
    const map = scratch.pointer();
    if (map === 0) throw noLocalNumbers("Vec");
    const [local, globals] = [intArray(indices), new Int32Array(indices.length)];
    f.ISLocalToGlobalMappingApply(map, local.length, placeOf(local), placeOf(globals));
    this.setValues(globals, values, mode);
  }

  /** Global number of entries. */
  get size(): number {
    return this.#int("VecGetSize");
  }

  /** The same, asked of PETSc only once. */
  #sizeOnce(): number {
    this.#size ??= this.size;
    return this.#size;
  }

  /** Number of entries of this rank. */
  get localSize(): number {
    return this.#int("VecGetLocalSize");
  }

  /** Number of entries that belong together. */
  get blockSize(): number {
    return this.#int("VecGetBlockSize");
  }

  /** The first entry of this rank, and the first one behind its last. */
  get ownershipRange(): [begin: number, end: number] {
    const { f, scratch } = petsc();
    f.VecGetOwnershipRange(this.handle, scratch.at, scratch.at + 4);
    return [scratch.ints[0], scratch.ints[1]];
  }

  /** A vector of the same layout and type, zero. Collective. */
  duplicate(): Vec {
    const { f, scratch } = petsc();
    f.VecDuplicate(this.handle, scratch.at);
    return adopt(this.comm, scratch.pointer());
  }

  /** Copies all entries to `to`, which it returns; to a new vector if absent. Collective. */
  copy(to: Vec = this.duplicate()): Vec {
    petsc().f.VecCopy(this.handle, this.peer(to));
    return to;
  }

  /** Makes every entry `value`. */
  set(value: number): void {
    petsc().f.VecSet(this.handle, value);
  }

  /** Makes every entry 0. */
  zeroEntries(): void {
    this.set(0);
  }

  scale(factor: number): void {
    petsc().f.VecScale(this.handle, factor);
  }

  /** Adds `value` to every entry. */
  shift(value: number): void {
    petsc().f.VecShift(this.handle, value);
  }

  swap(other: Vec): void {
    petsc().f.VecSwap(this.handle, this.peer(other));
  }

  /** this ← alpha x + this. */
  axpy(alpha: number, x: Vec): void {
    petsc().f.VecAXPY(this.handle, alpha, this.peer(x));
  }

  /** this ← x + alpha this. */
  aypx(alpha: number, x: Vec): void {
    petsc().f.VecAYPX(this.handle, alpha, this.peer(x));
  }

  /** this ← alpha x + beta this. */
  axpby(alpha: number, beta: number, x: Vec): void {
    petsc().f.VecAXPBY(this.handle, alpha, beta, this.peer(x));
  }

  /** this ← alpha x + y. */
  waxpy(alpha: number, x: Vec, y: Vec): void {
    petsc().f.VecWAXPY(this.handle, alpha, this.peer(x), this.peer(y));
  }

  /** this ← this + Σ alphas[i] xs[i]. */
  maxpy(alphas: Values, xs: readonly Vec[]): void {
    requireLength("maxpy", "alphas", alphas.length, xs.length);
    const factors = doubleArray(alphas);
    const { f } = petsc();
    f.VecMAXPY(this.handle, xs.length, addressOf(factors), addressOf(handlesOf(xs)));
  }

  /** The sum of the products of entries. Collective. */
  dot(other: Vec): number {
    const { f, scratch } = petsc();
    f.VecDot(this.handle, this.peer(other), scratch.at);
    return scratch.doubles[0];
  }

  /** The inner products with several vectors, at the price of one. Collective. */
  mDot(others: readonly Vec[]): Float64Array {
    const { f } = petsc();
    const products = new Float64Array(others.length);
    if (others.length > 0)
      f.VecMDot(this.handle, others.length, addressOf(handlesOf(others)), addressOf(products));
    return products;
  }

  /** The 2-norm, or another one. Collective. */
  norm(type: NormType = "2"): number {
    const { f, scratch } = petsc();
    f.VecNorm(this.handle, normNumber("norm", type), scratch.at);
    return scratch.doubles[0];
  }

  /** Divides by the 2-norm, which it returns. Collective. */
  normalize(): number {
    const { f, scratch } = petsc();
    f.VecNormalize(this.handle, scratch.at);
    return scratch.doubles[0];
  }

  /** The sum of all entries. Collective. */
  sum(): number {
    const { f, scratch } = petsc();
    f.VecSum(this.handle, scratch.at);
    return scratch.doubles[0];
  }

  /** The smallest entry and its index. Collective. */
  min(): { index: number; value: number } {
    return this.#extreme("VecMin");
  }

  /** The largest entry and its index. Collective. */
  max(): { index: number; value: number } {
    return this.#extreme("VecMax");
  }

  abs(): void {
    petsc().f.VecAbs(this.handle);
  }

  /** Replaces every entry that is not 0 by 1 over it. */
  reciprocal(): void {
    petsc().f.VecReciprocal(this.handle);
  }

  exp(): void {
    petsc().f.VecExp(this.handle);
  }

  log(): void {
    petsc().f.VecLog(this.handle);
  }

  sqrtAbs(): void {
    petsc().f.VecSqrtAbs(this.handle);
  }

  /** this ← x · y, entry by entry. */
  pointwiseMult(x: Vec, y: Vec): void {
    petsc().f.VecPointwiseMult(this.handle, this.peer(x), this.peer(y));
  }

  /** this ← x / y, entry by entry. */
  pointwiseDivide(x: Vec, y: Vec): void {
    petsc().f.VecPointwiseDivide(this.handle, this.peer(x), this.peer(y));
  }

  /** this ← the larger of x and y, entry by entry. */
  pointwiseMax(x: Vec, y: Vec): void {
    petsc().f.VecPointwiseMax(this.handle, this.peer(x), this.peer(y));
  }

  /** this ← the smaller of x and y, entry by entry. */
  pointwiseMin(x: Vec, y: Vec): void {
    petsc().f.VecPointwiseMin(this.handle, this.peer(x), this.peer(y));
  }

  /** Sets one entry of any rank; {@link Vec.assemble} must follow. */
  setValue(index: number, value: number, mode: InsertMode = "insert"): void {
    const { f, scratch } = petsc();
    const size = this.#sizeOnce();
    if (!(index >= 0 && index < size))
      requireWithin("setValue: indices", Int32Array.of(intOf(index)), 0, size);
    scratch.ints[0] = intOf(index);
    scratch.doubles[1] = value;
    f.VecSetValues(this.handle, 1, scratch.at, scratch.at + 8, insertMode(mode));
  }

  /** Sets entries of any rank; {@link Vec.assemble} must follow. */
  setValues(indices: Indices, values: Values, mode: InsertMode = "insert"): void {
    requireLength("setValues", "values", values.length, indices.length);
    const [at, from] = [intArray(indices), doubleArray(values)];
    requireWithin("setValues: indices", at, 0, this.#sizeOnce());
    petsc().f.VecSetValues(this.handle, at.length, addressOf(at), addressOf(from), insertMode(mode));
  }

  /** Entries of this rank. */
  getValues(indices: Indices): Float64Array {
    const at = intArray(indices);
    const [begin, end] = this.ownershipRange;
    requireWithin("getValues: indices", at, begin, end);
    const values = new Float64Array(at.length);
    petsc().f.VecGetValues(this.handle, at.length, addressOf(at), addressOf(values));
    return values;
  }

  /** Brings the values that were set to their ranks. Collective. */
  assemble(): void {
    const { f } = petsc();
    f.VecAssemblyBegin(this.handle);
    f.VecAssemblyEnd(this.handle);
  }

  /** Fills the vector from a binary file, with what comes next, or an HDF5 file, by its name. Collective. */
  load(viewer: Viewer): void {
    const { f } = petsc();
    const { handle } = this;
    onAllRanks(this.comm, "Vec.load", () => f.VecLoad(handle, viewer.handle));
    if (this.#memory === undefined || this.#memory.length === 0) return;
    const found = this.#look(handle, "VecGetArrayRead", "VecRestoreArrayRead");
    if (addressOf(found) === addressOf(this.#memory)) return;
    this.#memory.set(found); // HDF5 has given the vector other memory
    f.VecResetArray(handle);
    f.VecPlaceArray(handle, addressOf(this.#memory));
  }

  #int(call: "VecGetSize" | "VecGetLocalSize" | "VecGetBlockSize"): number {
    const { f, scratch } = petsc();
    f[call](this.handle, scratch.at);
    return scratch.ints[0];
  }

  #extreme(call: "VecMin" | "VecMax"): { index: number; value: number } {
    const { f, scratch } = petsc();
    f[call](this.handle, scratch.at, scratch.at + 8);
    return { index: scratch.ints[0], value: scratch.doubles[1] };
  }

  /** PETSc remembers norms until it is told that entries may have changed. */
  #noteWriting(handle: number): void {
    const { f, scratch } = petsc();
    f.VecGetArray(handle, scratch.at);
    f.VecRestoreArray(handle, scratch.at);
  }

  #look(
    handle: number,
    get: "VecGetArray" | "VecGetArrayRead",
    restore: "VecRestoreArray" | "VecRestoreArrayRead",
  ): Float64Array {
    const { f, scratch } = petsc();
    f.VecGetLocalSize(handle, scratch.at);
    const length = scratch.ints[0];
    f[get](handle, scratch.at);
    const at = scratch.pointer();
    f[restore](handle, scratch.at);
    if (length === 0) return new Float64Array(0);
    if (this.#view?.length !== length || addressOf(this.#view) !== at)
      this.#view = new Float64Array(viewMemory(at, 8 * length));
    return this.#view;
  }
}

/** A vector that PETSc has made for us, with its entries in memory of JavaScript. */
export function adopt(comm: Comm, address: number): Vec {
  const { f, scratch } = petsc();
  f.VecGetLocalSize(address, scratch.at);
  const memory = newEntries(scratch.ints[0]);
  if (memory.length > 0) f.VecPlaceArray(address, addressOf(memory));
  return new Vec(comm, address, "owned", memory);
}

/** The number of a norm in PETSc. */
export function normNumber(call: string, type: NormType): number {
  return numberOf(`${call}: the norm`, NORMS, type);
}

/** Memory whose place never changes. */
function newEntries(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}
