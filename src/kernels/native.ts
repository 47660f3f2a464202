import { TuttiError } from "../errors.js";
import {
  addressOf,
  type Library,
  loadLibrary,
  type NativeFunction,
  type Signature,
} from "../native/index.js";
import { compiledKernels } from "./cache.js";
import type { Heap } from "./heap.js";
import { KERNEL_SIGNATURES, type KernelSignature } from "./signatures.js";
import type { KernelFunctions } from "./table.js";
import type { Kernels } from "./target.js";

/** The version that `tutti_kernels_abi` in c/kernels.c must give. */
const ABI = 1;

/**
 * The kernels compiled for this machine, working on `heap`.
 *
 * A call through the foreign function interface costs more than small work itself: such calls go to `small`, the
 * WebAssembly kernels on the same heap. Which one runs depends on the sizes alone, so results are reproducible.
 *
 * @throws TuttiError `library` with the reason if they cannot be compiled or loaded.
 */
export function loadNative(heap: Heap, small: KernelFunctions): Pick<Kernels, "file" | "f" | "pointerTo"> {
  try {
    const library = loadCompiled();
    const abi = library.function("tutti_kernels_abi", "i:")();
    if (abi !== ABI) throw new Error(`${library.path} has kernels of version ${abi}, not ${ABI}`);
    const base = addressOf(heap.u8);
    const pointerTo = (array: ArrayBufferView) => (array.byteLength === 0 ? 0 : addressOf(array) - base);
    return { file: library.path, f: bind(library, base, small), pointerTo };
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new TuttiError("library", `native kernels cannot be used: ${reason}`, { reason }, { cause });
  }
}

function loadCompiled(): Library {
  const file = compiledKernels();
  try {
    return loadLibrary(file);
  } catch {
    // Another process may have pruned it between the look and the load.
    return loadLibrary(compiledKernels());
  }
}

function bind(library: Library, base: number, small: KernelFunctions): KernelFunctions {
  const functions: Record<string, unknown> = {};
  for (const signature of KERNEL_SIGNATURES) {
    const { name, result, parameters } = signature;
    const native = library.function(name, `${result}:${parameters}` as Signature);
    functions[name] = withOffsets(signature, native, base, small[name]);
  }
  return functions as KernelFunctions;
}

/**
 * A function that takes offsets into the heap, made of one that takes addresses.
 *
 * Written as source because a closure over argument lists would cost as much as the foreign call itself.
 */
export function withOffsets(
  { name, parameters }: KernelSignature,
  native: NativeFunction,
  base: number,
  small?: NativeFunction,
): NativeFunction {
  const names = [...parameters].map((letter, i) => `${letter}${i}`);
  const addresses = names.map((argument) =>
    argument[0] === "p" ? `${argument} && ${argument} + base` : argument,
  );
  const sizes = SMALL[name.replace(/_f(32|64)$/, "_T")];
  const route =
    small && sizes
      ? `${sizes.work.map((i) => names[i]).join(" * ")} <= ${sizes.limit} ? small(${names}) : `
      : "";
  const make = new Function("native", "small", "base", `return (${names}) => ${route}native(${addresses});`);
  return make(native, small, base) as NativeFunction;
}

/** The positions of the parameters whose product measures the work of a kernel, and up to where that is small. */
interface SmallWork {
  readonly work: readonly number[];
  readonly limit: number;
}

/** Work that WebAssembly does in the time of a foreign call. Kernels that are not listed always run natively. */
const SMALL: Readonly<Record<string, SmallWork | undefined>> = {
  unary_T: { work: [1], limit: 16 },
  binary_T: { work: [1], limit: 64 },
  compare_T: { work: [1], limit: 64 },
  reduce_T: { work: [1, 2, 3], limit: 256 },
  argreduce_T: { work: [1, 2, 3], limit: 256 },
  dot_T: { work: [0], limit: 256 },
  axpy_T: { work: [0], limit: 256 },
  softmax_T: { work: [0, 1], limit: 16 },
  log_softmax_T: { work: [0, 1], limit: 16 },
  logsumexp_T: { work: [0, 1], limit: 16 },
  gemm_T: { work: [2, 3, 4], limit: 2048 },
  sgd_T: { work: [0], limit: 256 },
  adam_T: { work: [0], limit: 48 },
};
