import type { Comm } from "./comm.js";

let comm: Comm | undefined;

/** The communicator of all ranks of this job; the same object at every call. */
export function world(): Comm {
  if (comm === undefined) throw new Error("engines are being built");
  return comm;
}
