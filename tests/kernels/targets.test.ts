import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { KERNEL_SIGNATURES, KERNEL_TABLE, kernels, loadTarget } from "../../src/kernels/index.js";
import { addressOf } from "../../src/native/index.js";
import { describeIn, inProcess, temporaryFolder } from "./child.js";
import { TARGETS, targetOrReason } from "./products.js";

/** The error that `kernels()` throws in a process with this environment. */
function failureIn(env: NodeJS.ProcessEnv): Promise<{ code: string; message: string }> {
  return inProcess("try { k.kernels(); } catch ({ code, message }) { return { code, message }; }", env);
}

test("signatures write out the table for both precisions", () => {
  const stems = Object.keys(KERNEL_TABLE);
  const templates = stems.filter((stem) => stem.endsWith("_T"));
  assert.equal(KERNEL_SIGNATURES.length, stems.length + templates.length);
  const [f64, f32] = KERNEL_SIGNATURES.filter(({ name }) => name.startsWith("gemm"));
  assert.deepEqual([f64.name, f32.name], ["gemm_f64", "gemm_f32"]);
  assert.equal(`${f64.result}:${f64.parameters}`, KERNEL_TABLE.gemm_T);
});

for (const name of TARGETS) {
  const { skip } = targetOrReason(name);
  describe(`target ${name}`, { skip }, () => {
    const target = skip ? undefined! : loadTarget(name);

    test("has every function of the table and is loaded once", () => {
      assert.equal(target.target, name);
      assert.equal(loadTarget(name), target);
      for (const signature of KERNEL_SIGNATURES) assert.equal(typeof target.f[signature.name], "function");
    });

    test("works on the heap in place, in small and large calls", () => {
      const { heap, f } = target;
      for (const n of [1, 3, 16, 17, 100, 1000]) {
        const x = heap.allocate(n * 8);
        const y = heap.allocate(n * 8);
        for (let i = 0; i < n; i++) heap.f64[x / 8 + i] = i - 2;
        f.binary_f64(0, n, x, 1, x, 1, y); // add
        assert.deepEqual(
          [...heap.f64.subarray(y / 8, y / 8 + n)],
          Array.from({ length: n }, (_, i) => 2 * (i - 2)),
        );
        assert.equal(
          f.dot_f64(n, x, y),
          Array.from({ length: n }, (_, i) => 2 * (i - 2) ** 2).reduce((a, b) => a + b),
        );
        heap.f64[x / 8 + n - 1] = Number.NaN;
        assert.equal(f.first_nonfinite_f64(n, x), n - 1);
        assert.equal(f.first_nonfinite_f64(n, y), -1);
        heap.release(x, n * 8);
        heap.release(y, n * 8);
      }
    });

    test("takes null for arrays that it does not need", () => {
      const { heap, f } = target;
      for (const n of [2, 2000]) {
        const [p, g] = [heap.allocate(n * 8), heap.allocate(n * 8)];
        heap.f64.fill(1, p / 8, p / 8 + n).fill(4, g / 8, g / 8 + n);
        f.sgd_f64(n, 0.25, 0, 0, 0, p, g, 0); // p - lr g = 0
        assert.deepEqual([...heap.f64.subarray(p / 8, p / 8 + n)], new Array(n).fill(0));
        heap.release(p, n * 8);
        heap.release(g, n * 8);
      }
    });

    test("growing the heap does not move it", () => {
      const { heap } = target;
      const before = addressOf(heap.u8);
      const bytes = heap.bytesReserved + 1;
      const block = heap.allocate(bytes);
      assert.equal(addressOf(heap.u8), before);
      heap.release(block, bytes);
    });
  });
}

describe("TUTTI_KERNELS", () => {
  test("auto, or nothing, takes the fastest that works", async () => {
    const best = TARGETS.find((name) => targetOrReason(name).skip === false);
    for (const TUTTI_KERNELS of [undefined, "", "auto"])
      assert.equal((await describeIn({ ...process.env, TUTTI_KERNELS })).target, best);
  });

  test("wasm takes what the package brings and nothing of the machine", async () => {
    const { target, targets, blas } = await describeIn({ ...process.env, TUTTI_KERNELS: "wasm" });
    const best = targetOrReason("wasm-relaxed").skip === false ? "wasm-relaxed" : "wasm";
    assert.equal(target, best);
    assert.equal(targets[best].used, true);
    assert.equal(targets.native.used, false);
    assert.equal(blas.used, false);
  });

  test("native takes native kernels or says why it cannot", async (t) => {
    const HOME = temporaryFolder(t);
    const env = {
      ...process.env,
      HOME,
      XDG_CACHE_HOME: undefined,
      TUTTI_KERNELS: "native",
      CC: "/nonexistent",
    };
    const { code, message } = await failureIn(env);
    assert.equal(code, "library");
    assert.match(message, /native kernels cannot be used: CC names \/nonexistent/);
    const { target, error } = await describeIn(env);
    assert.equal(target, null);
    assert.equal(error, message);
  });

  test("another value is an error that lists the right ones", async () => {
    const { code, message } = await failureIn({ ...process.env, TUTTI_KERNELS: "nativ" });
    assert.equal(code, "argument");
    assert.match(message, /TUTTI_KERNELS is "nativ", expected one of auto, wasm, native/);
  });
});

test("kernels() gives the same kernels every time, and every thread its own heap", async () => {
  const mine = kernels();
  assert.equal(kernels(), mine);
  const module = new URL("../../src/kernels/index.js", import.meta.url).href;
  const worker = new Worker(
    `import(${JSON.stringify(module)}).then(({ kernels }) => {
       const { target, heap } = kernels();
       require("node:worker_threads").parentPort.postMessage({ target, buffer: heap.memory.buffer });
     });`,
    { eval: true },
  );
  const theirs = await new Promise<{ target: string; buffer: SharedArrayBuffer }>((resolve, reject) => {
    worker.on("message", resolve).on("error", reject);
  });
  await worker.terminate();
  assert.equal(theirs.target, mine.target);
  const block = mine.heap.allocate(64);
  mine.heap.u8[block] = 1;
  new Uint8Array(theirs.buffer)[block] = 2;
  assert.equal(mine.heap.u8[block], 1);
  mine.heap.release(block, 64);
});
