import { TuttiError } from "../errors.js";
import { findBlas } from "./blas.js";
import { kernels, loadTarget } from "./select.js";
import type { TargetName } from "./target.js";

/** Something the kernels can use: whether they can here, and why not. */
export interface Availability {
  readonly available: boolean;
  /** Whether the kernels of this thread use it. */
  readonly used: boolean;
  /** A path, a version; null if there is nothing to add. */
  readonly detail: string | null;
  /** Why it is not available or not used, and what to do; null if it is used. */
  readonly reason: string | null;
}

/** What the kernels of this thread are, and why they are not something else. */
export interface KernelDescription {
  /** What {@link kernels} gives, or null if it throws. */
  readonly target: TargetName | null;
  /** Why {@link kernels} throws, or null. */
  readonly error: string | null;
  /** What `TUTTI_KERNELS` and `TUTTI_BLAS` ask for. */
  readonly requested: { readonly kernels: string; readonly blas: string };
  /** Every target, fastest first. */
  readonly targets: Readonly<Record<TargetName, Availability>>;
  readonly blas: Availability;
}

/** Tries every target and BLAS and says what works on this machine; never throws. */
export function describeKernels(): KernelDescription {
  const used = attempt(kernels);
  const targets = {} as Record<TargetName, Availability>;
  for (const name of ["native", "wasm-relaxed", "wasm"] as const) {
    const found = attempt(() => loadTarget(name));
    const isUsed = used.value?.target === name;
    targets[name] = {
      available: found.value !== undefined,
      used: isUsed,
      detail: found.value?.file ?? null,
      reason: isUsed ? null : (found.error ?? (used.value ? `${used.value.target} was preferred` : null)),
    };
  }
  const blas = attempt(findBlas);
  return {
    target: used.value?.target ?? null,
    error: used.error ?? null,
    requested: { kernels: process.env.TUTTI_KERNELS || "auto", blas: process.env.TUTTI_BLAS || "auto" },
    targets,
    blas: {
      available: blas.value !== undefined,
      used: used.value !== undefined && used.value.blas !== null,
      detail: blas.value?.name ?? null,
      reason: used.value?.blas ? null : (blas.error ?? "the matrix product of these kernels is preferred"),
    },
  };
}

function attempt<T>(action: () => T): { value?: T; error?: string } {
  try {
    return { value: action() };
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    return { error: error.message };
  }
}
