import { createRequire } from "node:module";
import { TuttiError } from "../errors.js";

type Koffi = typeof import("koffi").default;

let koffi: Koffi | undefined;

/**
 * The foreign function interface, loaded on first use: programs that need no shared library never pay for it.
 *
 * @throws TuttiError `library` if there is none for this platform.
 */
export function ffi(): Koffi {
  if (koffi) return koffi;
  try {
    koffi = createRequire(import.meta.url)("koffi") as Koffi;
    return koffi;
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`;
    const reason = `no foreign function interface for ${platform}: ${(cause as Error).message}`;
    throw new TuttiError("library", reason, { platform }, { cause });
  }
}

/** Name and version of the foreign function interface; throws as {@link ffi}. */
export function describeFfi(): string {
  return `koffi ${ffi().version}`;
}
