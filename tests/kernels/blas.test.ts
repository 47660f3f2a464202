import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { type Blas, findBlas, loadTarget, withBlas } from "../../src/kernels/index.js";
import { loadLibrary } from "../../src/native/index.js";
import { describeIn, inProcess, temporaryFolder } from "./child.js";
import { assertEqualElements, defined, INTEGERS, multiply, TRANSPOSITIONS } from "./products.js";

let blas: Blas | undefined;
let skip: string | false = false;
try {
  blas = findBlas();
} catch (error) {
  skip = (error as Error).message;
}

describe("matrix products by BLAS", { skip }, () => {
  const plain = loadTarget("wasm");
  const kernels = skip ? plain : withBlas(plain, blas!);

  for (const precision of ["f64", "f32"] as const)
    for (const [transA, transB] of TRANSPOSITIONS)
      test(`${precision}${transA ? ", A transposed" : ""}${transB ? ", B transposed" : ""}`, () => {
        for (const [m, n, k] of [
          [17, 33, 65],
          [64, 10, 128],
          [130, 70, 257],
          [2, 3000, 2],
          [100, 100, 1],
        ])
          for (const gap of [0, 3])
            for (const [alpha, beta] of [
              [1, 0],
              [-0.5, 2],
            ]) {
              const product = { m, n, k, transA, transB, alpha, beta, gap };
              // With beta 0 what C holds must not matter, not even NaN.
              const elements = beta === 0 ? { ...INTEGERS, c: () => Number.NaN } : INTEGERS;
              assertEqualElements(
                multiply(kernels, precision, product, elements),
                defined(product, elements),
                product,
              );
            }
      });

  test("products with empty matrices, vectors and small matrices stay with the kernels", () => {
    for (const [m, n, k] of [
      [0, 5, 3],
      [5, 0, 3],
      [5, 3, 0],
      [1, 300, 300],
      [300, 1, 300],
      [16, 16, 16],
    ]) {
      const product = { m, n, k, transA: false, transB: false, alpha: 1, beta: 1, gap: 1 };
      assertEqualElements(multiply(kernels, "f64", product, INTEGERS), defined(product, INTEGERS), product);
    }
  });

  test("everything else is left as it was", () => {
    assert.equal(kernels.heap, plain.heap);
    assert.equal(kernels.f.unary_f64, plain.f.unary_f64);
    assert.equal(kernels.blas, blas!.name);
    assert.equal(plain.blas, null);
  });

  const openBlas = skip || (/openblas/i.test(blas!.name) ? false : `${blas!.name} is not OpenBLAS`);
  test("OpenBLAS uses one thread", { skip: openBlas }, () => {
    const library = loadLibrary(blas!.name.split(",")[0]);
    assert.equal(library.function("openblas_get_num_threads", "i:")(), 1);
  });

  test("several threads may multiply at the same time", async () => {
    const work = Array.from({ length: 4 }, () => {
      const worker = new Worker(new URL("./blas-worker.js", import.meta.url));
      return new Promise<string>((resolve, reject) => worker.on("message", resolve).on("error", reject));
    });
    assert.deepEqual(new Set(await Promise.all(work)), new Set(["all products were right"]));
  });
});

describe("TUTTI_BLAS", () => {
  const error = (env: NodeJS.ProcessEnv) =>
    inProcess<{ code: string; message: string } | null>(
      "try { k.kernels(); return null; } catch ({ code, message }) { return { code, message }; }",
      { ...process.env, ...env },
    );

  test("auto uses BLAS where native kernels were asked for in vain", { skip }, async (t) => {
    const env = { ...process.env, HOME: temporaryFolder(t), XDG_CACHE_HOME: undefined, CC: "/nonexistent" };
    assert.equal((await describeIn(env)).blas.used, true);
    assert.equal((await describeIn({ ...env, TUTTI_BLAS: "off" })).blas.used, false);
    assert.equal((await describeIn({ ...env, TUTTI_KERNELS: "wasm" })).blas.used, false);
  });

  test("on uses it with every target", { skip }, async () => {
    for (const TUTTI_KERNELS of ["auto", "wasm"]) {
      const { blas } = await describeIn({ ...process.env, TUTTI_KERNELS, TUTTI_BLAS: "on" });
      assert.equal(blas.used, true);
      assert.equal(blas.reason, null);
    }
  });

  test("a library that is not there matters only to those who insist", async () => {
    const TUTTI_BLAS_LIBRARY = "/nonexistent/libblas.so";
    const { target, blas } = await describeIn({ ...process.env, TUTTI_BLAS_LIBRARY });
    assert.notEqual(target, null);
    assert.equal(blas.available, false);
    assert.match(blas.reason!, /cannot load \/nonexistent\/libblas\.so.*correct or unset TUTTI_BLAS_LIBRARY/);
    const insisting = await error({ TUTTI_BLAS_LIBRARY, TUTTI_BLAS: "on" });
    assert.equal(insisting?.code, "library");
  });

  test("a library without the CBLAS interface is refused", async () => {
    const TUTTI_BLAS_LIBRARY = process.platform === "darwin" ? "libSystem.dylib" : "libc.so.6";
    const refused = await error({ TUTTI_BLAS_LIBRARY, TUTTI_BLAS: "on" });
    assert.equal(refused?.code, "library");
    assert.match(refused?.message ?? "", /has no function cblas_dgemm/);
  });

  test("another value is an error that lists the right ones", async () => {
    const wrong = await error({ TUTTI_BLAS: "yes" });
    assert.equal(wrong?.code, "argument");
    assert.match(wrong?.message ?? "", /TUTTI_BLAS is "yes", expected one of auto, on, off/);
  });
});
