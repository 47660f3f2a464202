import type { Heap } from "./heap.js";
import type { KernelFunctions } from "./table.js";

/** A build of the kernels. */
export type TargetName = "native" | "wasm-relaxed" | "wasm";

/** The kernels of this thread. */
export interface Kernels {
  readonly target: TargetName;
  /** The BLAS library that `gemm` may use, or null. */
  readonly blas: string | null;
  readonly heap: Heap;
  /** The functions of the kernel table; pointers are byte offsets in `heap`. */
  readonly f: KernelFunctions;
}
