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
  const sums = new Float64Array(columns);
  for (let plane = 0; plane < planes; plane++) {
    for (let row = 0; row < rows; row++) {
      const p = from.first + plane * from.plane + row * from.row;
      const q = to.first + plane * to.plane + row * to.row;
      sums.fill(0);
      let tap = 0;
      for (; tap + 4 < offsets.length; tap += 5) addFive(sums, coefficients, offsets, tap, x, p);
      for (; tap < offsets.length; tap++) addTap(sums, coefficients[tap], x, p + offsets[tap]);
      if (scale !== undefined) for (let i = 0; i < columns; i++) sums[i] *= scale[q + i];
      if (keep !== undefined) for (let i = 0; i < columns; i++) sums[i] += keep[q + i] * y[q + i];
      y.set(sums, q);
    }
  }
}

function addTap(sums: Float64Array, coefficient: number, x: Float64Array, first: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] += coefficient * x[first + i];
}

/** Five taps in one pass, in their order: each pass over the sums costs as much as its taps. */
function addFive(
  sums: Float64Array,
  coefficients: Float64Array,
  offsets: Int32Array,
  tap: number,
  x: Float64Array,
  first: number,
): void {
  const c0 = coefficients[tap];
  const p0 = first + offsets[tap];
  const c1 = coefficients[tap + 1];
  const p1 = first + offsets[tap + 1];
  const c2 = coefficients[tap + 2];
  const p2 = first + offsets[tap + 2];
  const c3 = coefficients[tap + 3];
  const p3 = first + offsets[tap + 3];
  const c4 = coefficients[tap + 4];
  const p4 = first + offsets[tap + 4];
  for (let i = 0; i < sums.length; i++) {
    const sum = sums[i] + c0 * x[p0 + i] + c1 * x[p1 + i] + c2 * x[p2 + i];
    sums[i] = sum + c3 * x[p3 + i] + c4 * x[p4 + i];
  }
}
