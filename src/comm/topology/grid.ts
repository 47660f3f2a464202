import { TuttiError } from "../../errors.js";
import { PROC_NULL } from "../comm.js";
import { describe } from "../elements.js";
import { checkDims, fillDims } from "./dims.js";

/** The arithmetic of ranks in a grid: row-major, the last coordinate runs fastest (MPI 4.1, section 8.2). */
export class Grid {
  readonly size: number;

  /** @param dims positive numbers of ranks along each axis */
  constructor(
    readonly dims: readonly number[],
    readonly periods: readonly boolean[],
  ) {
    this.size = dims.reduce((product, count) => product * count, 1);
  }

  /** The coordinates of a rank of the grid. */
  coords(rank: number): number[] {
    const coords = new Array<number>(this.dims.length);
    let rest = rank;
    for (let axis = this.dims.length - 1; axis >= 0; axis--) {
      coords[axis] = rest % this.dims[axis];
      rest = Math.floor(rest / this.dims[axis]);
    }
    return coords;
  }

  /** The rank at `coords`, taken around periodic axes; PROC_NULL outside the others. */
  rankAt(coords: ArrayLike<number>): number {
    let rank = 0;
    for (const [axis, count] of this.dims.entries()) {
      let at = coords[axis];
      if (this.periods[axis]) at = ((at % count) + count) % count;
      else if (at < 0 || at >= count) return PROC_NULL;
      rank = rank * count + at;
    }
    return rank;
  }

  /** The rank `distance` steps from `rank` along `axis`, or PROC_NULL. */
  step(rank: number, axis: number, distance: number): number {
    const coords = this.coords(rank);
    coords[axis] += distance;
    return this.rankAt(coords);
  }

  /** The neighbours of a rank: for each axis the one before it, then the one after it. */
  neighbors(rank: number): number[] {
    return this.dims.flatMap((_, axis) => [this.step(rank, axis, -1), this.step(rank, axis, 1)]);
  }

  /** The grid of the axes to `keep`. */
  part(keep: readonly boolean[]): Grid {
    return new Grid(
      this.dims.filter((_, axis) => keep[axis]),
      this.periods.filter((_, axis) => keep[axis]),
    );
  }

  /** As messages show it: `4×2`, with a star at periodic axes. */
  toString(): string {
    return this.dims.map((count, axis) => `${count}${this.periods[axis] ? "*" : ""}`).join("×") || "0-D";
  }
}

/** The grid that a caller of `cart` asks for. */
export function chooseGrid(
  size: number,
  dims: readonly number[],
  periods: boolean | readonly boolean[],
): Grid {
  checkDims("cart", dims);
  const filled = dims.includes(0) ? fillDims("cart", size, dims) : [...dims];
  const around =
    typeof periods === "boolean" ? filled.map(() => periods) : flags("cart", "periods", periods, dims.length);
  const grid = new Grid(filled, around);
  if (grid.size <= size) return grid;
  const message = `cart: a grid of ${grid} needs ${grid.size} ranks, but there are ${size}; use smaller dims, or 0 to have one chosen`;
  throw new TuttiError("argument", message, { call: "cart", argument: "dims", found: grid.size, size });
}

/** An argument that has one boolean for each axis. */
export function flags(
  call: string,
  argument: string,
  values: readonly boolean[],
  axes: number,
): readonly boolean[] {
  if (Array.isArray(values) && values.length === axes && values.every((value) => typeof value === "boolean"))
    return [...values];
  const found = Array.isArray(values) ? `[${values.join(", ")}]` : describe(values);
  const message = `${call}: ${argument} must have one boolean for each of the ${axes} axes, found ${found}`;
  throw new TuttiError("argument", message, { call, argument, axes });
}
