import { inspect } from "node:util";
import { TuttiError } from "../errors.js";
import { core } from "./core.js";
import { BYTES, type DType, type TypedArray, typedView } from "./dtype.js";
import { adopt, Fate, free, freedError, Storage } from "./lifetime.js";
import { rowMajor, type Shape, showShape } from "./shape.js";
import { show } from "./show.js";
import type { Node } from "./trace.js";

/** A tensor's elements as nested arrays; booleans for dtype `bool`. */
export type NestedArray = number | boolean | NestedArray[];

/**
 * An array of numbers of one dtype with a shape, over the heap of this rank.
 *
 * Make one with {@link tensor}, {@link zeros} and their like. Views (slice, transpose, reshape where possible,
 * broadcastTo) share memory with what they view, and the memory lives until the last of them is freed.
 */
export class Tensor {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Number of elements. */
  readonly size: number;
  /** What error messages call it: at first the operation that made it. */
  name: string;

  /** @internal Byte offset of the first element in the heap; 0 once freed. */
  pointer: number;
  /** @internal Strides in elements; null when the elements are row-major without gaps. */
  layout: Shape | null;
  /** @internal */
  readonly storage: Storage;
  /** @internal */
  fate: Fate = Fate.scope;
  /** @internal Marks what outlives a scope. */
  ticket = 0;
  /** @internal How it was made, if derivatives are being traced. */
  node: Node | null = null;

  /** @internal */
  constructor(
    dtype: DType,
    shape: Shape,
    size: number,
    layout: Shape | null,
    storage: Storage,
    pointer: number,
    name: string,
  ) {
    this.dtype = dtype;
    this.shape = shape;
    this.size = size;
    this.name = name;
    this.pointer = pointer;
    this.layout = layout;
    this.storage = storage;
    adopt(this);
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Steps in elements between neighbours along each axis. */
  get strides(): Shape {
    return this.layout ?? rowMajor(this.shape);
  }

  /** Whether the elements are row-major without gaps. */
  get isContiguous(): boolean {
    return this.layout === null;
  }

  /** Whether its memory is gone: its scope ended or it was disposed of. */
  get isFreed(): boolean {
    return this.pointer === 0;
  }

  /**
   * The elements as a TypedArray over the same memory (Uint8Array for `bool`); it must not be used after the tensor is freed.
   *
   * @throws TuttiError `argument` if the tensor is a view with gaps: take `contiguous(t).data`; `freed`.
   */
  get data(): TypedArray {
    const pointer = pointerOf(this, "data");
    if (this.layout !== null)
      throw new TuttiError(
        "argument",
        `data: the ${describe(this)} is a view with strides ${showShape(this.layout)}; use contiguous(t).data`,
        { shape: this.shape, strides: this.layout },
      );
    return typedView(this.dtype, core().heap.memory.buffer, pointer, this.size);
  }

  /**
   * One element as a number (0 or 1 for `bool`): the only one without indices, else that at `index`, one integer for each axis;
   * negative ones count from the end.
   *
   * @throws TuttiError `argument` if the number of indices is wrong, `index` if one is out of range, `freed`.
   */
  item(...index: number[]): number {
    pointerOf(this, "item");
    if (index.length === 0 && this.size === 1) return elementAt(this, 0);
    if (index.length !== this.shape.length)
      throw new TuttiError(
        "argument",
        `item: ${index.length} indices for a ${describe(this)}, expected ${this.shape.length}`,
        { index, shape: this.shape },
      );
    const { strides } = this;
    let offset = 0;
    for (let d = 0; d < index.length; d++) {
      const length = this.shape[d];
      const i = index[d] < 0 ? index[d] + length : index[d];
      if (!Number.isInteger(i) || i < 0 || i >= length)
        throw new TuttiError(
          "index",
          `item: index ${index[d]} of axis ${d} is not within its length ${length}`,
          {
            index,
            shape: this.shape,
          },
        );
      offset += i * strides[d];
    }
    return elementAt(this, offset);
  }

  /** The elements as nested arrays of numbers, or of booleans for dtype `bool`; a plain number for a scalar. */
  toArray(): NestedArray {
    pointerOf(this, "toArray");
    const { shape, strides, dtype } = this;
    const nest = (axis: number, offset: number): NestedArray => {
      if (axis < shape.length)
        return Array.from({ length: shape[axis] }, (_, i) => nest(axis + 1, offset + i * strides[axis]));
      const value = elementAt(this, offset);
      return dtype === "bool" ? value !== 0 : value;
    };
    return nest(0, 0);
  }

  /** Frees it now. Its memory goes back once every view of it is freed. Repeating it does nothing. */
  dispose(): void {
    free(this, Fate.freedByUser);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return show(this, (offset) => elementAt(this, offset));
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** A tensor of its own memory, with arbitrary content. */
export function allocate(dtype: DType, shape: Shape, size: number, name: string): Tensor {
  const storage = new Storage(size * BYTES[dtype]);
  return new Tensor(dtype, shape, size, null, storage, storage.pointer, name);
}

/** Another tensor over the memory of `x`, from byte `pointer` on. */
export function viewOf(
  x: Tensor,
  shape: Shape,
  size: number,
  layout: Shape | null,
  pointer: number,
  name: string,
): Tensor {
  x.storage.references++;
  return new Tensor(x.dtype, shape, size, layout, x.storage, pointer, name);
}

/** Where a tensor's first element is; throws TuttiError `freed` if its memory is gone. */
export function pointerOf(x: Tensor, caller: string): number {
  if (x.pointer === 0) throw freedError(x, caller);
  return x.pointer;
}

/** "float64 tensor of shape [2, 3]", for messages. */
export const describe = (x: Tensor): string => `${x.dtype} tensor of shape ${showShape(x.shape)}`;

/** The element `offset` elements after the first one in memory. */
function elementAt(x: Tensor, offset: number): number {
  const { heap } = core();
  switch (x.dtype) {
    case "float64":
      return heap.f64[x.pointer / 8 + offset];
    case "float32":
      return heap.f32[x.pointer / 4 + offset];
    case "int32":
      return heap.i32[x.pointer / 4 + offset];
    default:
      return heap.u8[x.pointer + offset];
  }
}
