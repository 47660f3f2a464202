import { type Heap, KERNEL_TABLE, type KernelFunctions, type KernelName, kernels } from "../kernels/index.js";
import type { FloatDType } from "./dtype.js";

type Stem<K> = K extends `${infer S}_T` ? S : never;
type Kernel = (...args: number[]) => number;

/** The kernels of one precision, named without its suffix. */
export type FloatKernels = Readonly<Record<Stem<keyof typeof KERNEL_TABLE>, Kernel>>;

/** The kernels and the heap of this thread as tensors use them. */
export interface Core {
  readonly heap: Heap;
  readonly f: KernelFunctions;
  readonly float64: FloatKernels;
  readonly float32: FloatKernels;
}

let loaded: Core | undefined;

/** Found on first use: importing tensors must not start anything. */
export function core(): Core {
  return loaded ?? load();
}

function load(): Core {
  const { heap, f } = kernels();
  loaded = { heap, f, float64: ofPrecision(f, "f64"), float32: ofPrecision(f, "f32") };
  return loaded;
}

function ofPrecision(f: KernelFunctions, suffix: "f64" | "f32"): FloatKernels {
  const entries = Object.keys(KERNEL_TABLE)
    .filter((name) => name.endsWith("_T"))
    .map((name) => [name.slice(0, -2), f[`${name.slice(0, -1)}${suffix}` as KernelName]]);
  return Object.fromEntries(entries);
}

/** The kernels of one precision. */
export function floatKernels(dtype: FloatDType): FloatKernels {
  const c = core();
  return dtype === "float64" ? c.float64 : c.float32;
}

// The scratch area of the heap holds shapes and strides from its start, and numbers as operands at its end.
const SCALARS = 4096 - 64;

/** Puts a number where a kernel reads it as an array of one element; slots 0 to 7. */
export function scalarPointer(dtype: FloatDType, value: number, slot: number): number {
  const { heap } = core();
  const pointer = heap.scratch + SCALARS + slot * 8;
  if (dtype === "float64") heap.f64[pointer >>> 3] = value;
  else heap.f32[pointer >>> 2] = value;
  return pointer;
}
