import { TuttiError } from "../errors.js";
import { Gaps } from "./gaps.js";

/** What the heap needs of a shared `WebAssembly.Memory`. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

/**
 * The memory of one rank: every tensor's bytes, in one shared WebAssembly memory of at most 4 GiB.
 *
 * WebAssembly kernels, native kernels, BLAS and other ranks see the same bytes without a copy. Blocks are aligned to
 * 64 bytes. A block of at most 32 KiB comes from a list of free blocks of its size class, in a few nanoseconds; larger
 * ones from an address-ordered list of gaps, where neighbours merge, so that changing sizes do not fragment the memory.
 */
export class Heap {
  readonly memory: SharedMemory;
  /** Offset of 4 KiB for the parameters of one kernel call (shapes and strides). */
  readonly scratch: number;

  // Whole-heap views. They are replaced when the memory grows; older ones stay valid but short.
  u8!: Uint8Array<SharedArrayBuffer>;
  i32!: Int32Array<SharedArrayBuffer>;
  f32!: Float32Array<SharedArrayBuffer>;
  f64!: Float64Array<SharedArrayBuffer>;

  // Everything below counts in units of 64 bytes: offsets of all 4 GiB then fit V8's small integers.
  readonly #free: number[][] = Array.from({ length: CLASSES.length }, () => []);
  readonly #slabs: number[][] = Array.from({ length: CLASSES.length }, () => []);
  readonly #gaps = new Gaps();
  readonly #maximum: number;
  #used = 0;

