export { type NativeCallback, nativeCallback } from "./callback.js";
export { copyBytes, nativeCopy } from "./copy.js";
export { describeFfi } from "./ffi.js";
export { findLibrary, type LibrarySearch } from "./find.js";
export { Library, type LoadOptions, loadLibrary, type NativeFunction } from "./library.js";
export { addressOf, detach, textAt, viewMemory } from "./memory.js";
export type { Signature } from "./signature.js";
export { waitForReaders } from "./standard-streams.js";
