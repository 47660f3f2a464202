import { bytesOf, type ElementType, type TypedArray } from "../elements.js";
import type { Part } from "../fold.js";
import { extent, type Layout, offsets } from "../layout.js";
import type { Reduction } from "../ops.js";
import { intLayout } from "./collectives.js";
import type { Mpi } from "./mpi.js";
import { type Group, type Prepared, perform } from "./prepared.js";

/*
 * Reductions that are combined here, in the one order of every reduction, of inputs that MPI has moved.
 */

/** Longer buffers are worked on in steps of so many bytes, so that memory for inputs stays small. */
const STEP = 1 << 22;

/** Gathers the inputs of all ranks on all and combines the first `ranks` of them into `out`. */
export function gatherAndFold(
  { mpi, size }: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  ranks: number,
  out: TypedArray,
): Prepared {
  const handle = mpi.types[type.code];
  const count = mpi.count(call, buf.length);
  const gathered = new Uint8Array(size * buf.byteLength);
  const args = [mpi.address(buf), count, handle, mpi.address(gathered), count, handle];
  return {
    name: "Allgather",
    args,
    memory: [buf, gathered],
    finish: () => foldInto(mpi, reduction, type, gathered, ranks, out),
  };
}

/** As {@link gatherAndFold}, on the root only. */
export function gatherAndFoldOn(
  { mpi, rank, size }: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  root: number,
  out: TypedArray | undefined,
): Prepared {
  const handle = mpi.types[type.code];
  const count = mpi.count(call, buf.length);
  if (rank !== root || out === undefined) {
    const args = [mpi.address(buf), count, handle, 0, 0, 0, handle, root];
    return { name: "Gatherv", args, memory: [buf] };
  }
  const gathered = new Uint8Array(size * buf.byteLength);
  const counts = new Int32Array(size).fill(count);
  const displs = counts.map((_, r) => r * count);
  const memory = [buf, gathered, counts, displs];
  const [from, to, countsAt, displsAt] = memory.map((array) => mpi.address(array));
  return {
    name: "Gatherv",
    args: [from, count, handle, to, countsAt, displsAt, handle, root],
    memory,
    finish: () => foldInto(mpi, reduction, type, gathered, size, out),
  };
}

/** Gets this rank's piece from every rank and combines it into `out`. */
export function exchangeAndFold(
  { mpi, size }: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  layout: Layout,
  out: TypedArray,
): Prepared {
  const handle = mpi.types[type.code];
  const sent = intLayout(mpi, call, layout);
  const each = out.length;
  const pieces = new Uint8Array(mpi.count(call, size * each) * type.bytes);
  const counts = new Int32Array(size).fill(each);
  const displs = counts.map((_, r) => r * each);
  const memory = [buf, sent.counts, sent.displs, pieces, counts, displs];
  const [from, sentCounts, sentDispls, ...received] = memory.map((array) => mpi.address(array));
  return {
    name: "Alltoallv",
    args: [from, sentCounts, sentDispls, handle, ...received, handle],
    memory,
    finish: () => foldInto(mpi, reduction, type, pieces, size, out),
  };
}

/** Gathers and combines step by step, on all ranks. */
export function foldEverything(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  ranks: number,
  out: TypedArray,
): void {
  const step = stepOf(group.mpi, type, reduction, group.size);
  const failures: unknown[] = [];
  for (let begin = 0; begin < buf.length; begin += step) {
    const [from, to] =
      buf.length <= step ? [buf, out] : [buf, out].map((all) => part(all, begin, begin + step));
    attempt(group, call, gatherAndFold(group, call, type, from, reduction, ranks, to), failures);
  }
  if (failures.length > 0) throw failures[0];
}

