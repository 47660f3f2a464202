import { type Comm, world } from "../../comm/index.js";
import { TuttiError } from "../../errors.js";
import type { Mat } from "../mat.js";
import { numberOf } from "../names.js";
import { petsc } from "../runtime.js";
import type { Vec } from "../vec.js";
import { DM, type Lengths } from "./dm.js";
import { GridArray } from "./grid-array.js";
import { type Stencil, StencilArray } from "./stencil-array.js";
import { StencilOperator, type Taps } from "./stencil-operator.js";

/** What is beyond an edge of the grid. */
export type BoundaryType = "none" | "ghosted" | "mirror" | "periodic";

/** Which neighbours a rank sees: along the axes, or the corners too. */
export type StencilType = "star" | "box";

const BOUNDARIES: readonly BoundaryType[] = ["none", "ghosted", "mirror", "periodic"];
const STENCILS: readonly StencilType[] = ["star", "box"];
const DECIDE = -1;

/** Options of {@link DMDA.create}. */
export interface DMDAOptions {
  /** The ranks that share the grid; the world if absent. */
  readonly comm?: Comm;
  /** Numbers at each grid point; 1 if absent. */
  readonly dof?: number;
  /** Layers of other ranks' grid points that a rank sees; 1 if absent. */
  readonly stencilWidth?: number;
  /** `"star"` if absent. */
  readonly stencilType?: StencilType;
  /** For all axes, or for each; `"none"` if absent. */
  readonly boundary?: BoundaryType | readonly BoundaryType[];
  /** Ranks along each axis; chosen if absent. */
  readonly procSizes?: readonly number[];
}

/** A box of grid points. */
export interface Box {
  /** The first grid point along each axis. */
  readonly start: readonly number[];
  /** Number of grid points along each axis. */
  readonly size: readonly number[];
}

/** A rectangular grid in one to three dimensions that is divided among ranks (PETSc's DMDA). */
export class DMDA extends DM {
  /** Number of grid points along each axis. */
  readonly sizes: readonly number[];
  /** Numbers at each grid point. */
  readonly dof: number;
  /** The grid points of this rank. */
  readonly corners: Box;
  /** The grid points that this rank sees. */
  readonly ghostCorners: Box;
  /** Layers of other ranks' grid points that a rank sees. */
  readonly stencilWidth: number;
  readonly stencilType: StencilType;
  readonly #stencils = new WeakMap<Mat, StencilArray>();
  readonly #arrays = new WeakMap<Float64Array, GridArray>();

  protected readonly lengths: Lengths;

  /** A grid of `sizes` points. Takes what the command line says (`-da_grid_x`, `-da_refine`). Collective. */
  static create(sizes: readonly number[], options: DMDAOptions = {}): DMDA {
    const { comm = world(), dof = 1, stencilWidth = 1, stencilType = "star", procSizes } = options;
    const axes = sizes.length;
    if (axes < 1 || axes > 3) throw wrong("sizes must have 1 to 3 entries", axes);
    const boundaries = sizes.map((_, axis) => {
      const { boundary = "none" } = options;
      const name = typeof boundary === "string" ? boundary : boundary[axis];
      return numberOf("DMDA: boundary", BOUNDARIES, name);
    });
    const stencil = numberOf("DMDA: stencilType", STENCILS, stencilType);
    const ranks = sizes.map((_, axis) => procSizes?.[axis] ?? DECIDE);
    const { f, scratch, handleOf } = petsc();
    const [handle, { at }] = [handleOf(comm), scratch];
    const [bx, by, bz] = boundaries;
    const [nx, ny, nz] = sizes;
    const [px, py, pz] = ranks;
    if (axes === 1) f.DMDACreate1d(handle, bx, nx, dof, stencilWidth, 0, at);
    else if (axes === 2) f.DMDACreate2d(handle, bx, by, stencil, nx, ny, px, py, dof, stencilWidth, 0, 0, at);
    else f.DMDACreate3d(handle, bx, by, bz, stencil, nx, ny, nz, px, py, pz, dof, stencilWidth, 0, 0, 0, at);
    const address = scratch.pointer();
    f.DMSetFromOptions(address);
    f.DMSetUp(address);
    return new DMDA(comm, address, axes, dof);
  }

