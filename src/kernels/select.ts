import { TuttiError } from "../errors.js";
import { findBlas, withBlas } from "./blas.js";
import { loadNative } from "./native.js";
import type { Kernels, TargetName } from "./target.js";
import { loadWasm } from "./wasm.js";

const loaded = new Map<TargetName, Kernels>();
let chosen: Kernels | undefined;

/**
 * The kernels of this thread, chosen on the first call and the same ever after.
 *
 * `TUTTI_KERNELS` chooses: `auto` (the default) the fastest that works here, `wasm` what the package brings,
 * `native` the kernels compiled for this machine. `TUTTI_BLAS` does it for the matrix product: `auto` takes a BLAS
 * library where native kernels were asked for in vain (their own product is as fast or faster), `on` always, `off` never.
 *
 * @throws TuttiError `argument` for other values, `library` if what is forced cannot be used.
 */
export function kernels(): Kernels {
  chosen ??= chooseProduct(chooseTarget());
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

const TARGETS = {
  auto: ["native", "wasm-relaxed", "wasm"],
  wasm: ["wasm-relaxed", "wasm"],
  native: ["native"],
} as const satisfies Record<string, readonly TargetName[]>;

const BLAS = { auto: "auto", on: "on", off: "off" } as const;

function chooseTarget(): Kernels {
  let failure: unknown;
  for (const name of setting("TUTTI_KERNELS", TARGETS)) {
    try {
      return loadTarget(name);
    } catch (error) {
      if (!(error instanceof TuttiError && error.code === "library")) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

function chooseProduct(found: Kernels): Kernels {
  const wanted = setting("TUTTI_BLAS", BLAS);
  const inVain = found.target !== "native" && setting("TUTTI_KERNELS", TARGETS) === TARGETS.auto;
  if (wanted === "off" || (wanted === "auto" && !inVain)) return found;
  try {
    return withBlas(found, findBlas());
  } catch (error) {
    if (wanted === "auto" && error instanceof TuttiError && error.code === "library") return found;
    throw error;
  }
}

/** The entry of `values` that an environment variable names; `auto` if it is not set. */
function setting<T>(variable: string, values: Readonly<Record<string, T>>): T {
  const value = process.env[variable] || "auto";
  if (Object.hasOwn(values, value)) return values[value];
  const wanted = Object.keys(values).join(", ");
  throw new TuttiError("argument", `${variable} is "${value}", expected one of ${wanted}`, {
    variable,
    value,
  });
}

function open(name: TargetName): Kernels {
  const wasm = loadWasm(name === "native" ? "wasm" : name);
  const { heap } = wasm;
  if (name !== "native") {
    const pointerTo = ({ buffer, byteOffset }: ArrayBufferView) =>
      buffer === heap.memory.buffer ? byteOffset : undefined;
    return { target: name, ...wasm, blas: null, pointerTo };
  }
  return { target: name, ...loadNative(heap, wasm.f), blas: null, heap };
}