/** Combines one piece on each rank, step by step, and puts the pieces together on all. */
export function foldPieces(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  out: TypedArray,
): void {
  const { mpi, comm, rank, size } = group;
  const handle = mpi.types[type.code];
  const step = size * stepOf(mpi, type, reduction, size);
  for (let begin = 0; begin < buf.length; begin += step) {
    const [from, to] = [buf, out].map((all) => part(all, begin, begin + step));
    const layout = evenGroups(from.length, reduction.width, size);
    const end = layout.displs[rank] + layout.counts[rank];
    const mine = to.subarray(layout.displs[rank], end);
    perform(group, call, exchangeAndFold(group, call, type, from, reduction, layout, mine));
    const { counts, displs } = intLayout(mpi, call, layout);
    const [countsAt, displsAt] = [mpi.address(counts), mpi.address(displs)];
    const { inPlace } = mpi.abi;
    group.must(call, mpi.f.Allgatherv(inPlace, 0, handle, mpi.address(to), countsAt, displsAt, handle, comm));
  }
}

/** Gets this rank's share from every rank and combines it into `out`, step by step if all shares together are long. */
export function foldShares(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  layout: Layout,
  out: TypedArray,
): void {
  const { mpi, rank, size } = group;
  if (extent(layout) <= stepOf(mpi, type, reduction, 1)) {
    perform(group, call, exchangeAndFold(group, call, type, buf, reduction, layout, out));
    return;
  }
  const step = stepOf(mpi, type, reduction, size);
  const longest = Math.max(...layout.counts);
  const failures: unknown[] = [];
  for (let begin = 0; begin < longest; begin += step) {
    const counts = layout.counts.map((count) => Math.min(step, Math.max(0, count - begin)));
    const displs = offsets(counts);
    const packed = new type.Array(displs[size - 1] + counts[size - 1]);
    for (let r = 0; r < size; r++) {
      const from = layout.displs[r] + begin;
      bytesOf(packed).set(bytesOf(part(buf, from, from + counts[r])), displs[r] * type.bytes);
    }
    const to = part(out, begin, begin + counts[rank]);
    const share = { counts, displs, given: true };
    attempt(group, call, exchangeAndFold(group, call, type, packed, reduction, share, to), failures);
  }
  if (failures.length > 0) throw failures[0];
}

/** Goes on after an error of an operation, because the other ranks do. */
function attempt(group: Group, call: number, prepared: Prepared, failures: unknown[]): void {
  perform(group, call, { ...prepared, finish: undefined });
  try {
    prepared.finish?.();
  } catch (error) {
    failures.push(error);
  }
}

/** Combines the first `ranks` of the inputs that lie one after the other, each as long as `out`. */
function foldInto(
  { folder }: Group["mpi"],
  reduction: Reduction,
  type: ElementType,
  inputs: Uint8Array,
  ranks: number,
  out: TypedArray,
): void {
  const length = out.byteLength;
  if (ranks === 0 || length === 0) return;
  const located: Part[] = Array.from({ length: ranks }, (_, r) => ({ bytes: inputs, at: r * length }));
  folder.fold(reduction, type, located, length, [{ bytes: bytesOf(out), at: 0 }]);
}

/** Elements `begin` to `end` of a buffer. */
export function part(buf: TypedArray, begin: number, end: number): TypedArray {
  return buf.subarray(begin, end) as TypedArray;
}

/** Elements of a step, whole groups, of which `copies` must fit. */
function stepOf({ maxCount }: Mpi, type: ElementType, { width }: Reduction, copies: number): number {
  const most = Math.min(STEP, maxCount * type.bytes);
  return Math.max(1, Math.floor(most / copies / (width * type.bytes))) * width;
}

/** Pieces of whole groups whose lengths differ by at most one group. */
function evenGroups(length: number, width: number, size: number): Layout {
  const groups = length / width;
  const counts = Array.from(
    { length: size },
    (_, r) => width * (Math.floor(((r + 1) * groups) / size) - Math.floor((r * groups) / size)),
  );
  return { counts, displs: offsets(counts), given: true };
}
