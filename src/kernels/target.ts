import type { Heap } from "./heap.js";
import type { KernelFunctions } from "./table.js";

/** A build of the kernels. */
export type TargetName = "native" | "wasm-relaxed" | "wasm";

/** The kernels of this thread. */
export interface Kernels {
  readonly target: TargetName;
  /** Where the code was loaded from. */
  readonly file: string;
  /** The BLAS library that multiplies large matrices, or null if the kernels do it themselves. */
  readonly blas: string | null;
  readonly heap: Heap;
  /** The functions of the kernel table; pointers are byte offsets in `heap`. */
  readonly f: KernelFunctions;
  /**
   * The pointer by which the functions find memory, in the heap or outside of it; undefined where they cannot reach it:
   * WebAssembly sees the heap alone. Valid as long as the memory stays where it is, as shared memory does.
   */
  pointerTo(array: ArrayBufferView): number | undefined;
}
