import { loadLibrary, type NativeFunction } from "./library.js";
import { addressOf } from "./memory.js";

/*
 * Copies between buffers of threads. The engine of JavaScript copies shared memory word by word; the C library does it in
 * half the time. Loading what calls it takes some milliseconds, so programs that copy little go without.
 */

/** The C library by the name under which the system's loader knows it. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  linux: ["libc.so.6", "libc.so"],
  darwin: ["libSystem.B.dylib"],
  win32: ["ucrtbase.dll", "msvcrt.dll"],
};

/** Copies of fewer bytes than this gain nothing. */
const SHORTEST = 16384;
/** Bytes in long copies after which it pays to load the library. */
const PATIENCE = 1 << 25;

let patience = PATIENCE;
let memmove: NativeFunction | undefined;

/** Copies `from` to the beginning of `to`; they may overlap. `to` must be long enough. */
export function copyBytes(to: Uint8Array, from: Uint8Array): void {
  const { length } = from;
  if (length < SHORTEST || !canCopy(length)) to.set(from);
  else if (length > to.length) throw new RangeError(`${length} bytes do not fit into ${to.length}`);
  else memmove!(addressOf(to), addressOf(from), length);
}

/**
 * The C function `memmove(to, from, bytes)` on addresses for a task that copies `bytes` in all; undefined as long as ordinary
 * copies will do, or where there is no such function.
 */
export function nativeCopy(bytes: number): ((to: number, from: number, bytes: number) => void) | undefined {
  return canCopy(bytes) ? memmove : undefined;
}

function canCopy(bytes: number): boolean {
  if (memmove !== undefined) return true;
  if (patience === 0) return false;
  patience = Math.max(0, patience - bytes);
  if (patience === 0) memmove = load();
  return memmove !== undefined;
}

function load(): NativeFunction | undefined {
  for (const name of NAMES[process.platform] ?? []) {
    try {
      return loadLibrary(name).function("memmove", "v:ppn");
    } catch {
      // the next name, or none
    }
  }
  return undefined;
}
