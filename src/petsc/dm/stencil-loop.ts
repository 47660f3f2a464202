/** Where the entries of grid points lie in an array. */
export interface Layout {
  /** Place of the first grid point. */
  readonly first: number;
  /** How much further the next row begins. */
  readonly row: number;
  /** How much further the next plane begins. */
  readonly plane: number;
}

/** The grid points that a stencil changes: planes of rows of columns, and where they lie. */
export interface StencilBox {
  readonly columns: number;
  readonly rows: number;
  readonly planes: number;
  /** In the array with neighbours. */
  readonly from: Layout;
  /** In the array of results, and in those of factors. */
  readonly to: Layout;
}

/** A stencil on an array: how much further each neighbour's entry lies, and its coefficient. */
export interface ArrayStencil {
  readonly offsets: Int32Array;
  readonly coefficients: Float64Array;
}

/** The kernel `stencil` in TypeScript, for memory that the kernels do not reach. The bits are the same. */
export function stencilLoop(
  { columns, rows, planes, from, to }: StencilBox,
  { offsets, coefficients }: ArrayStencil,
  x: Float64Array,
  y: Float64Array,
  scale: Float64Array | undefined,
  keep: Float64Array | undefined,
): void {
  const taps = offsets.length;
  for (let plane = 0; plane < planes; plane++) {
    for (let row = 0; row < rows; row++) {
      let p = from.first + plane * from.plane + row * from.row;
      let q = to.first + plane * to.plane + row * to.row;
      for (const end = q + columns; q < end; p++, q++) {
        let sum = 0;
        for (let tap = 0; tap < taps; tap++) sum += coefficients[tap] * x[p + offsets[tap]];
        if (scale !== undefined) sum *= scale[q];
        y[q] = keep === undefined ? sum : sum + keep[q] * y[q];
      }
    }
  }
}
