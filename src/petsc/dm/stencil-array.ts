import { addressOf } from "../../native/index.js";
import type { Mat } from "../mat.js";
import { petsc } from "../runtime.js";
import type { Box } from "./dmda.js";

/** Places around a grid point, each as its distance along the axes: `[[0, -1], [-1, 0], [0, 0], [1, 0], [0, 1]]`. */
export type Stencil = readonly (readonly number[])[];

/**
 * The entries of a matrix of a {@link DMDA} by grid point and place in a stencil: a row of the matrix for each grid point
 * of this rank, and in it one entry for each place of the stencil.
 *
 * `set(value, place, i, j)` compiles to plain indexing, and the entries go to PETSc in one call, so that a row costs a few
 * nanoseconds. Places beyond the edge of the grid may be set like others and are left out; around a periodic edge they are
 * the grid points of the other side. With more than one component each place is a block.
 */
export class StencilArray {
  /** All entries: those of grid point (i, j, k) begin at `offset + i * strideX + j * strideY + k * strideZ`. */
  declare readonly data: Float64Array;
  /** Place of the entries of grid point (0, 0, 0) in `data`, which may lie outside of it. */
  declare readonly offset: number;
  declare readonly strideX: number;
  declare readonly strideY: number;
  declare readonly strideZ: number;
  readonly #mat: WeakRef<Mat>;

  /**
   * Lays the places of entries down in the matrix. Collective.
   *
   * @param owned the grid points of this rank
   * @param seen the grid points that it sees, which local indices count
   */
  constructor(
    mat: Mat,
    readonly stencil: Stencil,
    owned: Box,
    seen: Box,
    readonly dof: number,
  ) {
    const [nx, ny = 1, nz = 1] = owned.size;
    const [x, y = 0, z = 0] = owned.start;
    this.strideX = stencil.length * dof * dof;
    this.strideY = this.strideX * nx;
    this.strideZ = this.strideY * ny;
    this.offset = 0 - (x * this.strideX + y * this.strideY + z * this.strideZ);
    this.data = new Float64Array(this.strideZ * nz);
    this.#mat = new WeakRef(mat);
    const [rows, columns] = this.#places(owned, seen);
    const { f } = petsc();
    f.MatSetPreallocationCOOLocal(mat.handle, rows.length, addressOf(rows), addressOf(columns));
  }

  /**
   * Changes one entry of the row of grid point (i, j, k).
   *
   * @param place which one of the stencil, from 0
   * @param row component of the grid point
   * @param column component at the place
   */
  set(value: number, place: number, i: number, j?: number, k?: number, row?: number, column?: number): void {
    // as in GridArray
    let point = (j! | 0) * this.strideY + this.offset + i * this.strideX;
    if (k !== undefined) point += k * this.strideZ;
    const { dof } = this;
    this.data[point + (place * dof + (row! | 0)) * dof + (column! | 0)] = value;
  }

  /** Makes the entries those of the matrix, all of them, ready for use. Collective. */
  assemble(): void {
    const mat = this.#mat.deref();
    if (mat !== undefined) petsc().f.MatSetValuesCOO(mat.handle, addressOf(this.data), INSERT);
  }

  /** Local row and column of each entry; -1 where there is none. */
  #places(owned: Box, seen: Box): [rows: Int32Array, columns: Int32Array] {
    const { dof } = this;
    const rows = new Int32Array(this.data.length);
    const columns = new Int32Array(this.data.length);
    const [nx, ny = 1, nz = 1] = owned.size;
    const [sx, sy = 1, sz = 1] = seen.size;
    // the first owned grid point, counted from the first that is seen
    const [x, y = 0, z = 0] = owned.start.map((first, axis) => first - seen.start[axis]);
    const far = this.stencil.map(([di, dj = 0, dk = 0]) => ({
      di,
      dj,
      dk,
      points: (dk * sy + dj) * sx + di,
    }));
    let entry = 0;
    for (let k = z; k < z + nz; k++)
      for (let j = y; j < y + ny; j++)
        for (let i = x; i < x + nx; i++) {
          const point = (k * sy + j) * sx + i;
          for (const { di, dj, dk, points } of far) {
            const inside = within(i + di, sx) && within(j + dj, sy) && within(k + dk, sz);
            for (let row = 0; row < dof; row++)
              for (let column = 0; column < dof; column++, entry++) {
                rows[entry] = point * dof + row;
                columns[entry] = inside ? (point + points) * dof + column : -1;
              }
          }
        }
    return [rows, columns];
  }
}

function within(index: number, length: number): boolean {
  return index >= 0 && index < length;
}

const INSERT = 1;
