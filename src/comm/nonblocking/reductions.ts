import type { Allreduce, Reduce, ReduceScatter, Scan } from "../collective.js";
import { bytesOf, type ElementType, type TypedArray } from "../elements.js";
import { offsets } from "../layout.js";
import type { Reduction } from "../ops.js";
import type { Pieces } from "../transport.js";
import type { Lane, Plan } from "./lane.js";
import { copy, others, piece } from "./movement.js";

/*
 * The collectives that combine. Every element is combined in the one order of every reduction, of inputs that have all come
 * to one rank: short buffers go to every rank that needs the result, of long ones each rank combines a piece and sends it on,
 * which moves no more bytes than an allreduce by rings does.
 */

/** Up to so many bytes from all ranks together, each rank that needs the result combines everything. */
const SHORT = 1 << 15;
/** Longer buffers are worked on in steps of so many bytes, so that memory for inputs stays small. */
const STEP = 1 << 22;

export function* allreduce(lane: Lane, { type, buf, reduction, out }: Allreduce): Plan {
  if (lane.size === 1) copy(buf, out);
  else if (isShort(lane, buf))
    yield* combine(lane, type, reduction, buf, allRanks(lane), allRanks(lane), out);
  else yield* combinePieces(lane, type, reduction, buf, allRanks(lane), out);
}

export function* reduce(lane: Lane, { type, buf, reduction, root, out }: Reduce): Plan {
  if (lane.size === 1) copy(buf, out!);
  else if (isShort(lane, buf)) yield* combine(lane, type, reduction, buf, allRanks(lane), [root], out);
  else yield* combinePieces(lane, type, reduction, buf, [root], out);
}

export function* reduceScatter(lane: Lane, { type, buf, reduction, layout, out }: ReduceScatter): Plan {
  yield* combineOwnPiece(lane, type, reduction, { buf, layout }, out);
}

/** Each rank gets the inputs of all ranks before it. */
export function* scan(lane: Lane, { type, buf, reduction, exclusive, out }: Scan): Plan {
  const { rank } = lane;
  const inputs = allRanks(lane).slice(0, exclusive ? rank : rank + 1);
  const receivers = allRanks(lane).slice(rank + 1);
  yield* combine(lane, type, reduction, buf, inputs, receivers, inputs.length > 0 ? out : undefined);
}

/**
 * Sends the input to `receivers` and combines those of `givers`.
 *
 * @param out absent if this rank needs no result
 */
function* combine(
  lane: Lane,
  type: ElementType,
  reduction: Reduction,
  buf: TypedArray,
  givers: readonly number[],
  receivers: readonly number[],
  out: TypedArray | undefined,
): Plan {
  const inputs = new type.Array(out === undefined ? 0 : givers.length * buf.length) as TypedArray;
  const input = (r: number) =>
    r === lane.rank ? buf : inputs.subarray(r * buf.length, (r + 1) * buf.length);
  const isOther = (r: number) => r !== lane.rank;
  const receives =
    out === undefined ? [] : givers.filter(isOther).map((r) => lane.receive(type, input(r), r));
  const sends = receivers.filter(isOther).map((r) => lane.send(type, buf, r));
  yield [...receives, ...sends];
  if (out !== undefined) fold(lane, type, reduction, givers.map(input), out);
}

/** Each rank combines a piece, step by step, and sends it to `receivers`. */
function* combinePieces(
  lane: Lane,
  type: ElementType,
  reduction: Reduction,
  buf: TypedArray,
  receivers: readonly number[],
  out: TypedArray | undefined,
): Plan {
  const { rank, size } = lane;
  const { width } = reduction;
  const step = Math.max(1, Math.floor(STEP / (width * type.bytes))) * width;
  const failures: unknown[] = [];
  for (let begin = 0; begin < buf.length; begin += step) {
    const part = buf.subarray(begin, begin + step);
    const layout = evenGroups(part.length, width, size);
    const result = out && { buf: out.subarray(begin, begin + step), layout };
    const mine = result ? piece(result, rank) : (new type.Array(layout.counts[rank]) as TypedArray);
    let combined = mine;
    try {
      yield* combineOwnPiece(lane, type, reduction, { buf: part, layout }, mine);
    } catch (error) {
      failures.push(error);
      combined = mine.subarray(0, 0); // tells the others that there is no result
    }
    const receives = result ? others(lane).map((r) => lane.receive(type, piece(result, r), r)) : [];
    const sends = receivers.filter((r) => r !== rank).map((r) => lane.send(type, combined, r));
    yield [...receives, ...sends];
  }
  if (failures.length > 0) throw failures[0];
}

/** Sends the pieces of the input to their ranks and combines this rank's piece. */
function* combineOwnPiece(
  lane: Lane,
  type: ElementType,
  reduction: Reduction,
  from: Pieces,
  out: TypedArray,
): Plan {
  const { rank, size } = lane;
  const each = out.length;
  const inputs = new type.Array(size * each) as TypedArray;
  const input = (r: number) => (r === rank ? piece(from, r) : inputs.subarray(r * each, (r + 1) * each));
  const receives = others(lane).map((r) => lane.receive(type, input(r), r));
  const sends = others(lane).map((r) => lane.send(type, piece(from, r), r));
  yield [...receives, ...sends];
  fold(lane, type, reduction, allRanks(lane).map(input), out);
}

function fold(
  { folder }: Lane,
  type: ElementType,
  reduction: Reduction,
  inputs: readonly TypedArray[],
  out: TypedArray,
): void {
  const parts = inputs.map((input) => ({ bytes: bytesOf(input), at: 0 }));
  folder.fold(reduction, type, parts, out.byteLength, [{ bytes: bytesOf(out), at: 0 }]);
}

function isShort({ size }: Lane, { byteLength }: TypedArray): boolean {
  return size * byteLength <= SHORT;
}

function allRanks({ size }: Lane): number[] {
  return Array.from({ length: size }, (_, rank) => rank);
}

/** Pieces of whole groups whose lengths differ by at most one group. */
export function evenGroups(length: number, width: number, size: number) {
  const groups = length / width;
  const end = (r: number) => width * Math.floor(((r + 1) * groups) / size);
  const counts = Array.from({ length: size }, (_, r) => end(r) - end(r - 1));
  return { counts, displs: offsets(counts), given: true };
}
