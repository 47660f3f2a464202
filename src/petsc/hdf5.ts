import { type Library, nativeCallback, textAt, viewMemory } from "../native/index.js";
import type { Errors } from "./errors.js";

/** The default error stack (`H5E_DEFAULT`), and the order in which the cause of an error comes first. */
const DEFAULT = 0;
const UPWARD = 0;
/** Where the description is in `H5E_error2_t`. */
const DESCRIPTION = 48;

const listening = new WeakSet<Library>();

/** Puts what HDF5 says of an error into the error that PETSc raises, instead of on the standard error. */
export function quoteHdf5(library: Library, errors: Errors): void {
  if (listening.has(library) || !library.has("H5Eset_auto2")) return;
  listening.add(library);
  const note = nativeCallback("i:ipp", (depth: number, error: number) => {
    if (depth > 0) return 0;
    const [description] = new BigUint64Array(viewMemory(error + DESCRIPTION, 8));
    errors.detail = textAt(Number(description));
    return 0;
  });
  const walk = library.function("H5Ewalk2", "i:nipp");
  const failed = nativeCallback("i:np", (stack: number) => {
    walk(stack, UPWARD, note.address, 0);
    return 0;
  });
  library.function("H5Eset_auto2", "i:npp")(DEFAULT, failed.address, 0);
}
