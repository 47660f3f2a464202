export { findLibrary, type LibrarySearch } from "./find.js";
export { Library, type LoadOptions, loadLibrary, type NativeFunction } from "./library.js";
export { addressOf } from "./memory.js";
export type { Signature } from "./signature.js";
