import { describeFailure } from "../comm/failure.js";
import type { Comm, Request } from "../comm/index.js";
import { TuttiError } from "../errors.js";
import { type NativeCallback, nativeCallback, type Signature } from "../native/index.js";
import { petsc } from "./runtime.js";

/** Milliseconds that a rank that has failed in a callback waits for the others to come out of theirs. */
const PATIENCE = 10_000;
const NAP = 1;
const pillow = new Int32Array(new SharedArrayBuffer(4));

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

/**
 * The failure of this rank, or the first one of the others.
 *
 * A rank that has failed cannot know whether the others come here: they may wait for it inside the callback. Then the job
 * ends with its error.
 */
function agree(lane: Comm, failure: { error: unknown } | undefined): { error: unknown } | undefined {
  if (failure === undefined) {
    if (lane.iallreduce(0, { op: "max" }).wait() === 0) return undefined;
  } else if (!comes(lane.iallreduce(1, { op: "max" }))) {
    const { text } = describeFailure(failure.error);
    process.stderr.write(
      `rank ${lane.rank} failed in a callback of PETSc while others wait for it:\n${text}\n`,
    );
    lane.abort(1);
  }
  const text = failure === undefined ? undefined : String(failure.error);
  const texts = lane.allgatherObject(text);
  if (failure !== undefined) return failure;
  const rank = texts.findIndex((found) => found !== undefined);
  const message = `rank ${rank} has thrown in the same callback: ${texts[rank]}`;
  return { error: new TuttiError("aborted", message, { rank }) };
}

/** Whether a request completes while there is patience. */
function comes(request: Request<unknown>): boolean {
  const deadline = performance.now() + PATIENCE;
  while (!request.test()) {
    if (performance.now() > deadline) return false;
    Atomics.wait(pillow, 0, 0, NAP);
  }
  return true;
}
