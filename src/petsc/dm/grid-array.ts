/**
 * The entries of a vector of a {@link DMDA} by their place in the global grid.
 *
 * `at(i, j)` and `set(value, i, j)` compile to plain indexing. In the innermost loops one may also index `data` itself: the
 * entry of grid point (i, j, k), component c, is `data[offset + i * strideX + j * strideY + k * strideZ + c]`.
 */
export class GridArray {
  /** Place of grid point (0, 0, 0) in `data`, which may lie outside of it. */
  readonly offset: number;
  readonly strideX: number;
  readonly strideY: number;
  readonly strideZ: number;

  /**
   * @param data the local entries
   * @param start the grid point that comes first in them
   * @param size how many grid points there are along each axis
   * @param dof components of each grid point
   */
  constructor(
    readonly data: Float64Array,
    start: readonly number[],
    size: readonly number[],
    readonly dof: number,
  ) {
    const [x, y = 0, z = 0] = start;
    const [nx, ny = 1] = size;
    this.strideX = dof;
    this.strideY = dof * nx;
    this.strideZ = dof * nx * ny;
    this.offset = -(x * this.strideX + y * this.strideY + z * this.strideZ);
  }

  /** Component `c` of a grid point. */
  at(i: number, j = 0, k = 0, c = 0): number {
    return this.data[this.offset + i * this.strideX + j * this.strideY + k * this.strideZ + c];
  }

  /** Changes component `c` of a grid point. */
  set(value: number, i: number, j = 0, k = 0, c = 0): void {
    this.data[this.offset + i * this.strideX + j * this.strideY + k * this.strideZ + c] = value;
  }
}
