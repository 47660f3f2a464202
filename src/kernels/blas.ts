import { addressOf, findLibrary, type Library, type NativeFunction } from "../native/index.js";
import { withOffsets } from "./native.js";
import { KERNEL_SIGNATURES } from "./signatures.js";
import type { KernelFunctions } from "./table.js";
import type { Kernels } from "./target.js";

// The constants of the CBLAS interface.
const ROW_MAJOR = 101;
const NO_TRANSPOSE = 111;
const TRANSPOSE = 112;

/** Up to this many multiplications the WebAssembly product is faster than a foreign call. */
const SMALL_PRODUCT = 4096;

/** A BLAS library, set to use no threads of its own. */
export interface Blas {
  /** File, version and processor type, for people. */
  readonly name: string;
  /** Matrix products by addresses, with the parameters of the kernel table. */
  readonly gemm: Pick<KernelFunctions, "gemm_f64" | "gemm_f32">;
}

/**
 * Finds a BLAS library: OpenBLAS, or the one that `TUTTI_BLAS_LIBRARY` names.
 *
 * Ranks are the threads of a program here, so each of them multiplies alone.
 *
 * @throws TuttiError `library` if there is none, or it has no CBLAS interface.
 */
export function findBlas(): Blas {
  const library = findLibrary({
    title: "OpenBLAS",
    variable: "TUTTI_BLAS_LIBRARY",
    names: ["libopenblas.so.0", "libopenblas.so", "libopenblas.dylib"],
    folders: ["/opt/homebrew/opt/openblas/lib", "/usr/local/opt/openblas/lib", "/opt/OpenBLAS/lib"],
    install: process.platform === "darwin" ? "brew install openblas" : "apt-get install libopenblas0",
  });
  if (library.has("openblas_set_num_threads")) library.function("openblas_set_num_threads", "v:i")(1);
  const gemm_f64 = product(library.function("cblas_dgemm", "v:iiiiiidpipidpi"));
  const gemm_f32 = product(library.function("cblas_sgemm", "v:iiiiiifpipifpi"));
  return { name: describe(library), gemm: { gemm_f64, gemm_f32 } };
}

/**
 * The same kernels on the same heap, but with the matrix products of `blas` where those are faster.
 *
 * The choice depends on the shape alone. BLAS libraries multiply matrices, not vectors, well through this interface.
 */
export function withBlas(kernels: Kernels, blas: Blas): Kernels {
  const { heap, f } = kernels;
  const base = addressOf(heap.u8);
  const route = (name: "gemm_f64" | "gemm_f32"): NativeFunction => {
    const signature = KERNEL_SIGNATURES.find((kernel) => kernel.name === name)!;
    const large = withOffsets(signature, blas.gemm[name], base);
    const other = f[name];
    return (tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) =>
      m > 1 && n > 1 && m * n * k > SMALL_PRODUCT
        ? large(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
        : other(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  };
  return {
    ...kernels,
    blas: blas.name,
    f: { ...f, gemm_f64: route("gemm_f64"), gemm_f32: route("gemm_f32") },
  };
}

function product(gemm: NativeFunction): KernelFunctions["gemm_f64"] {
  const operation = (transposed: number) => (transposed ? TRANSPOSE : NO_TRANSPOSE);
  return (tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) =>
    gemm(ROW_MAJOR, operation(tA), operation(tB), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

function describe(library: Library): string {
  const ask = (name: string) => (library.has(name) ? String(library.function(name, "s:")()).trim() : "");
  const version = ask("openblas_get_config").match(/^OpenBLAS \S+/)?.[0] ?? "";
  return [library.path, version, ask("openblas_get_corename")].filter(Boolean).join(", ");
}
