export { type Blas, findBlas, withBlas } from "./blas.js";
export { type Availability, describeKernels, type KernelDescription } from "./describe.js";
export { Heap } from "./heap.js";
export { kernels, loadTarget } from "./select.js";
export { KERNEL_SIGNATURES, type KernelSignature } from "./signatures.js";
export {
  BINARY,
  COMPARE,
  DTYPE,
  KERNEL_TABLE,
  type KernelFunctions,
  type KernelName,
  REDUCE,
  UNARY,
} from "./table.js";
export type { Kernels, TargetName } from "./target.js";
