import { copyBytes } from "../../native/index.js";
import { bytesOf, type ElementType, type TypedArray } from "../elements.js";
import type { Part } from "../fold.js";
import type { Signature } from "../signature.js";
import { INLINE } from "./area.js";
import type { Meeting } from "./meeting.js";

const LONG = 1;

/**
 * The collectives in which each rank shows an input and then takes what it needs from the inputs of others.
 *
 * A short input is copied to the slot, where one meeting is enough. A long one is read where it lies, or in a staging buffer
 * if that is not shared memory; then a second meeting ends the collective, because inputs must not change before.
 *
 * @param input this rank's input; absent if nobody needs one from it
 * @param take copies from the inputs, which it gets by rank
 */
export function exchange(
  meeting: Meeting,
  signature: Signature,
  input: Uint8Array | undefined,
  take: (inputOf: (rank: number) => Part) => void,
): void {
  const { area, endpoint, group } = meeting;
  const { buffers } = endpoint;
  let stage: SharedArrayBuffer | undefined;
  let flags = 0;
  if (input !== undefined && input.length > INLINE) {
    flags = LONG;
    let lies: { buffer: ArrayBufferLike; byteOffset: number } = input;
    if (!(input.buffer instanceof SharedArrayBuffer)) {
      stage = buffers.stage(input.length);
      copyBytes(new Uint8Array(stage), input);
      lies = { buffer: stage, byteOffset: 0 };
    }
    area.setLocation(0, buffers.show(lies.buffer as SharedArrayBuffer, group.ranks), lies.byteOffset);
  } else if (input !== undefined) {
    area.bytes.set(input, area.payload(meeting.rank));
  }
  const anyLong = meeting.meet(signature, flags) !== 0;
  const inputOf = (rank: number): Part => {
    if (rank === meeting.rank && input !== undefined) return { bytes: input, at: 0 };
    if ((area.flags(rank) & LONG) === 0) return { bytes: area.bytes, at: area.payload(rank) };
    const { bufferId, offset } = area.location(rank, 0);
    return { bytes: new Uint8Array(buffers.find(group.ranks[rank], bufferId)), at: offset };
  };
  try {
    take(inputOf);
  } finally {
    if (anyLong) {
      area.next();
      meeting.again(signature);
    }
    if (stage !== undefined) buffers.unstage(stage);
  }
}

/** Copies `count` elements from a place in an input to a place in a buffer. */
export function copyElements(
  type: ElementType,
  { bytes, at }: Part,
  from: number,
  count: number,
  out: TypedArray,
  to: number,
): void {
  const begin = at + from * type.bytes;
  copyBytes(bytesOf(out).subarray(to * type.bytes), bytes.subarray(begin, begin + count * type.bytes));
}
