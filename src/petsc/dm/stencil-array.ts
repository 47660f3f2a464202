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
  readonly data: Float64Array;
  /** Place of the entries of grid point (0, 0, 0) in `data`, which may lie outside of it. */
  readonly offset: number;
  readonly strideX: number;
  readonly strideY: number;
  readonly strideZ: number;
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
    this.offset = -(x * this.strideX + y * this.strideY + z * this.strideZ);
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
  set(value: number, place: number, i: number, j = 0, k = 0, row = 0, column = 0): void {
    const { offset, strideX, strideY, strideZ, dof } = this;
    const point = offset + i * strideX + j * strideY + k * strideZ;
    this.data[point + (place * dof + row) * dof + column] = value;
  }

  /** Makes the entries those of the matrix, all of them, ready for use. Collective. */
  assemble(): void {
    const mat = this.#mat.deref();
    if (mat !== undefined) petsc().f.MatSetValuesCOO(mat.handle, addressOf(this.data), INSERT);
  }

  /** Local row and column of each entry; -1 where there is none. */
  #places(owned: Box, seen: Box): [rows: Int32Array, columns: Int32Array] {
    const { stencil, dof } = this;
    const rows = new Int32Array(this.data.length);
    const columns = new Int32Array(this.data.length);
    const [nx, ny = 1, nz = 1] = owned.size;
    const [x, y = 0, z = 0] = owned.start;
    const [sx, sy = 1, sz = 1] = seen.size;
    const [gx, gy = 0, gz = 0] = seen.start;
    const localIndex = (i: number, j: number, k: number): number => {
      const [a, b, c] = [i - gx, j - gy, k - gz];
      const inside = a >= 0 && a < sx && b >= 0 && b < sy && c >= 0 && c < sz;
      return inside ? ((c * sy + b) * sx + a) * dof : -1;
    };
    let entry = 0;
    for (let k = z; k < z + nz; k++)
      for (let j = y; j < y + ny; j++)
        for (let i = x; i < x + nx; i++) {
          const from = localIndex(i, j, k);
          for (const [di, dj = 0, dk = 0] of stencil) {
            const to = localIndex(i + di, j + dj, k + dk);
            for (let row = 0; row < dof; row++)
              for (let column = 0; column < dof; column++, entry++) {
                rows[entry] = from + row;
                columns[entry] = to < 0 ? -1 : to + column;
              }
          }
        }
    return [rows, columns];
  }
}

const INSERT = 1;
