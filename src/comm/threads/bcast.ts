import { copyBytes } from "../../native/index.js";
import { bytesOf, type ElementType, type TypedArray } from "../elements.js";
import { type Signature, signature } from "../signature.js";
import { INLINE } from "./area.js";
import { exchange } from "./exchange.js";
import type { Meeting } from "./meeting.js";

const STEPS = 1;
/** Bytes that the root copies to shared memory at a time. */
const STEP = 262144;

/** Copies the root's buffer to all ranks: through the slot, from where it lies in shared memory, or in steps. */
export function bcast(
  meeting: Meeting,
  call: number,
  type: ElementType,
  buf: TypedArray,
  root: number,
): void {
  const { area, rank } = meeting;
  const same = signature(call, type, { root, count: buf.length });
  area.next();
  if (buf.byteLength > INLINE) bcastLong(meeting, same, bytesOf(buf), root);
  else {
    const bytes = bytesOf(buf);
    exchange(meeting, same, rank === root ? bytes : undefined, (inputOf) => {
      if (rank === root) return;
      const { bytes: from, at } = inputOf(root);
      bytes.set(from.subarray(at, at + bytes.length));
    });
  }
}

function bcastLong(meeting: Meeting, same: Signature, bytes: Uint8Array, root: number): void {
  const { area, endpoint, group, rank } = meeting;
  const { buffers } = endpoint;
  const isRoot = rank === root;
  const stage = isRoot && !(bytes.buffer instanceof SharedArrayBuffer) ? buffers.stage(2 * STEP) : undefined;
  const staged = stage && new Uint8Array(stage);
  if (isRoot) {
    const shown = stage ?? (bytes.buffer as SharedArrayBuffer);
    area.setLocation(0, buffers.show(shown, group.ranks), stage ? 0 : bytes.byteOffset);
    if (staged) copyBytes(staged, bytes.subarray(0, STEP));
  }
  const inSteps = (meeting.meet(same, stage ? STEPS : 0) & STEPS) !== 0;
  const step = inSteps ? STEP : bytes.length;
  const source = isRoot ? undefined : open(meeting, root);
  for (let at = 0, k = 0; at < bytes.length; at += step, k++) {
    if (k > 0) {
      area.next();
      meeting.again(same);
    }
    // the root fills one half of the stage while the others read the other
    const next = at + step;
    if (staged) copyBytes(staged.subarray(((k + 1) & 1) * STEP), bytes.subarray(next, next + step));
    if (source !== undefined) {
      const from = inSteps ? (k & 1) * STEP : 0;
      copyBytes(bytes.subarray(at), source.subarray(from, from + Math.min(step, bytes.length - at)));
    }
  }
  area.next();
  meeting.again(same);
  if (stage !== undefined) buffers.unstage(stage);
}

/** The memory that the root shows, from the place it names. */
function open({ area, endpoint, group }: Meeting, root: number): Uint8Array {
  const { bufferId, offset } = area.location(root, 0);
  return new Uint8Array(endpoint.buffers.find(group.ranks[root], bufferId), offset);
}
