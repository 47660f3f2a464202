import type { Kernels } from "../../src/kernels/index.js";
import type { Precision } from "./products.js";

const ARRAYS = { f64: Float64Array, f32: Float32Array, i32: Int32Array, u8: Uint8Array } as const;

/** The types of arrays that kernels read and write. */
export type Element = keyof typeof ARRAYS;

/** Blocks of a heap that are all released at the end of one test. */
export class Blocks {
  readonly kernels: Kernels;
  readonly #blocks: [pointer: number, bytes: number][] = [];

  constructor(kernels: Kernels) {
    this.kernels = kernels;
  }

  /** Room for `length` elements, filled with a byte that is no plausible result. */
  room(element: Element, length: number): number {
    const bytes = Math.max(1, length * ARRAYS[element].BYTES_PER_ELEMENT);
    const pointer = this.kernels.heap.allocate(bytes);
    this.#blocks.push([pointer, bytes]);
    this.kernels.heap.u8.fill(0xa5, pointer, pointer + bytes);
    return pointer;
  }

  /** A block that holds `values`. */
  put(element: Element, values: ArrayLike<number>): number {
    const pointer = this.room(element, values.length);
    this.#view(element, pointer, values.length).set(values);
    return pointer;
  }

  /** A copy of `length` elements. */
  get(element: Element, pointer: number, length: number): number[] {
    return Array.from(this.#view(element, pointer, length));
  }

  [Symbol.dispose](): void {
    for (const [pointer, bytes] of this.#blocks) this.kernels.heap.release(pointer, bytes);
  }

  #view(element: Element, pointer: number, length: number) {
    const start = pointer / ARRAYS[element].BYTES_PER_ELEMENT;
    return this.kernels.heap[element].subarray(start, start + length);
  }
}

/** The result of an elementwise function of one argument. */
export function unary(kernels: Kernels, precision: Precision, op: number, x: ArrayLike<number>): number[] {
  using blocks = new Blocks(kernels);
  const y = blocks.room(precision, x.length);
  kernels.f[`unary_${precision}`](op, x.length, blocks.put(precision, x), y);
  return blocks.get(precision, y, x.length);
}

/** As a number of this precision. */
export function rounded(precision: Precision, x: number): number {
  return precision === "f32" ? Math.fround(x) : x;
}
