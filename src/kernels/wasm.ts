import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { TuttiError } from "../errors.js";
import { Heap, MAXIMUM_PAGES, type SharedMemory } from "./heap.js";
import { KERNEL_SIGNATURES } from "./signatures.js";
import type { KernelFunctions } from "./table.js";

// TypeScript declares WebAssembly only with the browser's types, which a Node.js package must not ask of its users.
const { Global, Instance, Memory, Module, validate } = (globalThis as unknown as { WebAssembly: WasmApi })
  .WebAssembly;

/** The two WebAssembly builds of the kernels. */
export type WasmTarget = "wasm-relaxed" | "wasm";

const FILES: Record<WasmTarget, string> = {
  "wasm-relaxed": "kernels-relaxed.wasm",
  wasm: "kernels-simd.wasm",
};

/** Pages of a fresh heap: 16 MiB of address space, backed by the system only where touched. */
const INITIAL_PAGES = 256;

/**
 * Instantiates one WebAssembly build of the kernels on a memory of its own.
 *
 * @throws TuttiError `library` if the file is missing or this engine cannot run it.
 */
export function loadWasm(target: WasmTarget): { file: string; heap: Heap; f: KernelFunctions } {
  const { file, bytes } = readValid(target);
  const module = new Module(bytes);
  const memory = reserveMemory();
  const { exports } = new Instance(module, { env: { memory } });
  const base = exports.__heap_base;
  if (!(base instanceof Global)) throw unusable(target, "it exports no __heap_base");
  const functions: Record<string, unknown> = {};
  for (const { name } of KERNEL_SIGNATURES) {
    if (typeof exports[name] !== "function") throw unusable(target, `it exports no ${name}`);
    functions[name] = exports[name];
  }
  return { file, heap: new Heap(memory, base.value), f: functions as KernelFunctions };
}

function readValid(target: WasmTarget): { file: string; bytes: Uint8Array } {
  const file = fileURLToPath(new URL(`wasm/${FILES[target]}`, import.meta.url));
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw unusable(
      target,
      `${file} cannot be read (${(cause as Error).message}); build it with: npm run build`,
    );
  }
  if (validate(bytes)) return { file, bytes };
  if (target === "wasm-relaxed") {
    // Node 20 has relaxed SIMD behind a flag, newer ones have it on; asking first avoids naming a flag they dropped.
    setFlagsFromString("--experimental-wasm-relaxed-simd");
    if (validate(bytes)) return { file, bytes };
  }
  throw unusable(target, `this JavaScript engine (V8 ${process.versions.v8}) does not accept ${file}`);
}

/** A shared memory that can grow to 4 GiB. V8 reserves address space for its guard zones as well. */
function reserveMemory(): SharedMemory {
  try {
    return new Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES, shared: true });
  } catch (cause) {
    const message =
      "kernels: this process may not reserve the 10 GiB of address space that a rank's memory takes (it uses only what " +
      "tensors need); raise the limit (ulimit -v unlimited) or start node with --disable-wasm-trap-handler, then it is 4 GiB";
    throw new TuttiError("memory", message, {}, { cause });
  }
}

function unusable(target: WasmTarget, reason: string): TuttiError {
  return new TuttiError("library", `kernel target "${target}" cannot be used: ${reason}`, { target, reason });
}

interface WasmApi {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
  Global: new () => { value: number };
}
