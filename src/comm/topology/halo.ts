import { TuttiError } from "../../errors.js";
import { CALL } from "../calls.js";
import { checkBuffer, checkLength } from "../check.js";
import { PROC_NULL } from "../comm.js";
import { describe, type ElementType, type TypedArray } from "../elements.js";
import type { HasNeighborhood } from "./communicators.js";
import { type Range, Region } from "./halo-region.js";
import type { Parcel } from "./neighborhood.js";
import type { CartComm } from "./types.js";

/** Options of {@link haloExchange} and {@link HaloExchange}; the same on every rank. */
export interface HaloOptions {
  /** Layers of halo cells on both sides of every axis of the grid, or of each axis; 1 if absent. */
  readonly width?: number | readonly number[];
  /** Whether cells in the halos of several axes are exchanged as well, as stencils with diagonals need; false if absent. */
  readonly corners?: boolean;
}

/** What goes to one neighbour, and what comes from it. */
interface Face {
  /** Position of the neighbour in the communicator's sources and destinations. */
  readonly slot: number;
  readonly interior: Region;
  readonly halo: Region;
}

/** A face with the memory for its cells, absent where they already follow each other in the field. */
interface BoundFace extends Face {
  readonly sent: TypedArray | undefined;
  readonly received: TypedArray | undefined;
}

interface FaceParcel extends Parcel {
  readonly region: Region;
  /** Whether the cells are elsewhere and have to be copied. */
  readonly copied: boolean;
}

/**
 * Fills the halos of local fields from their neighbours in a grid of ranks, again and again with the same buffers.
 *
 * Axis `a` of a field is divided among the ranks along axis `a` of the grid and has halos on both sides; axes after those of
 * the grid, such as components, are not divided. Each halo cell becomes the interior cell of the neighbour that it stands
 * for. Cells beyond an edge of the grid that is not periodic are left alone, the corners there too.
 *
 * With `corners`, axes are exchanged one after the other and later ones carry on what earlier ones have brought; without, all
 * axes are exchanged at once. Nothing can deadlock. Faces that lie in one piece are exchanged without a copy; others
 * go through shared memory of the plan.
 */
export class HaloExchange {
  /** Faces that are exchanged at the same time. */
  private readonly steps: readonly (readonly Face[])[];
  private readonly cells: number;
  private readonly bound = new Map<ElementType, readonly (readonly BoundFace[])[]>();

  /**
   * @param comm how the ranks lie
   * @param shape cells along each axis of this rank's fields, halos included; row-major
   * @throws TuttiError "argument" for a communicator without a grid, fewer axes than the grid has, a width that is not a count,
   *   or a halo that is wider than the interior beside it
   */
  constructor(
    private readonly comm: CartComm,
    shape: readonly number[],
    { width = 1, corners = false }: HaloOptions = {},
  ) {
    if (typeof (comm as Partial<HasNeighborhood & CartComm> | undefined)?.enter !== "function" || !comm.dims)
      throw wrong("comm", "a Cartesian communicator, as comm.cart makes it", describe(comm));
    const { dims } = comm;
    checkShape(shape, dims.length);
    const widths = widthsOf(width, dims.length);
    for (const axis of dims.keys()) checkAxis(comm, axis, shape[axis], widths[axis]);
    this.cells = shape.reduce((product, count) => product * count, 1);
    const axes = [...dims.keys()].filter((axis) => widths[axis] > 0);
    const facesOf = (axis: number) => makeFaces(comm, shape, widths, axis, corners);
    this.steps = corners ? axes.map(facesOf) : [axes.flatMap(facesOf)];
  }

  /**
   * Fills the halos of `field`, which it returns. Collective.
   *
   * @param field a field of the plan's shape, of any element type; the same type on every rank
   * @throws TuttiError "argument" for a field of another length, "mismatch" or "truncate" when the field of a neighbour does
   *   not fit this one's, "freed" after the communicator has been freed
   */
  exchange<A extends TypedArray>(field: A): A {
    const call = CALL.haloExchange;
    const neighborhood = (this.comm as CartComm & HasNeighborhood).enter(call);
    const type = checkBuffer(call, "field", field);
    checkLength(call, "field", field, this.cells);
    for (const faces of this.bind(type)) {
      neighborhood.exchange<FaceParcel>(
        call,
        type,
        faces.map(({ slot, interior, sent }) => parcel(slot, interior, field, sent)),
        faces.map(({ slot, halo, received }) => parcel(slot, halo, field, received)),
        ({ region, buf, copied }) => copied && region.pack(field, buf),
        ({ region, buf, copied }) => copied && region.unpack(buf, field),
      );
    }
    return field;
  }

