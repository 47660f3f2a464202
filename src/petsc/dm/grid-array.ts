/**
 * The entries of a vector of a {@link DMDA} by their place in the global grid.
 *
 * `at(i, j)` and `set(value, i, j)` compile to plain indexing. In the innermost loops one may also index `data` itself: the
 * entry of grid point (i, j, k), component c, is `data[offset + i * strideX + j * strideY + k * strideZ + c]`.
 */
export class GridArray {
  // Declared, not defined: V8 then knows each to be a small integer, or an array, from the first value it gets.

  /** The local entries. */
  declare readonly data: Float64Array;
  /** Components of each grid point. */
  declare readonly dof: number;
  /** Place of grid point (0, 0, 0) in `data`, which may lie outside of it. */
  declare readonly offset: number;
  declare readonly strideX: number;
  declare readonly strideY: number;
  declare readonly strideZ: number;

  /**
   * @param data the local entries
   * @param start the grid point that comes first in them
   * @param size how many grid points there are along each axis
   * @param dof components of each grid point
   */
  constructor(data: Float64Array, start: readonly number[], size: readonly number[], dof: number) {
    const [x, y = 0, z = 0] = start;
    const [nx, ny = 1] = size;
    this.data = data;
    this.dof = dof;
    this.strideX = dof;
    this.strideY = dof * nx;
    this.strideZ = dof * nx * ny;
    // subtracted from 0: -(0) would be the float -0, and every index computed from it a float
    this.offset = 0 - (x * this.strideX + y * this.strideY + z * this.strideZ);
  }

  /** Place of an entry in {@link GridArray.data}; what is absent is 0. */
  index(i: number, j?: number, k?: number, c?: number): number {
    return (j! | 0) * this.strideY + this.offset + i * this.strideX + (k! | 0) * this.strideZ + (c! | 0);
  }

  // `j | 0` is 0 where j is absent, as a default would be, but keeps V8 from comparing j with undefined in every call
  // after inlining, which took twice the time of all else. The order of terms lets neighbours in a row share a sum.

  /** Component `c` of a grid point; what is absent is 0. */
  at(i: number, j?: number, k?: number, c?: number): number {
    let place = (j! | 0) * this.strideY + this.offset + i * this.strideX;
    if (k !== undefined) place += k * this.strideZ + (c! | 0);
    return this.data[place];
  }

  /** Changes component `c` of a grid point; what is absent is 0. */
  set(value: number, i: number, j?: number, k?: number, c?: number): void {
    let place = (j! | 0) * this.strideY + this.offset + i * this.strideX;
    if (k !== undefined) place += k * this.strideZ + (c! | 0);
    this.data[place] = value;
  }
}
