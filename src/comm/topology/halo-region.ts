import type { TypedArray } from "../elements.js";

/** Runs shorter than this are copied element by element, because making a view of a run costs more. */
const SHORT_RUN = 16;

/** The elements from `begin` (included) to `end` (excluded) along one axis. */
export type Range = readonly [begin: number, end: number];

/** A box of cells in a row-major array, as runs of cells that follow each other in memory. */
export class Region {
  readonly length: number;
  private readonly run: number;
  /** Positions of the first cell of each run. */
  private readonly starts: Float64Array;

  constructor(shape: readonly number[], ranges: readonly Range[]) {
    let axis = shape.length;
    let stride = 1;
    let run = 1;
    let first = 0;
    // axes taken whole lengthen the run; the first that is not begins and ends it
    while (axis > 0) {
      const [begin, end] = ranges[--axis];
      const whole = end - begin === shape[axis];
      first += begin * stride;
      run *= end - begin;
      stride *= shape[axis];
      if (!whole) break;
    }
    let starts = [first];
    while (axis > 0) {
      const [begin, end] = ranges[--axis];
      const step = stride;
      const inner = starts;
      starts = new Array<number>((end - begin) * inner.length);
      for (let i = begin, k = 0; i < end; i++) for (const start of inner) starts[k++] = start + i * step;
      stride *= shape[axis];
    }
    this.run = run;
    this.starts = Float64Array.from(run === 0 ? [] : starts);
    this.length = this.starts.length * run;
  }

  /** Whether the cells follow each other in memory. */
  get contiguous(): boolean {
    return this.starts.length <= 1;
  }

  /** The cells of `field` themselves, if contiguous. */
  view(field: TypedArray): TypedArray {
    const begin = this.length === 0 ? 0 : this.starts[0];
    return field.subarray(begin, begin + this.length);
  }

  /** Copies the cells of `field` to `packed`. */
  pack(field: TypedArray, packed: TypedArray): void {
    const { run, starts } = this;
    const [from, to] = [field as Float64Array, packed as Float64Array];
    let at = 0;
    if (run < SHORT_RUN) {
      for (let s = 0; s < starts.length; s++) {
        const start = starts[s];
        for (let i = 0; i < run; i++) to[at++] = from[start + i];
      }
      return;
    }
    for (let s = 0; s < starts.length; s++, at += run) to.set(from.subarray(starts[s], starts[s] + run), at);
  }

  /** Copies `packed` to the cells of `field`. */
  unpack(packed: TypedArray, field: TypedArray): void {
    const { run, starts } = this;
    const [from, to] = [packed as Float64Array, field as Float64Array];
    let at = 0;
    if (run < SHORT_RUN) {
      for (let s = 0; s < starts.length; s++) {
        const start = starts[s];
        for (let i = 0; i < run; i++) to[start + i] = from[at++];
      }
      return;
    }
    for (let s = 0; s < starts.length; s++, at += run) to.set(from.subarray(at, at + run), starts[s]);
  }
}