  private constructor(comm: Comm, address: number, axes: number, dof: number) {
    super(comm, address);
    const { f, scratch } = petsc();
    const { at, ints } = scratch;
    const take = (from: number) => Array.from(ints.subarray(from, from + axes));
    f.DMDAGetInfo(this.handle, at, at + 4, at + 8, at + 12, 0, 0, 0, 0, at + 16, 0, 0, 0, at + 20);
    this.sizes = take(1);
    this.dof = dof;
    this.stencilWidth = ints[4];
    this.stencilType = STENCILS[ints[5]];
    f.DMDAGetCorners(this.handle, at, at + 4, at + 8, at + 12, at + 16, at + 20);
    this.corners = { start: take(0), size: take(3) };
    f.DMDAGetGhostCorners(this.handle, at, at + 4, at + 8, at + 12, at + 16, at + 20);
    this.ghostCorners = { start: take(0), size: take(3) };
    const count = ({ size }: Box) => size.reduce((product, n) => product * n, dof);
    this.lengths = { global: count(this.corners), local: count(this.ghostCorners) };
  }

  /** The entries of a global or local vector of this grid by their place in the grid, to read and to change. */
  array(vec: Vec): GridArray {
    return this.#grid(vec.array);
  }

  /** As {@link DMDA.array}, to read only, which also works for vectors that PETSc has locked. */
  arrayRead(vec: Vec): GridArray {
    return this.#grid(vec.arrayRead);
  }

  /**
   * The entries of a matrix of this grid by grid point and place in `stencil`; {@link StencilArray.assemble} brings them
   * into the matrix. The first call for a matrix, or with another stencil, lays down where its entries are; later calls
   * give the same array, with what was set before. Collective.
   */
  stencilArray(mat: Mat, stencil: Stencil): StencilArray {
    const known = this.#stencils.get(mat);
    if (known !== undefined && same(known.stencil, stencil)) return known;
    this.#requireSeen(stencil);
    const made = new StencilArray(mat, stencil, this.corners, this.ghostCorners, this.dof);
    this.#stencils.set(mat, made);
    return made;
  }

  /**
   * The sum of neighbours with constant coefficients, `[[0, 0, -4], [1, 0, 1], [-1, 0, 1], [0, 1, 1], [0, -1, 1]]`: distances
   * along the axes, then the coefficient.
   *
   * @throws TuttiError `argument` for grid points that a rank does not see, and grids of several components
   */
  stencil(taps: Taps): StencilOperator {
    const axes = this.sizes.length;
    if (this.dof !== 1) throw wrong("a stencil needs a grid with one component (dof)", this.dof);
    this.#requireSeen(taps.map((tap) => tap.slice(0, axes)));
    for (const tap of taps) {
      if (tap.length === axes + 1 && tap.slice(0, axes).every(Number.isInteger)) continue;
      throw wrong(`each tap must be ${axes} whole distances along axes and a coefficient`, `[${tap}]`);
    }
    return new StencilOperator(taps, this.corners, this.ghostCorners);
  }

  /** Gives each grid point a place in the box from `low` to `high`. Collective. */
  setUniformCoordinates(low: readonly number[], high: readonly number[]): void {
    const [x0, y0 = 0, z0 = 0] = low;
    const [x1, y1 = 1, z1 = 1] = high;
    petsc().f.DMDASetUniformCoordinates(this.handle, x0, x1, y0, y1, z0, z1);
  }

  /** Copies a global vector to one whose order is that of the grid as a whole, row by row. Collective. */
  globalToNatural(global: Vec, natural: Vec): void {
    const { f } = petsc();
    f.DMDAGlobalToNaturalBegin(this.handle, global.handle, INSERT, natural.handle);
    f.DMDAGlobalToNaturalEnd(this.handle, global.handle, INSERT, natural.handle);
  }

  /** Throws unless all places of a stencil are those of grid points that a rank sees. */
  #requireSeen(stencil: Stencil): void {
    for (const place of stencil) {
      const far = place.some((distance) => Math.abs(distance) > this.stencilWidth);
      const beside = this.stencilType === "star" && place.filter((distance) => distance !== 0).length > 1;
      if (place.length === this.sizes.length && !far && !beside) continue;
      const wanted = `${this.sizes.length} distances along axes within a ${this.stencilType} of width ${this.stencilWidth}`;
      throw wrong(`each place of the stencil must be ${wanted}`, `[${place}]`);
    }
  }

  /** The same for the same entries: programs ask for it in every step. */
  #grid(entries: Float64Array): GridArray {
    const known = this.#arrays.get(entries);
    if (known !== undefined) return known;
    for (const { start, size } of [this.corners, this.ghostCorners]) {
      const length = size.reduce((product, n) => product * n, this.dof);
      if (length !== entries.length) continue;
      const made = new GridArray(entries, start, size, this.dof);
      this.#arrays.set(entries, made);
      return made;
    }
    throw wrong("the vector must be a global or local one of this grid; its local length is", entries.length);
  }
}

const INSERT = 1;

function same(a: Stencil, b: Stencil): boolean {
  return a === b || String(a) === String(b);
}

function wrong(what: string, found: unknown): TuttiError {
  return new TuttiError("argument", `DMDA: ${what}, found ${found}`, { found });
}