  /** The faces with buffers for elements of `type`, in shared memory so that an engine of threads need not copy them again. */
  private bind(type: ElementType): readonly (readonly BoundFace[])[] {
    const known = this.bound.get(type);
    if (known !== undefined) return known;
    const regions = this.steps.flat().flatMap(({ interior, halo }) => [interior, halo]);
    const length = regions.reduce((sum, region) => sum + (region.contiguous ? 0 : region.length), 0);
    const memory = new type.Array(new SharedArrayBuffer(length * type.bytes));
    let next = 0;
    const take = (region: Region) => {
      if (region.contiguous) return undefined;
      next += region.length;
      return memory.subarray(next - region.length, next);
    };
    const bound = this.steps.map((faces) =>
      faces.map((face) => ({ ...face, sent: take(face.interior), received: take(face.halo) })),
    );
    this.bound.set(type, bound);
    return bound;
  }
}

/**
 * Fills the halos of `field` from its neighbours once; see {@link HaloExchange}, which keeps its buffers for the next time.
 *
 * @param comm how the ranks lie
 * @param field this rank's field, halos included
 * @param shape cells along each axis of `field`; row-major
 * @throws TuttiError as {@link HaloExchange} and {@link HaloExchange.exchange}
 */
export function haloExchange<A extends TypedArray>(
  comm: CartComm,
  field: A,
  shape: readonly number[],
  options?: HaloOptions,
): A {
  return new HaloExchange(comm, shape, options).exchange(field);
}

function parcel(slot: number, region: Region, field: TypedArray, memory: TypedArray | undefined): FaceParcel {
  return { slot, region, buf: memory ?? region.view(field), copied: memory !== undefined };
}

/** The faces of this rank along an axis. */
function makeFaces(
  comm: CartComm,
  shape: readonly number[],
  widths: readonly number[],
  axis: number,
  corners: boolean,
): Face[] {
  const [w, n] = [widths[axis], shape[axis]];
  const across = shape.map((count, other): Range => {
    if (other >= widths.length) return [0, count];
    if (!corners || other > axis) return [widths[other], count - widths[other]];
    // an axis that has been exchanged before: its halos are sent on, those beyond an edge of the grid are not
    const [before, after] = [comm.sources[2 * other], comm.sources[2 * other + 1]];
    return [before === PROC_NULL ? widths[other] : 0, after === PROC_NULL ? count - widths[other] : count];
  });
  const box = (begin: number, end: number) => new Region(shape, across.with(axis, [begin, end]));
  const faces: Face[] = [
    { slot: 2 * axis, interior: box(w, 2 * w), halo: box(0, w) },
    { slot: 2 * axis + 1, interior: box(n - 2 * w, n - w), halo: box(n - w, n) },
  ];
  return faces.filter(({ slot }) => comm.sources[slot] !== PROC_NULL);
}

function checkShape(shape: readonly number[], axes: number): void {
  if (!Array.isArray(shape) || !shape.every((count) => Number.isSafeInteger(count) && count >= 0))
    throw wrong("shape", "an Array of numbers of cells", list(shape));
  if (shape.length < axes)
    throw wrong("shape", `at least ${axes} long, one entry for each axis of the grid`, list(shape));
}

function widthsOf(width: number | readonly number[], axes: number): readonly number[] {
  const widths = typeof width === "number" ? new Array<number>(axes).fill(width) : width;
  const counts = Array.isArray(widths) && widths.every((w) => Number.isSafeInteger(w) && w >= 0);
  if (counts && widths.length === axes) return widths;
  throw wrong("width", `a number of cells, or one for each of the ${axes} axes of the grid`, list(width));
}

/** Refuses a halo that a neighbour could not fill from its interior if it is shaped like this rank. */
function checkAxis(comm: CartComm, axis: number, cells: number, width: number): void {
  const interior = cells - 2 * width;
  const divided = comm.dims[axis] > 1 || comm.periods[axis];
  if (interior >= (divided ? width : 0)) return;
  const message =
    interior < 0
      ? `haloExchange: axis ${axis} of shape has ${cells} cells, fewer than its two halos of width ${width}`
      : `haloExchange: axis ${axis} of shape has ${interior} interior cells (${cells} with halos), fewer than the width ${width} of the halo; use fewer ranks along it or a narrower halo`;
  throw new TuttiError("argument", message, { call: "haloExchange", axis, cells, width });
}

function list(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : describe(value);
}

function wrong(argument: string, wanted: string, found: string): TuttiError {
  const message = `haloExchange: ${argument} must be ${wanted}, found ${found}`;
  return new TuttiError("argument", message, { call: "haloExchange", argument });
}
