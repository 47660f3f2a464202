import { copyBytes } from "../../native/index.js";
import { bytesOf, type ElementType, type TypedArray } from "../elements.js";
import { foldValues, type Part } from "../fold.js";
import type { ElementOp, Reduction } from "../ops.js";
import type { Signature } from "../signature.js";
import { INLINE } from "./area.js";
import { exchange } from "./exchange.js";
import type { Meeting } from "./meeting.js";

const PRIVATE_INPUT = 1;
const PRIVATE_OUT = 2;
/** Bytes of each rank's input that are in staging buffers at the same time. */
const STEP = 262144;
/** The longest buffer of single elements that is combined without the help of the folder. */
const FEW = 8;

/** The allreduce of one number. */
export function allreduceNumber(
  meeting: Meeting,
  signature: Signature,
  { element }: Reduction,
  value: number,
): number {
  const { area, size, rank } = meeting;
  area.next();
  area.floats[area.payload(rank) >> 3] = value;
  meeting.meet(signature);
  const values = meeting.numbers;
  for (let r = 0; r < size; r++) values[r] = area.floats[area.payload(r) >> 3];
  return foldValues(element!, values, size);
}

/** A reduction as one rank takes part in it. */
export interface Task {
  readonly signature: Signature;
  readonly type: ElementType;
  readonly reduction: Reduction;
  readonly buf: TypedArray;
  /** Ranks of the communicator that get the result. */
  readonly receivers: readonly number[];
  /** Where the result goes; present on the receivers. */
  readonly out: TypedArray | undefined;
}

/**
 * Combines the buffers of all ranks.
 *
 * Short buffers: one meeting, then each receiver combines all of them. Long ones that all lie in shared memory: each rank
 * combines a slice of all inputs and writes it to all outputs. Other long ones: the same in steps, through staging buffers.
 * An element is combined in the same order on every way.
 */
export function reduceTo(meeting: Meeting, task: Task): void {
  const { buf, out, reduction } = task;
  if (meeting.size === 1) {
    if (out !== undefined && out !== buf) bytesOf(out).set(bytesOf(buf));
    return;
  }
  meeting.area.next();
  if (buf.length <= FEW && reduction.element !== undefined) reduceFew(meeting, task, reduction.element);
  else if (buf.byteLength <= INLINE) reduceShort(meeting, task);
  else reduceLong(meeting, task);
}

function reduceFew(meeting: Meeting, { signature, type, buf, out }: Task, op: ElementOp<number>): void {
  const { area, size, rank } = meeting;
  const view = area.view(type);
  const mine = area.payload(rank) / type.bytes;
  for (let i = 0; i < buf.length; i++) view[mine + i] = buf[i];
  meeting.meet(signature);
  if (out === undefined) return;
  const values = meeting.valuesOf(type) as Float64Array;
  for (let i = 0; i < out.length; i++) {
    for (let r = 0; r < size; r++) values[r] = view[area.payload(r) / type.bytes + i] as number;
    out[i] = foldValues(op, values, size);
  }
}

function reduceShort(meeting: Meeting, { signature, type, reduction, buf, out }: Task): void {
  exchange(meeting, signature, bytesOf(buf), (inputOf) => {
    if (out === undefined) return;
    const inputs = Array.from({ length: meeting.size }, (_, r) => inputOf(r));
    const outputs = [{ bytes: bytesOf(out), at: 0 }];
    meeting.endpoint.folder.fold(reduction, type, inputs, buf.byteLength, outputs);
  });
}

