import { type Comm, self, world } from "../../comm/index.js";
import { type ErrorCode, TuttiError } from "../../errors.js";
import { addressOf, viewMemory } from "../../native/index.js";
import {
  doubleArray,
  type Indices,
  type InsertMode,
  insertMode,
  intArray,
  placeOf,
  requireLength,
  type Values,
} from "../indices.js";
import { IS } from "../is.js";
import type { Mat } from "../mat.js";
import { PetscObject } from "../object.js";
import { petsc } from "../runtime.js";
import type { Vec } from "../vec.js";
import { DM, type Lengths } from "./dm.js";
import { checkGmsh } from "./gmsh-check.js";
import { simplexBox } from "./simplex-box.js";

/** The label of every point on the boundary of the mesh, whose value is 1. */
const BOUNDARY = "boundary";
const ON_BOUNDARY = 1;
const MOST_DIMENSIONS = 3;

/** Options of {@link DMPlex.createBoxMesh}. */
export interface BoxMeshOptions {
  /** The ranks that share the mesh; the world if absent. */
  readonly comm?: Comm;
  /** The corner with the smallest coordinates; the origin if absent. */
  readonly lower?: readonly number[];
  /** The corner with the largest coordinates; (1, 1, …) if absent. */
  readonly upper?: readonly number[];
  /** Triangles and tetrahedra, as is if absent, or quadrilaterals and hexahedra. */
  readonly simplex?: boolean;
}

/** Where the unknowns of a discretisation are. */
export interface SectionOptions {
  /** Unknowns at each point by its dimension: `[1, 0, 0]` are linear elements on triangles, one at each vertex. */
  readonly dofs: readonly number[];
  /** Whether those on the boundary of the mesh are known, and so are no entries of global vectors; false if absent. */
  readonly fixBoundary?: boolean;
}

/** The affine map from PETSc's reference cell, whose coordinates go from -1 to 1, to a cell: x = origin + J (ξ + 1). */
export interface CellGeometry {
  /** The first vertex. */
  readonly origin: Float64Array;
  /** J, row by row. */
  readonly jacobian: Float64Array;
  /** J⁻¹, row by row. */
  readonly inverse: Float64Array;
  readonly determinant: number;
}

/**
 * A mesh of any cells that is divided among ranks (PETSc's DMPlex). Its points, numbered on each rank, are cells, faces, edges and
 * vertices; the closure of a point is it and everything that bounds it.
 */
export class DMPlex extends DM {
  /** Number of dimensions. */
  readonly dimension: number;
  readonly #doubles = new Float64Array(new SharedArrayBuffer(8 * (1 + 3 * MOST_DIMENSIONS ** 2)));
  /** Points of this rank. */
  readonly #points: number;
  protected lengths: Lengths | undefined;
  readonly #closureSizes = new Map<number, number>();
  /** Some local vector, to ask for sizes with. */
  #local: Vec | undefined;
  readonly #doublesAt = addressOf(this.#doubles);

  /** A mesh of a box with `faces` cells along each edge. Collective. */
  static createBoxMesh(faces: readonly number[], options: BoxMeshOptions = {}): DMPlex {
    const {
      comm = world(),
      lower = faces.map(() => 0),
      upper = faces.map(() => 1),
      simplex = true,
    } = options;
    const axes = faces.length;
    if (axes < 1 || axes > MOST_DIMENSIONS || lower.length !== axes || upper.length !== axes) {
      const message = `createBoxMesh: faces, lower and upper must have the same 1 to 3 entries, found ${axes}, ${lower.length} and ${upper.length}`;
      throw new TuttiError("argument", message);
    }
    const none = faces.find((count) => !(Number.isInteger(count) && count > 0));
    if (none !== undefined) {
      const message = `createBoxMesh: faces must have whole numbers from 1, found ${none}`;
      throw new TuttiError("argument", message, { found: none });
    }
    if (simplex) {
      const { cells, vertices } = comm.rank === 0 ? simplexBox(faces, lower, upper) : NOTHING;
      return DMPlex.createFromCellList(axes, cells, vertices, { comm });
    }
    const { f, scratch, handleOf } = petsc();
    const [counts, low, high] = [Int32Array.from(faces), Float64Array.from(lower), Float64Array.from(upper)];
    const places = [addressOf(counts), addressOf(low), addressOf(high)] as const;
    f.DMPlexCreateBoxMesh(handleOf(comm), axes, 0, ...places, 0, 1, scratch.at);
    return distributed(comm, scratch.pointer());
  }

