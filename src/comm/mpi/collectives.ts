import { bytesOf, type ElementType, type TypedArray } from "../elements.js";
import { extent, type Layout } from "../layout.js";
import type { Pieces } from "../transport.js";
import type { Mpi } from "./mpi.js";
import type { Group, Prepared } from "./prepared.js";

/*
 * The collectives that only move elements, as many as MPI counts in C ints: what it is to be told of buffers and layouts.
 * Longer ones are in long-collectives.ts.
 */

/** Puts the buffers of all ranks into their places on the root. Only the root knows the counts, so it is always a gatherv. */
export function gather(
  { mpi }: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  root: number,
  into: Pieces | undefined,
): Prepared {
  const handle = mpi.types[type.code];
  const count = mpi.count(call, buf.length);
  if (into === undefined) {
    const args = [mpi.address(buf), count, handle, 0, 0, 0, handle, root];
    return { name: "Gatherv", args, memory: [buf] };
  }
  const { counts, displs } = intLayout(mpi, call, into.layout);
  const from = overlap(buf, into.buf) ? mpi.abi.inPlace : mpi.address(buf);
  const to = mpi.address(into.buf);
  const [countsAt, displsAt] = [mpi.address(counts), mpi.address(displs)];
  const args = [from, count, handle, to, countsAt, displsAt, handle, root];
  return { name: "Gatherv", args, memory: [buf, into.buf, counts, displs] };
}

/** Deals the pieces of the root's buffer out. Only the root knows the counts, so it is always a scatterv. */
export function scatter(
  { mpi }: Group,
  call: number,
  type: ElementType,
  from: Pieces | undefined,
  root: number,
  out: TypedArray,
): Prepared {
  const handle = mpi.types[type.code];
  const count = mpi.count(call, out.length);
  if (from === undefined) {
    const args = [0, 0, 0, handle, mpi.address(out), count, handle, root];
    return { name: "Scatterv", args, memory: [out] };
  }
  const { counts, displs } = intLayout(mpi, call, from.layout);
  const to = overlap(out, from.buf) ? mpi.abi.inPlace : mpi.address(out);
  const [countsAt, displsAt] = [mpi.address(counts), mpi.address(displs)];
  const args = [mpi.address(from.buf), countsAt, displsAt, handle, to, count, handle, root];
  return { name: "Scatterv", args, memory: [from.buf, out, counts, displs] };
}

/** Puts the buffers of all ranks into their places on every rank. */
export function allgather(
  { mpi }: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  into: Pieces,
): Prepared {
  const { layout, buf: out } = into;
  const handle = mpi.types[type.code];
  const count = mpi.count(call, buf.length);
  // MPI's own form in place would have to be used by all ranks or none, which ranks do not know of each other
  const sent = overlap(buf, out) ? (buf.slice() as TypedArray) : buf;
  const from = mpi.address(sent);
  if (layout.given) {
    const { counts, displs } = intLayout(mpi, call, layout);
    const [countsAt, displsAt] = [mpi.address(counts), mpi.address(displs)];
    const args = [from, count, handle, mpi.address(out), countsAt, displsAt, handle];
    return { name: "Allgatherv", args, memory: [sent, out, counts, displs] };
  }
  const straight = hasNoGaps(layout);
  const packed = straight ? out : new type.Array(layout.counts.length * buf.length);
  const args = [from, count, handle, mpi.address(packed), count, handle];
  const finish = straight ? undefined : () => unpack(type, packed, layout, out);
  return { name: "Allgather", args, memory: [sent, packed], finish };
}

/** Sends a piece to every rank and gets one from each. */
export function alltoall(
  { mpi, size }: Group,
  call: number,
  type: ElementType,
  from: Pieces,
  into: Pieces,
): Prepared {
  const handle = mpi.types[type.code];
  if (into.layout.given) {
    const sent = intLayout(mpi, call, from.layout);
    const received = intLayout(mpi, call, into.layout);
    const memory = [from.buf, sent.counts, sent.displs, into.buf, received.counts, received.displs];
    const [buf, counts, displs, out, ...expected] = memory.map((array) => mpi.address(array));
    return { name: "Alltoallv", args: [buf, counts, displs, handle, out, ...expected, handle], memory };
  }
  const count = mpi.count(call, from.layout.counts[0]);
  const total = count * size;
  const sent = hasNoGaps(from.layout) ? from.buf : pack(type, from, total);
  const straight = hasNoGaps(into.layout);
  const received = straight ? into.buf : new type.Array(total);
  const args = [mpi.address(sent), count, handle, mpi.address(received), count, handle];
  const finish = straight ? undefined : () => unpack(type, received, into.layout, into.buf);
  return { name: "Alltoall", args, memory: [sent, received], finish };
}

/** A layout in MPI's ints. */
export function intLayout(
  mpi: Mpi,
  call: number,
  layout: Layout,
): { counts: Int32Array; displs: Int32Array } {
  mpi.count(call, extent(layout));
  return { counts: Int32Array.from(layout.counts), displs: Int32Array.from(layout.displs) };
}

/** Whether two buffers share bytes. The communicator has checked that then the one is in place in the other. */
function overlap(a: TypedArray, b: TypedArray): boolean {
  if (a.buffer !== b.buffer || a.byteLength === 0 || b.byteLength === 0) return false;
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

function hasNoGaps({ counts, displs }: Layout): boolean {
  return displs.every((displ, r) => displ === r * counts[r]);
}

function pack(type: ElementType, { buf, layout }: Pieces, length: number): TypedArray {
  const packed = new Uint8Array(length * type.bytes);
  const from = bytesOf(buf);
  for (const [r, count] of layout.counts.entries()) {
    const begin = layout.displs[r] * type.bytes;
    packed.set(from.subarray(begin, begin + count * type.bytes), r * count * type.bytes);
  }
  return new type.Array(packed.buffer);
}

function unpack(type: ElementType, packed: TypedArray, { counts, displs }: Layout, out: TypedArray): void {
  const [from, to] = [bytesOf(packed), bytesOf(out)];
  for (const [r, count] of counts.entries()) {
    const begin = r * count * type.bytes;
    to.set(from.subarray(begin, begin + count * type.bytes), displs[r] * type.bytes);
  }
}