  /**
   * @param start first byte that the WebAssembly module does not use itself
   * @param maximumPages what the memory may grow to
   */
  constructor(memory: SharedMemory, start: number, maximumPages = MAXIMUM_PAGES) {
    this.memory = memory;
    this.scratch = Math.ceil(start / UNIT) * UNIT;
    // The last page stays unused: a pointer past the end of a block must not wrap to zero.
    this.#maximum = (Math.min(maximumPages, MAXIMUM_PAGES - 1) * PAGE) / UNIT;
    const first = this.scratch / UNIT + SCRATCH_BYTES / UNIT;
    const end = Math.min(memory.buffer.byteLength / UNIT, this.#maximum);
    if (end > first) this.#gaps.insert(first, end - first);
    this.#refreshViews();
  }

  /** Bytes of live blocks, each rounded up to the size it occupies. */
  get bytesInUse(): number {
    return this.#used * UNIT;
  }

  /** Present size of the memory; the operating system backs only what has been touched. */
  get bytesReserved(): number {
    return this.u8.byteLength;
  }

  /**
   * A block of at least `bytes` bytes, aligned to 64, with arbitrary content: its offset in the memory, never 0.
   *
   * @throws TuttiError `memory` if the heap cannot grow enough, `argument` if `bytes` is not a size.
   */
  allocate(bytes: number): number {
    if (bytes <= SMALL_BYTES) {
      const index = CLASS_OF_UNITS[(bytes + (UNIT - 1)) >>> 6];
      const unit = (this.#free[index]?.pop() ?? this.#carve(index, bytes)) as number;
      this.#used += CLASSES[index];
      return unit * UNIT;
    }
    if (!Number.isSafeInteger(bytes)) throw badSize(bytes);
    const units = Math.ceil(bytes / UNIT);
    const unit = this.#take(units, bytes);
    this.#used += units;
    return unit * UNIT;
  }

  /** Gives back the block at `pointer`; `bytes` must be the size it was allocated with. */
  release(pointer: number, bytes: number): void {
    if (bytes <= SMALL_BYTES) {
      const index = CLASS_OF_UNITS[(bytes + (UNIT - 1)) >>> 6];
      this.#free[index].push(pointer / UNIT);
      this.#used -= CLASSES[index];
      return;
    }
    const units = Math.ceil(bytes / UNIT);
    this.#gaps.insert(pointer / UNIT, units);
    this.#used -= units;
  }

  /** Cuts a new slab into blocks of one class and hands out the first. */
  #carve(index: number, bytes: number): number {
    if (index === undefined || !(bytes >= 0)) throw badSize(bytes);
    const size = CLASSES[index];
    const slab = this.#take(SLAB, bytes);
    this.#slabs[index].push(slab);
    const free = this.#free[index];
    for (let unit = slab + (Math.floor(SLAB / size) - 1) * size; unit > slab; unit -= size) free.push(unit);
    return slab;
  }

  #take(units: number, bytes: number): number {
    const found = this.#gaps.take(units);
    if (found >= 0) return found;
    if (!this.#grow(units)) {
      this.#reclaimSlabs();
      const reclaimed = this.#gaps.take(units);
      if (reclaimed >= 0) return reclaimed;
      throw new TuttiError(
        "memory",
        `Heap.allocate: no room for ${bytes} more bytes: ${this.bytesInUse} of at most ${this.#maximum * UNIT} bytes ` +
          "of this rank are in use; free tensors with scope(), use smaller batches, float32, or more ranks",
        { requested: bytes, inUse: this.bytesInUse, limit: this.#maximum * UNIT },
      );
    }
    return this.#gaps.take(units);
  }

  /** Extends the memory so that a gap of `units` exists at its end; false if that is past the maximum. */
  #grow(units: number): boolean {
    const end = Math.min(this.memory.buffer.byteLength / UNIT, this.#maximum);
    const wanted = end + units - this.#gaps.endingAt(end);
    if (wanted > this.#maximum) return false;
    // Growing costs system calls, untouched pages cost nothing: grow by a quarter at least.
    const target = Math.min(this.#maximum, Math.max(wanted, end + Math.max(end >> 2, GROWTH)));
    const pages = Math.ceil((target * UNIT) / PAGE);
    if (!this.#growTo(pages) && !this.#growTo(Math.ceil((wanted * UNIT) / PAGE))) return false;
    const newEnd = Math.min(this.memory.buffer.byteLength / UNIT, this.#maximum);
    this.#gaps.insert(end, newEnd - end);
    this.#refreshViews();
    return true;
  }

  #growTo(pages: number): boolean {
    try {
      this.memory.grow(pages - this.memory.buffer.byteLength / PAGE);
      return true;
    } catch {
      return false;
    }
  }

  /** Turns slabs without a live block back into gaps. Slow, and only used before giving up. */
  #reclaimSlabs(): void {
    for (const [index, size] of CLASSES.entries()) {
      const perSlab = Math.floor(SLAB / size);
      const slabs = this.#slabs[index].sort((a, b) => a - b);
      const free = this.#free[index].sort((a, b) => a - b);
      const keptSlabs: number[] = [];
      const keptBlocks: number[] = [];
      let next = 0;
      for (const slab of slabs) {
        const first = next;
        while (next < free.length && free[next] < slab + SLAB) next++;
        if (next - first === perSlab) this.#gaps.insert(slab, SLAB);
        else {
          keptSlabs.push(slab);
          for (let i = first; i < next; i++) keptBlocks.push(free[i]);
        }
      }
      this.#slabs[index] = keptSlabs;
      this.#free[index] = keptBlocks;
    }
  }

  #refreshViews(): void {
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }
}

/** Pages of 64 KiB in 4 GiB. */
export const MAXIMUM_PAGES = 65536;
const PAGE = 65536;
const UNIT = 64;
const SCRATCH_BYTES = 4096;
const SMALL_BYTES = 32768;
const SLAB = (256 * 1024) / UNIT;
const GROWTH = (16 * 1024 * 1024) / UNIT;

/** Sizes of the classes of small blocks in units: every multiple up to 8, then four steps a doubling. */
const CLASSES: readonly number[] = (() => {
  const sizes = [1, 2, 3, 4, 5, 6, 7, 8];
  for (let step = 2; sizes[sizes.length - 1] < SMALL_BYTES / UNIT; step *= 2)
    for (let i = 0; i < 4; i++) sizes.push(sizes[sizes.length - 1] + step);
  return sizes;
})();

const CLASS_OF_UNITS: Uint8Array = Uint8Array.from({ length: SMALL_BYTES / UNIT + 1 }, (_, units) =>
  CLASSES.findIndex((size) => size >= units),
);

function badSize(bytes: number): TuttiError {
  return new TuttiError("argument", `Heap.allocate: bytes is ${bytes}, expected an integer from 0 to 2^32`, {
    bytes,
  });
}
