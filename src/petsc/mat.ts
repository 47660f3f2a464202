import { type Comm, world } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import { addressOf } from "../native/index.js";
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
import type { NullSpace } from "./null-space.js";
import { PetscObject } from "./object.js";
import { petsc } from "./runtime.js";
import { type Size, splitSize } from "./sizes.js";
import type { PetscFunctions } from "./table.js";
import { adopt, type NormType, normNumber, Vec } from "./vec.js";
import type { Viewer } from "./viewer.js";

/** Rows and columns; one number for a square matrix. */
export type MatSizes = number | readonly [rows: Size, columns: Size];

/** Options of new matrices. */
export interface MatOptions {
  /** The ranks that share the matrix; the world if absent. */
  readonly comm?: Comm;
}

/** Options of sparse matrices. */
export interface AijOptions extends MatOptions {
  /** Rows and columns that belong together; 1 if absent. */
  readonly blockSize?: number;
  /**
   * Entries to reserve in each row: in the columns of this rank, and in those of others (the same number if only one is
   * given). Absent for matrices that {@link Mat.setUp} or {@link Mat.setPreallocationCOO} gives room.
   */
  readonly nnz?: number | readonly [diagonal: number, offDiagonal: number];
}

/** What a matrix without entries does (MATSHELL). Each is called on all ranks. */
export interface ShellOperations {
  /** y ← A x. */
  mult(x: Vec, y: Vec): void;
  /** y ← Aᵀ x. */
  multTranspose?(x: Vec, y: Vec): void;
  /** d ← the diagonal of A. */
  getDiagonal?(d: Vec): void;
}

const FINAL_ASSEMBLY = 0;
const NEW_MATRIX = 0;
const COPY_VALUES = 1;
const DIFFERENT_PATTERN = 0;
const DEFAULT = -2;
/** Values of `MatOperation`. */
const OPERATIONS = { mult: 3, multTranspose: 5, getDiagonal: 17 } as const;

/** A matrix of real numbers whose rows are divided among ranks (PETSc's Mat). */
export class Mat extends PetscObject {
  /** A sparse matrix, empty. Collective. */
  static createAIJ(sizes: MatSizes, { comm = world(), blockSize = 1, nnz }: AijOptions = {}): Mat {
    const { f, scratch, handleOf } = petsc();
    const [rows, columns] = split("Mat.createAIJ", comm, sizes);
    f.MatCreate(handleOf(comm), scratch.at);
    const mat = new Mat(comm, scratch.pointer());
    f.MatSetSizes(mat.handle, rows.local, columns.local, rows.global, columns.global);
    f.MatSetType(mat.handle, "aij");
    if (blockSize > 1) f.MatSetBlockSize(mat.handle, blockSize);
    f.MatSetFromOptions(mat.handle);
    if (nnz !== undefined) {
      const [diagonal, offDiagonal] = typeof nnz === "number" ? [nnz, nnz] : nnz;
      requireWithin("Mat.createAIJ: nnz", intArray([diagonal, offDiagonal]), 0, 2 ** 31);
      f.MatSeqAIJSetPreallocation(mat.handle, diagonal, 0);
      f.MatMPIAIJSetPreallocation(mat.handle, diagonal, 0, offDiagonal, 0);
    }
    mat.#hasRoom = nnz !== undefined;
    return mat;
  }

  /** A matrix that has all its entries, zero. Collective. */
  static createDense(sizes: MatSizes, { comm = world() }: MatOptions = {}): Mat {
    const { f, scratch, handleOf } = petsc();
    const [rows, columns] = split("Mat.createDense", comm, sizes);
    const { local: m, global: M } = rows;
    f.MatCreateDense(handleOf(comm), m, columns.local, M, columns.global, 0, scratch.at);
    const mat = new Mat(comm, scratch.pointer());
    mat.assemble();
    return mat;
  }

