import { describeFailure } from "../comm/failure.js";
import type { Comm, Request } from "../comm/index.js";
import { TuttiError } from "../errors.js";

/** Milliseconds that a rank that has failed waits for the others. */
const PATIENCE = 10_000;
const NAP = 1;
const pillow = new Int32Array(new SharedArrayBuffer(4));

/** Private communicators on which ranks tell each other whether one has failed. */
const lanes = new WeakMap<Comm, Comm>();

/**
 * Makes ready for {@link agree}; undefined for a single rank, which has nobody to agree with. Collective.
 */
export function laneOf(comm: Comm): Comm | undefined {
  if (comm.size > 1 && !lanes.has(comm)) lanes.set(comm, comm.dup());
  return lanes.get(comm);
}

/**
 * Does what may fail on some ranks only; then it fails on all: there with its own error, elsewhere with one that names the rank.
 * Collective.
 *
 * @param what names the work in messages
 */
export function onAllRanks(comm: Comm, what: string, work: () => void): void {
  const lane = laneOf(comm);
  const failure = lane === undefined ? failureOf(work) : agree(lane, what, failureOf(work));
  if (failure !== undefined) throw failure.error;
}

/** What `work` throws. */
export function failureOf(work: () => void): Failure | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** What has been thrown, which may be undefined. */
interface Failure {
  readonly error: unknown;
}

/**
 * The failure of this rank, or the first one of the others.
 *
 * A rank that has failed cannot know whether the others come here: they may wait for it inside the work. Then the job
 * ends with its error.
 */
export function agree(lane: Comm, what: string, failure: Failure | undefined): Failure | undefined {
  if (failure === undefined) {
    if (lane.iallreduce(0, { op: "max" }).wait() === 0) return undefined;
  } else if (!comes(lane.iallreduce(1, { op: "max" }))) {
    const { text } = describeFailure(failure.error);
    process.stderr.write(`rank ${lane.rank} failed in ${what} while others wait for it:\n${text}\n`);
    lane.abort(1);
  }
  const text = failure === undefined ? undefined : String(failure.error);
  const texts = lane.allgatherObject(text);
  if (failure !== undefined) return failure;
  const rank = texts.findIndex((found) => found !== undefined);
  const message = `rank ${rank} has thrown in ${what}: ${texts[rank]}`;
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