function reduceLong(meeting: Meeting, task: Task): void {
  const { area, group, endpoint, size, rank } = meeting;
  const { signature, type, reduction, buf, receivers, out } = task;
  const { buffers, folder } = endpoint;
  let flags = 0;
  if (buf.buffer instanceof SharedArrayBuffer) {
    area.setLocation(0, buffers.show(buf.buffer, group.ranks), buf.byteOffset);
  } else flags |= PRIVATE_INPUT;
  if (out?.buffer instanceof SharedArrayBuffer) {
    area.setLocation(1, buffers.show(out.buffer, group.ranks), out.byteOffset);
  } else if (out !== undefined) flags |= PRIVATE_OUT;
  const allShared = meeting.meet(signature, flags) === 0;
  const located = (r: number, which: number): Part => {
    if (r === rank) return { bytes: bytesOf(which === 0 ? buf : out!), at: 0 };
    const { bufferId, offset } = area.location(r, which);
    return { bytes: new Uint8Array(buffers.find(group.ranks[r], bufferId), offset, buf.byteLength), at: 0 };
  };
  const inputs = Array.from({ length: size }, (_, r) =>
    (area.flags(r) & PRIVATE_INPUT) === 0 ? located(r, 0) : undefined,
  );
  if (!allShared) {
    reduceInSteps(meeting, task, inputs);
    return;
  }
  const outputs = receivers.map((r) => located(r, 1));
  const [begin, end] = slice(buf.byteLength, reduction.width * type.bytes, size, rank);
  try {
    folder.fold(reduction, type, (inputs as Part[]).map(from(begin)), end - begin, outputs.map(from(begin)));
  } finally {
    area.next();
    meeting.again(signature);
  }
}

/** @param shared the inputs that lie in shared memory, by rank */
function reduceInSteps(meeting: Meeting, task: Task, shared: readonly (Part | undefined)[]): void {
  const { area, group, endpoint, size, rank } = meeting;
  const { signature, type, reduction, buf, out } = task;
  const { buffers, folder } = endpoint;
  const unit = reduction.width * type.bytes;
  const step = Math.max(1, Math.floor(STEP / unit)) * unit;
  const stage = buffers.stage(2 * step); // the input of a step, then this rank's slice of its result
  const staged = new Uint8Array(stage);
  const input = bytesOf(buf);
  const result = out && bytesOf(out);
  let stages: Uint8Array[] = [];
  let failure: unknown;
  for (let at = 0; at < buf.byteLength; at += step) {
    const length = Math.min(step, buf.byteLength - at);
    if (shared[rank] === undefined) copyBytes(staged, input.subarray(at, at + length));
    area.next();
    if (at === 0) area.setLocation(0, buffers.show(stage, group.ranks), 0);
    meeting.again(signature);
    if (at === 0) {
      stages = group.ranks.map((peer, r) =>
        r === rank ? staged : new Uint8Array(buffers.find(peer, area.location(r, 0).bufferId)),
      );
    }
    const inputs = shared.map((part, r) => (part ? from(at)(part) : { bytes: stages[r], at: 0 }));
    const [begin, end] = slice(length, unit, size, rank);
    const output = { bytes: staged, at: step + begin };
    try {
      folder.fold(reduction, type, inputs.map(from(begin)), end - begin, [output]);
    } catch (error) {
      failure ??= error; // the others count on this rank for the remaining steps
    }
    area.next();
    meeting.again(signature);
    for (let r = 0; r < size && result !== undefined; r++) {
      const [first, last] = slice(length, unit, size, r);
      copyBytes(result.subarray(at + first), stages[r].subarray(step + first, step + last));
    }
  }
  area.next();
  meeting.again(signature);
  buffers.unstage(stage);
  if (failure !== undefined) throw failure;
}

/** The bytes that `rank` combines: whole groups of elements, and where possible whole cache lines. */
function slice(length: number, group: number, size: number, rank: number): [number, number] {
  const unit = group * Math.max(1, Math.ceil(64 / group));
  const share = Math.ceil(length / unit / size) * unit;
  return [Math.min(length, rank * share), Math.min(length, (rank + 1) * share)];
}

function from(offset: number): (part: Part) => Part {
  return ({ bytes, at }) => ({ bytes, at: at + offset });
}
