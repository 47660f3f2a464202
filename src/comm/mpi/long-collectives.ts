import { bytesOf, type ElementType, type TypedArray } from "../elements.js";
import { extent, type Layout, offsets } from "../layout.js";
import { type Request, waitAll } from "../request.js";
import type { Pieces } from "../transport.js";
import * as counted from "./collectives.js";
import { type Group, perform } from "./prepared.js";

/*
 * Collectives of any length. MPI's functions count elements and places in C ints; what these can say goes straight to them.
 * Otherwise pieces that are long travel as messages, and the others, put together, by MPI's collective as always.
 *
 * A piece is long if it has more elements than ints can count divided by the number of ranks. Its sender and its receiver both
 * know its length, so they agree without asking, and all other pieces together are few enough.
 */

const TAG = 0;

/** Copies the root's buffer to all ranks. */
export function bcast(group: Group, call: number, type: ElementType, buf: TypedArray, root: number): void {
  const { mpi, comm } = group;
  for (let begin = 0; begin === 0 || begin < buf.length; begin += mpi.maxCount) {
    const part = buf.length <= mpi.maxCount ? buf : slice(buf, begin, mpi.maxCount);
    group.must(call, mpi.f.Bcast(mpi.address(part), part.length, mpi.types[type.code], root, comm));
  }
}

/** Puts the buffers of all ranks into their places on the root. */
export function gather(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  root: number,
  into: Pieces | undefined,
): void {
  const long = isLong(group, buf.length);
  const short = long ? slice(buf, 0, 0) : buf;
  if (into === undefined) {
    perform(group, call, counted.gather(group, call, type, short, root, undefined));
    if (long) group.lane!.send(call, type, buf, root, TAG, false);
  } else if (fits(group, into.layout)) {
    perform(group, call, counted.gather(group, call, type, buf, root, into));
  } else {
    const arriving = receiveLong(group, call, type, into);
    const packed = shortPieces(group, type, into.layout);
    perform(group, call, counted.gather(group, call, type, short, root, packed));
    move(type, packed, into);
    if (long) copyOwn(buf, piece(into, root));
    waitAll(arriving);
  }
}

/** Deals the pieces of the root's buffer out. */
export function scatter(
  group: Group,
  call: number,
  type: ElementType,
  from: Pieces | undefined,
  root: number,
  out: TypedArray,
): void {
  const long = isLong(group, out.length);
  const short = long ? slice(out, 0, 0) : out;
  if (from === undefined) {
    perform(group, call, counted.scatter(group, call, type, undefined, root, short));
    if (long) group.lane!.recv(call, type, out, root, TAG);
  } else if (fits(group, from.layout)) {
    perform(group, call, counted.scatter(group, call, type, from, root, out));
  } else {
    const leaving = sendLong(group, call, type, from);
    const packed = shortPieces(group, type, from.layout);
    move(type, from, packed);
    perform(group, call, counted.scatter(group, call, type, packed, root, short));
    if (long) copyOwn(piece(from, root), out);
    waitAll(leaving);
  }
}

/** Puts the buffers of all ranks into their places on every rank, all of which know all lengths. */
export function allgather(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  into: Pieces,
): void {
  const { layout } = into;
  const total = layout.counts.reduce((sum, count) => sum + count, 0);
  if (total > group.mpi.maxCount) {
    copyOwn(buf, piece(into, group.rank));
    for (let r = 0; r < group.size; r++) bcast(group, call, type, piece(into, r), r);
  } else if (extent(layout) <= group.mpi.maxCount) {
    perform(group, call, counted.allgather(group, call, type, buf, into));
  } else {
    const packed = room(type, layout.counts, layout.given);
    perform(group, call, counted.allgather(group, call, type, buf, packed));
    move(type, packed, into);
  }
}

/** Sends a piece to every rank and gets one from each. */
export function alltoall(group: Group, call: number, type: ElementType, from: Pieces, into: Pieces): void {
  if (fits(group, from.layout) && fits(group, into.layout)) {
    perform(group, call, counted.alltoall(group, call, type, from, into));
    return;
  }
  const { rank } = group;
  const messages = [...receiveLong(group, call, type, into), ...sendLong(group, call, type, from)];
  const leaving = shortPieces(group, type, from.layout);
  const arriving = shortPieces(group, type, into.layout);
  move(type, from, leaving);
  perform(group, call, counted.alltoall(group, call, type, leaving, arriving));
  move(type, arriving, into);
  if (isLong(group, into.layout.counts[rank])) copyOwn(piece(from, rank), piece(into, rank));
  waitAll(messages);
}

function isLong({ mpi, size }: Group, count: number): boolean {
  return count > mpi.maxCount / size;
}

/** Whether MPI's ints can say all of a layout, and none of its pieces is long. */
function fits(group: Group, layout: Layout): boolean {
  return extent(layout) <= group.mpi.maxCount && !layout.counts.some((count) => isLong(group, count));
}

/** Memory for the pieces that are not long, without gaps. */
function shortPieces(group: Group, type: ElementType, { counts, given }: Layout): Pieces {
  const short = counts.map((count) => (isLong(group, count) ? 0 : count));
  return room(type, short, given);
}

function receiveLong(group: Group, call: number, type: ElementType, into: Pieces): Request<unknown>[] {
  return longPeers(group, into.layout).map((r) => group.lane!.irecv(call, type, piece(into, r), r, TAG));
}

function sendLong(group: Group, call: number, type: ElementType, from: Pieces): Request<unknown>[] {
  return longPeers(group, from.layout).map((r) => group.lane!.isend(call, type, piece(from, r), r, TAG));
}

/** The other ranks whose pieces are long. */
function longPeers(group: Group, { counts }: Layout): number[] {
  return Array.from(counts.keys()).filter((r) => r !== group.rank && isLong(group, counts[r]));
}

/** Memory for pieces of these lengths, without gaps. */
function room(type: ElementType, counts: readonly number[], given: boolean): Pieces {
  const layout = { counts, displs: offsets(counts), given };
  return { buf: new type.Array(extent(layout)), layout };
}

/** Copies those pieces of `from` to their places in `to` that are in both. */
function move(type: ElementType, from: Pieces, to: Pieces): void {
  const [source, target] = [bytesOf(from.buf), bytesOf(to.buf)];
  for (const r of from.layout.counts.keys()) {
    const count = Math.min(from.layout.counts[r], to.layout.counts[r]);
    const begin = from.layout.displs[r] * type.bytes;
    target.set(source.subarray(begin, begin + count * type.bytes), to.layout.displs[r] * type.bytes);
  }
}

function piece({ buf, layout }: Pieces, r: number): TypedArray {
  return slice(buf, layout.displs[r], layout.counts[r]);
}

function slice(buf: TypedArray, begin: number, length: number): TypedArray {
  return buf.subarray(begin, begin + length) as TypedArray;
}

/** Copies a rank's piece to itself, unless it is in place already. */
function copyOwn(from: TypedArray, to: TypedArray): void {
  if (from.buffer !== to.buffer || from.byteOffset !== to.byteOffset) bytesOf(to).set(bytesOf(from));
}