  /**
   * A mesh of triangles or tetrahedra (or segments) that rank 0 lists. Collective.
   *
   * @param dimension number of dimensions
   * @param cells numbers of the vertices of each cell, `dimension + 1` of them; empty on the other ranks
   * @param vertices coordinates of each vertex, `dimension` of them; empty on the other ranks
   */
  static createFromCellList(
    dimension: number,
    cells: Indices,
    vertices: Values,
    { comm = world() }: { readonly comm?: Comm } = {},
  ): DMPlex {
    const corners = dimension + 1;
    const points = vertices.length / dimension;
    const wrong = cells.findIndex((vertex) => !(vertex >= 0 && vertex < points));
    if (wrong >= 0 || cells.length % corners !== 0 || !Number.isInteger(points)) {
      const what =
        wrong >= 0
          ? `cells[${wrong}] must be one of the ${points} vertices, found ${cells[wrong]}`
          : `cells must have ${corners} numbers for each cell and vertices ${dimension} for each vertex, found ${cells.length} and ${vertices.length}`;
      throw new TuttiError("argument", `createFromCellList: ${what}`);
    }
    const { f, scratch, handleOf } = petsc();
    const [list, places] = [intArray(cells), doubleArray(vertices)];
    const [listAt, placesAt] = [placeOf(list), placeOf(places)];
    const count = list.length / corners;
    f.DMPlexCreateFromCellListPetsc(
      handleOf(comm),
      dimension,
      count,
      points,
      corners,
      1,
      listAt,
      dimension,
      placesAt,
      scratch.at,
    );
    return distributed(comm, scratch.pointer());
  }

  /**
   * The mesh of a file of Gmsh. Collective.
   *
   * @throws TuttiError `file`, `format` or `petsc`, on every rank, if the file cannot be read or is malformed
   */
  static createGmsh(path: string, { comm = world() }: { readonly comm?: Comm } = {}): DMPlex {
    petsc(); // starts on all ranks together
    requireReadable(path, comm);
    return distributed(comm, readGmsh(path, comm));
  }

  constructor(comm: Comm, address: number) {
    super(comm, address);
    const { f, scratch } = petsc();
    f.DMGetDimension(address, scratch.at);
    this.dimension = scratch.ints[0];
    f.DMPlexGetChart(address, scratch.at, scratch.at + 4);
    this.#points = scratch.ints[1];
  }

  /** Throws unless there is such a point on this rank; PETSc does not always look. */
  #requirePoint(call: string, point: number): void {
    if (Number.isInteger(point) && point >= 0 && point < this.#points) return;
    const message = `${call}: point must be from 0 up to, without, ${this.#points}, found ${point}`;
    throw new TuttiError("argument", message, { call, found: point });
  }

