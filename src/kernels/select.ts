import { TuttiError } from "../errors.js";
import type { Kernels, TargetName } from "./target.js";
import { loadWasm, type WasmTarget, wasmObstacle } from "./wasm.js";

const loaded = new Map<TargetName, Kernels>();
let chosen: Kernels | undefined;

/**
 * The kernels of this thread, chosen on the first call and the same ever after.
 *
 * `TUTTI_KERNELS` chooses: `auto` (the default) the fastest that works here, `wasm` what the package brings,
 * `native` the kernels compiled for this machine.
 *
 * @throws TuttiError `argument` for another value of `TUTTI_KERNELS`, `library` if the forced target cannot be used.
 */
export function kernels(): Kernels {
  chosen ??= choose();
  return chosen;
}

/**
 * The kernels of one target, on a heap of their own; for conformance tests and benchmarks.
 *
 * @throws TuttiError `library` with the reason if this machine cannot run it.
 */
export function loadTarget(name: TargetName): Kernels {
  let target = loaded.get(name);
  if (!target) {
    target = open(name);
    loaded.set(name, target);
  }
  return target;
}

function choose(): Kernels {
  requestedTarget();
  return loadTarget(wasmObstacle("wasm-relaxed") === undefined ? "wasm-relaxed" : "wasm");
}

function open(name: TargetName): Kernels {
  if (name === "native")
    throw new TuttiError("library", "loadTarget: native kernels are not available", { name });
  const { heap, f } = loadWasm(name satisfies WasmTarget);
  return { target: name, blas: null, heap, f };
}

type Request = "auto" | "wasm" | "native";

function requestedTarget(): Request {
  const value = process.env.TUTTI_KERNELS || "auto";
  if (value === "auto" || value === "wasm" || value === "native") return value;
  throw new TuttiError("argument", `TUTTI_KERNELS is "${value}", expected auto, wasm or native`, { value });
}
