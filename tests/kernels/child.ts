import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { KernelDescription } from "../../src/kernels/index.js";

const KERNELS = new URL("../../src/kernels/index.js", import.meta.url).href;

/** Runs `body`, the inside of a function of the kernels' module `k`, in a new process with this environment. */
export function inProcess<T>(body: string, env: NodeJS.ProcessEnv): Promise<T> {
  const program = `
    const k = await import(${JSON.stringify(KERNELS)});
    const result = await (async () => { ${body} })();
    process.stdout.write(JSON.stringify(result));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (status === 0) resolve(JSON.parse(stdout));
      else reject(new Error(`the process ended with ${signal ?? status}: ${stderr}`));
    });
  });
}

/** How a new process with this environment describes its kernels, after a product on them as a proof of life. */
export function describeIn(env: NodeJS.ProcessEnv): Promise<KernelDescription> {
  return inProcess(
    `const description = k.describeKernels();
     if (description.target) {
       const { heap, f } = k.kernels();
       const n = 40, bytes = n * n * 8, [a, c] = [heap.allocate(bytes), heap.allocate(bytes)];
       heap.f64.fill(2, a / 8, a / 8 + n * n);
       f.gemm_f64(0, 0, n, n, n, 1, a, n, a, n, 0, c, n);
       if (heap.f64[c / 8 + n * n - 1] !== 4 * n) throw new Error("wrong product");
     }
     return description;`,
    env,
  );
}

/** A new empty folder that is removed after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tutti-kernels-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
