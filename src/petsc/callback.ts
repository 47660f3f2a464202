import type { Comm } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import { type NativeCallback, nativeCallback, type Signature } from "../native/index.js";
import { petsc } from "./runtime.js";

/** Private communicators on which ranks tell each other whether a callback has failed. */
const lanes = new WeakMap<Comm, Comm>();

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
  if (comm.size > 1 && !lanes.has(comm)) lanes.set(comm, comm.dup());
  const lane = lanes.get(comm);
  return nativeCallback(signature, (...args: never[]) => {
    let failure: { error: unknown } | undefined;
    try {
      call(...args);
    } catch (error) {
      failure = { error };
    }
    if (lane !== undefined) failure = agree(lane, failure);
    return failure === undefined ? 0 : petsc().errors.keep(failure.error);
  });
}

/** The failure of this rank, or the first one of the others. */
function agree(lane: Comm, failure: { error: unknown } | undefined): { error: unknown } | undefined {
  if (lane.allreduce(failure === undefined ? 0 : 1, { op: "max" }) === 0) return undefined;
  const text = failure === undefined ? undefined : String(failure.error);
  const texts = lane.allgatherObject(text);
  if (failure !== undefined) return failure;
  const rank = texts.findIndex((found) => found !== undefined);
  const message = `rank ${rank} has thrown in the same callback: ${texts[rank]}`;
  return { error: new TuttiError("aborted", message, { rank }) };
}