  /** A matrix that is known by what it does to vectors. Collective. */
  static createShell(sizes: MatSizes, operations: ShellOperations, { comm = world() }: MatOptions = {}): Mat {
    const { f, scratch, handleOf } = petsc();
    const [rows, columns] = split("Mat.createShell", comm, sizes);
    const { local: m, global: M } = rows;
    f.MatCreateShell(handleOf(comm), m, columns.local, M, columns.global, 0, scratch.at);
    const mat = new Mat(comm, scratch.pointer());
    for (const name of ["mult", "multTranspose"] as const) {
      if (operations[name] === undefined) continue;
      mat.#operation(name, "i:ppp", (_: number, x: number, y: number) =>
        operations[name]?.(mat.borrow(Vec, x), mat.borrow(Vec, y)),
      );
    }
    if (operations.getDiagonal !== undefined) {
      mat.#operation("getDiagonal", "i:pp", (_: number, d: number) =>
        operations.getDiagonal?.(mat.borrow(Vec, d)),
      );
    }
    return mat;
  }

  /** Global number of rows and columns. */
  get size(): [rows: number, columns: number] {
    return this.#pair("MatGetSize");
  }

  /** Number of rows of this rank, and of the entries of a vector that goes with them. */
  get localSize(): [rows: number, columns: number] {
    return this.#pair("MatGetLocalSize");
  }

  /** The first row of this rank, and the first one behind its last. */
  get ownershipRange(): [begin: number, end: number] {
    return this.#pair("MatGetOwnershipRange");
  }

  /** Vectors for A x = b: `right` goes with the columns, `left` with the rows. Collective. */
  createVecs(): { right: Vec; left: Vec } {
    const { f, scratch } = petsc();
    f.MatCreateVecs(this.handle, scratch.at, scratch.at + 8);
    const [right, left] = [scratch.pointer(0), scratch.pointer(1)];
    return { right: adopt(this.comm, right), left: adopt(this.comm, left) };
  }

  /** Reserves as much as PETSc does where nothing is known of the entries. Collective. */
  setUp(): void {
    petsc().f.MatSetUp(this.handle);
    this.#hasRoom = true;
  }

  /** Sets one entry; {@link Mat.assemble} must follow. */
  setValue(row: number, column: number, value: number, mode: InsertMode = "insert"): void {
    const { f, scratch } = petsc();
    const { at } = scratch;
    this.#requireRoom("setValue");
    scratch.ints[0] = intOf(row);
    scratch.ints[1] = intOf(column);
    scratch.doubles[1] = value;
    f.MatSetValues(this.handle, 1, at, 1, at + 4, at + 8, insertMode(mode));
  }

  /** Sets a block of entries, row by row; {@link Mat.assemble} must follow. */
  setValues(rows: Indices, columns: Indices, values: Values, mode: InsertMode = "insert"): void {
    this.#requireRoom("setValues");
    requireLength("setValues", "values", values.length, rows.length * columns.length);
    const [i, j, v] = [intArray(rows), intArray(columns), doubleArray(values)];
    const { f } = petsc();
    const number = insertMode(mode);
    f.MatSetValues(this.handle, i.length, addressOf(i), j.length, addressOf(j), addressOf(v), number);
  }

  /**
   * Sets entries of one row of a matrix of a {@link DMDA}, by grid points; {@link Mat.assemble} must follow.
   *
   * @param row grid point and component: [i, j, k, c], where absent ones are 0
   * @param columns the same for each entry, four numbers each
   */
  setRowStencil(
    row: readonly number[],
    columns: ArrayLike<number>,
    values: ArrayLike<number>,
    mode: InsertMode = "insert",
  ): void {
    const { f, scratch } = petsc();
    const { ints, doubles, at } = scratch;
    const n = values.length;
    if (columns.length !== 4 * n || n > MOST_STENCIL) throw wrongStencil(columns.length, n);
    // PETSc's MatStencil is {k, j, i, c}
    ints[0] = row[2] ?? 0;
    ints[1] = row[1] ?? 0;
    ints[2] = row[0];
    ints[3] = row[3] ?? 0;
    for (let e = 0; e < n; e++) {
      ints[4 * e + 4] = columns[4 * e + 2];
      ints[4 * e + 5] = columns[4 * e + 1];
      ints[4 * e + 6] = columns[4 * e];
      ints[4 * e + 7] = columns[4 * e + 3];
      doubles[VALUES + e] = values[e];
    }
    f.MatSetValuesStencil(this.handle, 1, at, n, at + 16, at + 8 * VALUES, insertMode(mode));
  }

  /**
   * Says where the entries of this rank are that {@link Mat.setValuesCOO} gives: entry k in row `rows[k]` and column
   * `columns[k]`; the same place may stand several times, and rows may be other ranks'. Collective.
   */
  setPreallocationCOO(rows: Int32Array, columns: Int32Array): void {
    requireLength("setPreallocationCOO", "columns", columns.length, rows.length);
    // PETSc sorts them in place
    const [i, j] = [rows.slice(), columns.slice()];
    const [height, width] = this.size;
    // negative ones are left out
    requireWithin("setPreallocationCOO: rows", i, -(2 ** 31), height);
    requireWithin("setPreallocationCOO: columns", j, -(2 ** 31), width);
    petsc().f.MatSetPreallocationCOO(this.handle, i.length, addressOf(i), addressOf(j));
    this.#coo = rows.length;
    this.#hasRoom = true;
  }

  /** Gives the values of the entries in the order of {@link Mat.setPreallocationCOO}, and assembles. Collective. */
  setValuesCOO(values: Float64Array, mode: InsertMode = "insert"): void {
    requireLength("setValuesCOO", "values", values.length, this.#coo);
    petsc().f.MatSetValuesCOO(this.handle, addressOf(values), insertMode(mode));
  }

  #coo = 0;

  /** Whether PETSc has places for entries; else it would write to no memory. */
  #hasRoom = true;

  #requireRoom(call: string): void {
    if (this.#hasRoom) return;
    const message = `${call}: this matrix has no room for entries; create it with nnz, or call setUp or setPreallocationCOO first`;
    throw new TuttiError("argument", message, { call });
  }

  /** Entries of rows of this rank, row by row. */
  getValues(rows: Indices, columns: Indices): Float64Array {
    const [i, j] = [intArray(rows), intArray(columns)];
    const values = new Float64Array(i.length * j.length);
    petsc().f.MatGetValues(this.handle, i.length, addressOf(i), j.length, addressOf(j), addressOf(values));
    return values;
  }

  /** Brings the values that were set to their ranks and makes the matrix ready for use. Collective. */
  assemble(): void {
    this.#requireRoom("assemble");
    const { f } = petsc();
    f.MatAssemblyBegin(this.handle, FINAL_ASSEMBLY);
    f.MatAssemblyEnd(this.handle, FINAL_ASSEMBLY);
  }

  /** y ← A x. Collective. */
  mult(x: Vec, y: Vec): void {
    petsc().f.MatMult(this.handle, this.peer(x), this.peer(y));
  }

  /** y ← Aᵀ x. Collective. */
  multTranspose(x: Vec, y: Vec): void {
    petsc().f.MatMultTranspose(this.handle, this.peer(x), this.peer(y));
  }

  /** z ← y + A x. Collective. */
  multAdd(x: Vec, y: Vec, z: Vec): void {
    petsc().f.MatMultAdd(this.handle, this.peer(x), this.peer(y), this.peer(z));
  }

  /** d ← the diagonal. Collective. */
  getDiagonal(d: Vec): void {
    petsc().f.MatGetDiagonal(this.handle, this.peer(d));
  }

  /** The Frobenius norm, the largest column sum ("1") or the largest row sum ("infinity"). Collective. */
  norm(type: NormType = "frobenius"): number {
    const { f, scratch } = petsc();
    f.MatNorm(this.handle, normNumber("norm", type), scratch.at);
    return scratch.doubles[0];
  }

  scale(factor: number): void {
    petsc().f.MatScale(this.handle, factor);
  }

  /** Adds `value` to the diagonal. Collective. */
  shift(value: number): void {
    petsc().f.MatShift(this.handle, value);
  }

  /** Makes all entries 0; where they are stays. */
  zeroEntries(): void {
    this.#requireRoom("zeroEntries");
    petsc().f.MatZeroEntries(this.handle);
  }

  /**
   * Makes rows those of the identity times `diagonal`. With the known values `x`, puts those of the rows, times
   * `diagonal`, into `b`. Collective.
   */
  zeroRows(rows: Indices, diagonal = 1, x?: Vec, b?: Vec): void {
    this.#zero("MatZeroRows", rows, diagonal, x, b);
  }

  /** As {@link Mat.zeroRows}, and the columns too, so that the matrix stays symmetric; `b` loses what they gave. Collective. */
  zeroRowsColumns(rows: Indices, diagonal = 1, x?: Vec, b?: Vec): void {
    this.#zero("MatZeroRowsColumns", rows, diagonal, x, b);
  }

  /** A copy. Collective. */
  duplicate(): Mat {
    return this.#made((f, at) => f.MatDuplicate(this.handle, COPY_VALUES, at));
  }

  /** The transposed matrix, a new one. Collective. */
  transpose(): Mat {
    return this.#made((f, at) => f.MatTranspose(this.handle, NEW_MATRIX, at));
  }

  /** The product A B, a new matrix. Collective. */
  matMult(b: Mat): Mat {
    for (const factor of [this, b]) factor.#requireRoom("matMult");
    return this.#made((f, at) => f.MatMatMult(this.handle, this.peer(b), NEW_MATRIX, DEFAULT, at));
  }

  /** The same matrix as another type, such as `"dense"`. Collective. */
  convert(type: "aij" | "baij" | "sbaij" | "dense" | (string & {})): Mat {
    return this.#made((f, at) => f.MatConvert(this.handle, type, NEW_MATRIX, at));
  }

  /** this ← alpha X + this. Collective. */
  axpy(alpha: number, x: Mat): void {
    petsc().f.MatAXPY(this.handle, alpha, this.peer(x), DIFFERENT_PATTERN);
  }

  /** this ← diag(left) this diag(right). Collective. */
  diagonalScale(left?: Vec, right?: Vec): void {
    petsc().f.MatDiagonalScale(this.handle, left?.handle ?? 0, right?.handle ?? 0);
  }

  /** Gives rows and columns local numbers, for {@link Mat.setValuesLocal}. */
  setLGMap(rows: LGMap, columns: LGMap = rows): void {
    petsc().f.MatSetLocalToGlobalMapping(this.handle, rows.handle, columns.handle);
  }

  /** Sets a block of entries by local numbers, row by row; {@link Mat.assemble} must follow. */
  setValuesLocal(rows: Indices, columns: Indices, values: Values, mode: InsertMode = "insert"): void {
    requireLength("setValuesLocal", "values", values.length, rows.length * columns.length);
    const [i, j, v] = [intArray(rows), intArray(columns), doubleArray(values)];
    this.#requireRoom("setValuesLocal");
    const { f, scratch } = petsc();
    f.MatGetLocalToGlobalMapping(this.handle, scratch.at, scratch.at + 8);
    if (scratch.pointer() === 0) throw noLocalNumbers("Mat");
    const number = insertMode(mode);
    f.MatSetValuesLocal(this.handle, i.length, addressOf(i), j.length, addressOf(j), addressOf(v), number);
  }

  /** Says which vectors the matrix makes 0: solvers then find a solution of a singular system. */
  setNullSpace(space: NullSpace): void {
    petsc().f.MatSetNullSpace(this.handle, space.handle);
    this.keep("null space", space);
  }

  /** Says which vectors it makes nearly 0, from which multigrid makes its coarse spaces. */
  setNearNullSpace(space: NullSpace): void {
    petsc().f.MatSetNearNullSpace(this.handle, space.handle);
    this.keep("near null space", space);
  }

  /** Fills the matrix from a binary file. Collective. */
  load(viewer: Viewer): void {
    onAllRanks(this.comm, "Mat.load", () => petsc().f.MatLoad(this.handle, viewer.handle));
    this.#hasRoom = true;
  }

  #operation(
    name: keyof typeof OPERATIONS,
    signature: "i:pp" | "i:ppp",
    call: (...args: never[]) => void,
  ): void {
    petsc().f.MatShellSetOperation(this.handle, OPERATIONS[name], this.callback(signature, call));
  }

  #zero(
    call: "MatZeroRows" | "MatZeroRowsColumns",
    rows: Indices,
    diagonal: number,
    x: Vec | undefined,
    b: Vec | undefined,
  ): void {
    const list = intArray(rows);
    petsc().f[call](this.handle, list.length, placeOf(list), diagonal, x?.handle ?? 0, b?.handle ?? 0);
  }

  #made(make: (f: PetscFunctions, at: number) => void): Mat {
    const { f, scratch } = petsc();
    make(f, scratch.at);
    return new Mat(this.comm, scratch.pointer());
  }

  #pair(call: "MatGetSize" | "MatGetLocalSize" | "MatGetOwnershipRange"): [number, number] {
    const { f, scratch } = petsc();
    f[call](this.handle, scratch.at, scratch.at + 4);
    return [scratch.ints[0], scratch.ints[1]];
  }
}

/** Room for the entries of a row in memory at a fixed address. */
const MOST_STENCIL = 128;
/** Where their values begin there, in doubles. */
const VALUES = 2 + 2 * MOST_STENCIL;

function wrongStencil(found: number, entries: number): TuttiError {
  const message = `setRowStencil: columns must have 4 numbers for each of the ${entries} entries, at most ${MOST_STENCIL}, found ${found}`;
  return new TuttiError("argument", message, { found, entries });
}

function split(call: string, comm: Comm, sizes: MatSizes) {
  const [rows, columns] = typeof sizes === "number" ? [sizes, sizes] : sizes;
  return [splitSize(call, comm, rows), splitSize(call, comm, columns)];
}