  /** Unknowns of a point's closure. */
  #closureSize(call: string, point: number): number {
    const known = this.#closureSizes.get(point);
    if (known !== undefined) return known;
    this.#requirePoint(call, point);
    if (this.#local === undefined)
      throw new TuttiError("argument", `${call}: the mesh has no unknowns; call createSection first`);
    const { f, scratch } = petsc();
    scratch.ints[0] = 0;
    f.DMPlexVecGetClosure(this.handle, 0, this.#local.handle, point, scratch.at, 0);
    this.#closureSizes.set(point, scratch.ints[0]);
    return scratch.ints[0];
  }

  /** The same mesh with every cell divided. Collective. */
  refine(): DMPlex {
    const { f, scratch, handleOf } = petsc();
    f.DMRefine(this.handle, handleOf(this.comm), scratch.at);
    return new DMPlex(this.comm, scratch.pointer());
  }

  /** The points of this rank of a height: 0 are cells. */
  heightStratum(height: number): [begin: number, end: number] {
    return this.#stratum("DMPlexGetHeightStratum", height);
  }

  /** The points of this rank of a depth: 0 are vertices, 1 edges. */
  depthStratum(depth: number): [begin: number, end: number] {
    return this.#stratum("DMPlexGetDepthStratum", depth);
  }

  /** The points of this rank that bound a point directly: the edges of a triangle, say. */
  cone(point: number): Int32Array {
    this.#requirePoint("cone", point);
    const { f, scratch } = petsc();
    f.DMPlexGetConeSize(this.handle, point, scratch.at);
    const length = scratch.ints[0];
    f.DMPlexGetCone(this.handle, point, scratch.at);
    return length === 0
      ? new Int32Array(0)
      : new Int32Array(viewMemory(scratch.pointer(), 4 * length)).slice();
  }

  /** The points of this rank on the boundary of the mesh: faces, edges and vertices. */
  get boundary(): Int32Array {
    const { f, scratch } = petsc();
    f.DMGetStratumIS(this.handle, BOUNDARY, ON_BOUNDARY, scratch.at);
    const address = scratch.pointer();
    if (address === 0) return new Int32Array(0);
    using set = new IS(self(), address);
    return set.indices;
  }

  /** Says where unknowns are, of which vectors and matrices are made from then on. Collective. */
  createSection({ dofs, fixBoundary = false }: SectionOptions): void {
    if (dofs.length !== this.dimension + 1) {
      const message = `createSection: dofs must have an entry for each of the dimensions 0 to ${this.dimension} of points, found ${dofs.length}`;
      throw new TuttiError("argument", message, { found: dofs.length, wanted: this.dimension + 1 });
    }
    const { f, scratch } = petsc();
    f.DMSetNumFields(this.handle, 1);
    const [one, counts, zero] = [Int32Array.of(1), Int32Array.from(dofs), Int32Array.of(0)];
    using fixed = fixBoundary ? IS.createGeneral(this.boundary, { comm: self() }) : undefined;
    const sets = BigUint64Array.of(BigInt(fixed?.handle ?? 0));
    const [oneAt, countsAt] = [addressOf(one), addressOf(counts)];
    const [fieldAt, setsAt] = fixed === undefined ? [0, 0] : [addressOf(zero), addressOf(sets)];
    const known = Number(fixBoundary);
    f.DMPlexCreateSection(this.handle, 0, oneAt, countsAt, known, fieldAt, 0, setsAt, 0, scratch.at);
    const section = scratch.pointer();
    f.DMSetLocalSection(this.handle, section);
    f.PetscSectionDestroy(scratch.hold(section));
    this.#closureSizes.clear();
    this.#local?.destroy();
    this.#local = this.createLocalVector();
    using global = this.createGlobalVector();
    this.lengths = { global: global.array.length, local: this.#local.array.length };
  }

  override destroy(): void {
    this.#local?.destroy();
    super.destroy();
  }

  /** Where a cell is, as far as that can be said by an affine map. */
  cellGeometry(cell: number): CellGeometry {
    const { f } = petsc();
    const [n, at] = [this.dimension, this.#doublesAt];
    const square = n * n;
    const [jacobian, inverse] = [1 + n, 1 + n + square];
    const place = (i: number) => at + 8 * i;
    f.DMPlexComputeCellGeometryFEM(this.handle, cell, 0, place(1), place(jacobian), place(inverse), place(0));
    const doubles = this.#doubles;
    return {
      origin: doubles.slice(1, jacobian),
      jacobian: doubles.slice(jacobian, inverse),
      inverse: doubles.slice(inverse, inverse + square),
      determinant: doubles[0],
    };
  }

  /** The values of a local vector at the unknowns of a point's closure, a copy. */
  vecGetClosure(local: Vec, point: number): Float64Array {
    requireLength(
      "vecGetClosure",
      "the local vector",
      local.arrayRead.length,
      this.#local?.array.length ?? 0,
    );
    this.#requirePoint("vecGetClosure", point);
    const { f, scratch } = petsc();
    const { at, ints } = scratch;
    const vec = local.handle;
    ints.fill(0, 0, 4);
    f.DMPlexVecGetClosure(this.handle, 0, vec, point, at, at + 8);
    const values = new Float64Array(viewMemory(scratch.pointer(1), 8 * ints[0])).slice();
    f.DMPlexVecRestoreClosure(this.handle, 0, vec, point, at, at + 8);
    return values;
  }

  /** Sets the values of a local vector at the unknowns of a point's closure; known ones stay as they are. */
  vecSetClosure(local: Vec, point: number, values: Values, mode: InsertMode = "insert"): void {
    const from = doubleArray(values);
    requireLength(
      "vecSetClosure",
      "the local vector",
      local.arrayRead.length,
      this.#local?.array.length ?? 0,
    );
    requireLength("vecSetClosure", "values", from.length, this.#closureSize("vecSetClosure", point));
    petsc().f.DMPlexVecSetClosure(this.handle, 0, local.handle, point, addressOf(from), insertMode(mode));
  }

  /** Sets the entries of a matrix between the unknowns of a point's closure, row by row; known ones are left out. */
  matSetClosure(mat: Mat, point: number, values: Values, mode: InsertMode = "insert"): void {
    const from = doubleArray(values);
    requireLength("matSetClosure", "values", from.length, this.#closureSize("matSetClosure", point) ** 2);
    petsc().f.DMPlexMatSetClosure(this.handle, 0, 0, mat.handle, point, addressOf(from), insertMode(mode));
  }

  #stratum(call: "DMPlexGetHeightStratum" | "DMPlexGetDepthStratum", which: number): [number, number] {
    const { f, scratch } = petsc();
    f[call](this.handle, which, scratch.at, scratch.at + 4);
    return [scratch.ints[0], scratch.ints[1]];
  }
}

const NOTHING = { cells: new Int32Array(0), vertices: new Float64Array(0) };

function readGmsh(path: string, comm: Comm): number {
  const { f, scratch, handleOf } = petsc();
  f.DMPlexCreateGmshFromFile(handleOf(comm), path, 1, scratch.at);
  return scratch.pointer();
}

/** Only rank 0 reads the file, and what is wrong with it only that rank would notice while the others wait. */
function requireReadable(path: string, comm: Comm): void {
  let problem: { code: ErrorCode; message: string } | undefined;
  if (comm.rank === 0) {
    try {
      checkGmsh(path);
      new Destroyable(self(), readGmsh(path, self())).destroy();
    } catch (error) {
      const { code = "file", message } = error as { code?: ErrorCode; message: string };
      problem = { code, message: message.includes(path) ? message : `${path}: ${message}` };
    }
  }
  const found = comm.bcastObject(problem);
  if (found !== undefined) throw new TuttiError(found.code, found.message, { file: path });
}

class Destroyable extends PetscObject {}

/** Marks the boundary, while the mesh is still whole, and divides it among the ranks. */
function distributed(comm: Comm, address: number): DMPlex {
  const { f, scratch } = petsc();
  f.DMCreateLabel(address, BOUNDARY);
  f.DMGetLabel(address, BOUNDARY, scratch.at);
  const label = scratch.pointer();
  f.DMPlexMarkBoundaryFaces(address, ON_BOUNDARY, label);
  f.DMPlexLabelComplete(address, label);
  f.DMPlexDistribute(address, 0, 0, scratch.at);
  const parallel = scratch.pointer();
  if (parallel === 0) return new DMPlex(comm, address);
  f.PetscObjectDestroy(scratch.hold(address));
  return new DMPlex(comm, parallel);
}
