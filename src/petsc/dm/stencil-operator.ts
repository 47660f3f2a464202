import { TuttiError } from "../../errors.js";
import { type KernelFunctions, kernels } from "../../kernels/index.js";
import { requireLength } from "../indices.js";
import type { Vec } from "../vec.js";
import type { Box } from "./dmda.js";
import { type ArrayStencil, type Layout, type StencilBox, stencilLoop } from "./stencil-loop.js";

/**
 * Neighbours of a grid point, each as its distance along the axes and behind them its coefficient:
 * `[[-1, 1], [0, -2], [1, 1]]` is the second difference in one dimension.
 */
export type Taps = readonly (readonly number[])[];

/** Factors for each grid point: global vectors. */
export interface StencilFactors {
  /** Multiplies the stencil's sum; 1 if absent. */
  readonly scale?: Vec;
  /** Multiplies what is there already; 0 if absent. */
  readonly keep?: Vec;
}

/**
 * A stencil on a grid, made by {@link DMDA.stencil}: the sum of a grid point's neighbours with constant coefficients, as in
 * explicit time steps and relaxations.
 *
 * The work is done by the kernels compiled for this machine; without them by a loop. Taps are summed in their order and
 * every operation rounds, so the bits depend neither on that nor on how the grid is divided.
 */
export class StencilOperator {
  /** The neighbours and their coefficients. */
  readonly taps: Taps;
  readonly #box: StencilBox;
  readonly #stencil: ArrayStencil;
  readonly #kernel: KernelFunctions["stencil_f64"];
  readonly #pointers: { readonly taps: number; readonly offsets: number; readonly coefficients: number };
  readonly #lengths: { readonly owned: number; readonly seen: number };

  /**
   * @param owned the grid points of this rank
   * @param seen the grid points that it sees
   */
  constructor(taps: Taps, owned: Box, seen: Box) {
    const axes = owned.size.length;
    this.taps = taps;
    this.#box = boxOf(taps, owned, seen);
    const [, row, plane] = strides(seen);
    this.#stencil = {
      offsets: shared(
        Int32Array,
        taps.map(([i, ...rest]) => i + (axes > 1 ? rest[0] * row : 0) + (axes > 2 ? rest[1] * plane : 0)),
      ),
      coefficients: shared(
        Float64Array,
        taps.map((tap) => tap[axes]),
      ),
    };
    this.#lengths = { owned: lengthOf(owned), seen: lengthOf(seen) };
    // now, not in the first of many steps
    this.#kernel = kernels().f.stencil_f64;
    this.#pointers = {
      taps: taps.length,
      offsets: pointerTo(this.#stencil.offsets) ?? 0,
      coefficients: pointerTo(this.#stencil.coefficients) ?? 0,
    };
  }

  /**
   * out ← scale · (the stencil's sum in `local`) + keep · out, at each of this rank's grid points all of whose neighbours
   * it sees. Grid points whose neighbours would lie beyond an edge that is not periodic keep what they have. Not
   * collective: `local` is a local vector, which {@link DM.globalToLocal} fills, `out` a global one.
   *
   * @throws TuttiError `argument` for vectors of other lengths, and if `local` and `out` are one
   */
  apply(local: Vec, out: Vec, { scale, keep }: StencilFactors = {}): void {
    const { owned, seen } = this.#lengths;
    const x = local.arrayRead;
    const y = out.array;
    const s = scale?.arrayRead;
    const k = keep?.arrayRead;
    requireLength(CALL, "local", x.length, seen);
    requireLength(CALL, "out", y.length, owned);
    if (s !== undefined) requireLength(CALL, "scale", s.length, owned);
    if (k !== undefined) requireLength(CALL, "keep", k.length, owned);
    if (x === y) throw new TuttiError("argument", `${CALL}: local and out are the same vector`, {});
    if (this.#box.columns === 0) return;
    if (!this.#compiled(x, y, s, k)) stencilLoop(this.#box, this.#stencil, x, y, s, k);
  }

  /** Lets the kernel do it; whether it can. */
  #compiled(x: Float64Array, y: Float64Array, scale?: Float64Array, keep?: Float64Array): boolean {
    const px = pointerTo(x);
    const py = pointerTo(y);
    const ps = pointerTo(scale);
    const pk = pointerTo(keep);
    if (px === undefined || py === undefined || ps === undefined || pk === undefined) return false;
    const { columns, rows, planes, from, to } = this.#box;
    const { taps, offsets, coefficients } = this.#pointers;
    const p = px + BYTES * from.first;
    const q = BYTES * to.first;
    const s = ps && ps + q;
    const k = pk && pk + q;
    const { plane, row } = to;
    this.#kernel(
      planes,
      rows,
      columns,
      taps,
      offsets,
      coefficients,
      p,
      from.plane,
      from.row,
      s,
      k,
      py + q,
      plane,
      row,
    );
    return true;
  }
}

const CALL = "StencilOperator.apply";
const BYTES = Float64Array.BYTES_PER_ELEMENT;

/** Pointers by array, which stay: asking costs more than a short row. */
const pointers = new WeakMap<ArrayBufferView, number>();

/** Null for an array that is absent; undefined for one that the kernels do not reach. */
function pointerTo(array: ArrayBufferView | undefined): number | undefined {
  return array === undefined ? 0 : (pointers.get(array) ?? findPointer(array));
}

function findPointer(array: ArrayBufferView): number | undefined {
  const found = kernels().pointerTo(array);
  if (found !== undefined) pointers.set(array, found);
  return found;
}

/** The grid points of this rank from which every tap leads to one that it sees. */
function boxOf(taps: Taps, owned: Box, seen: Box): StencilBox {
  const low = owned.start.map((first, axis) => {
    const reach = Math.min(0, ...taps.map((tap) => tap[axis]));
    return Math.max(first, seen.start[axis] - reach);
  });
  const size = owned.start.map((first, axis) => {
    const reach = Math.max(0, ...taps.map((tap) => tap[axis]));
    const end = Math.min(first + owned.size[axis], seen.start[axis] + seen.size[axis] - reach);
    return Math.max(0, end - low[axis]);
  });
  const empty = size.includes(0);
  const [columns, rows = 1, planes = 1] = size;
  return {
    columns: empty ? 0 : columns,
    rows,
    planes,
    from: layoutOf(seen, low),
    to: layoutOf(owned, low),
  };
}

/** Where a box's grid points lie in its array, from `low` on. */
function layoutOf(box: Box, low: readonly number[]): Layout {
  const steps = strides(box);
  const first = low.reduce((sum, at, axis) => sum + (at - box.start[axis]) * steps[axis], 0);
  return { first, row: steps[1], plane: steps[2] };
}

/** How far apart neighbours along each axis lie in a box's array. */
function strides({ size: [nx, ny = 1] }: Box): readonly [number, number, number] {
  return [1, nx, nx * ny];
}

function lengthOf({ size }: Box): number {
  return size.reduce((product, n) => product * n, 1);
}

/** Numbers in memory that never moves, for the kernels. */
function shared<T extends Int32Array | Float64Array>(
  type: { new (buffer: SharedArrayBuffer): T; readonly BYTES_PER_ELEMENT: number },
  numbers: readonly number[],
): T {
  const array = new type(new SharedArrayBuffer(type.BYTES_PER_ELEMENT * numbers.length));
  array.set(numbers);
  return array;
}
