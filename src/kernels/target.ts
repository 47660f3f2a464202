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
}
