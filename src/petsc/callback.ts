import type { Comm } from "../comm/index.js";
import { type NativeCallback, nativeCallback, type Signature } from "../native/index.js";
import { agree, failureOf, laneOf } from "./agreement.js";
import { petsc } from "./runtime.js";

/**
 * Makes a function of the program callable by PETSc, which calls it on all ranks of `comm`.
 *
 * What it throws on any rank makes the call of PETSc fail on every rank: there it comes out again, elsewhere an error that
 * names the rank. To be called by all ranks.
 */
export function collectiveCallback(
  comm: Comm,
  signature: Signature,
  call: (...args: never[]) => void,
): NativeCallback {
  const lane = laneOf(comm);
  return nativeCallback(signature, (...args: never[]) => {
    let failure = failureOf(() => call(...args));
    if (lane !== undefined) failure = agree(lane, "a callback of PETSc", failure);
    return failure === undefined ? 0 : petsc().errors.keep(failure.error);
  });
}
