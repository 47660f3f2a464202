import { TuttiError } from "../errors.js";
import { loadNative } from "./native.js";
import type { Kernels, TargetName } from "./target.js";
import { loadWasm } from "./wasm.js";

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

/** What `TUTTI_KERNELS` asks for, best first. */
export function requestedTargets(): readonly TargetName[] {
  const value = process.env.TUTTI_KERNELS || "auto";
  const targets = REQUESTS[value as keyof typeof REQUESTS];
  if (targets) return targets;
  const wanted = Object.keys(REQUESTS).join(", ");
  throw new TuttiError("argument", `TUTTI_KERNELS is "${value}", expected one of ${wanted}`, { value });
}

const REQUESTS = {
  auto: ["native", "wasm-relaxed", "wasm"],
  wasm: ["wasm-relaxed", "wasm"],
  native: ["native"],
} as const satisfies Record<string, readonly TargetName[]>;

function choose(): Kernels {
  let failure: unknown;
  for (const name of requestedTargets()) {
    try {
      return loadTarget(name);
    } catch (error) {
      if (!(error instanceof TuttiError && error.code === "library")) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

function open(name: TargetName): Kernels {
  if (name !== "native") return { target: name, blas: null, ...loadWasm(name) };
  const { heap, f: small } = loadWasm("wasm");
  const { f } = loadNative(heap, small);
  return { target: "native", blas: null, heap, f };
}
