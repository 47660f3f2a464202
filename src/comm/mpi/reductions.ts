import { bytesOf, type ElementType, FLOAT64, haveSameMemory, type TypedArray } from "../elements.js";
import { foldValues, type Part } from "../fold.js";
import { extent, type Layout, offsets } from "../layout.js";
import type { Reduction } from "../ops.js";
import { intLayout } from "./collectives.js";
import type { Mpi } from "./mpi.js";
import { type Group, type Prepared, perform } from "./prepared.js";

/*
 * MPI leaves the order of a reduction to the library. What depends on it, sums of floats of more than two ranks and
 * functions of the user, is therefore combined here, in the one order of every reduction, and MPI only moves the inputs:
 * short ones go to every rank, which combines them all (one collective); of long ones every rank gets and combines a piece,
 * and the pieces are put together (two collectives, which move no more bytes than an allreduce by rings does).
 */

/** Up to so many bytes from all ranks together, every rank combines everything. */
const SHORT = 1 << 15;
/** Longer buffers are worked on in steps of so many bytes, so that memory for inputs stays small. */
const STEP = 1 << 22;

export function allreduceNumber(group: Group, call: number, reduction: Reduction, value: number): number {
  const { mpi, comm, size } = group;
  const { doubles, doublesAddress } = mpi;
  const op = mpi.operation(reduction, FLOAT64, size);
  doubles[0] = value;
  if (op !== undefined) {
    const code = mpi.f.Allreduce(doublesAddress, doublesAddress + 8, 1, mpi.abi.types.double, op, comm);
    if (code !== 0) group.must(call, code);
    return doubles[1];
  }
  const all = new Float64Array(size);
  const { double } = mpi.abi.types;
  group.must(call, mpi.f.Allgather(doublesAddress, 1, double, mpi.address(all), 1, double, comm));
  return foldValues(reduction.element!, all, size);
}

export function allreduce(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  out: TypedArray,
): void {
  const { mpi, comm, size } = group;
  const op = mpi.operation(reduction, type, size);
  if (op !== undefined) {
    if (buf.length > mpi.maxCount) {
      for (const [begin, end] of runs(mpi, buf.length))
        allreduce(group, call, type, part(buf, begin, end), reduction, part(out, begin, end));
      return;
    }
    const count = buf.length;
    const to = mpi.address(out);
    const from = sameMemory(buf, out) ? mpi.abi.inPlace : mpi.address(buf);
    const code = mpi.f.Allreduce(from, to, count, mpi.types[type.code], op, comm);
    if (code !== 0) group.must(call, code);
  } else if (reduction.name === "function" || buf.byteLength * size <= SHORT) {
    // A function of the user may throw: then it does so on every rank, and the communicator stays usable.
    foldEverything(group, call, type, buf, reduction, size, out);
  } else {
    foldPieces(group, call, type, buf, reduction, out);
  }
}

export function reduce(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  root: number,
  out: TypedArray | undefined,
): void {
  const { mpi, size } = group;
  const op = mpi.operation(reduction, type, size);
  if (op === undefined) allreduce(group, call, type, buf, reduction, out ?? new type.Array(buf.length));
  else if (buf.length <= mpi.maxCount)
    perform(group, call, nativeReduce(group, call, type, buf, op, root, out));
  else
    for (const [begin, end] of runs(mpi, buf.length))
      reduce(group, call, type, part(buf, begin, end), reduction, root, out && part(out, begin, end));
}

export function reduceScatter(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  layout: Layout,
  out: TypedArray,
): void {
  const { mpi, rank, size } = group;
  const op = mpi.operation(reduction, type, size);
  if (op === undefined) foldShares(group, call, type, buf, reduction, layout, out);
  else if (extent(layout) <= mpi.maxCount)
    perform(group, call, nativeReduceScatter(group, call, type, buf, op, layout, out));
  else
    for (const [r, displ] of layout.displs.entries()) {
      const share = part(buf, displ, displ + layout.counts[r]);
      reduce(group, call, type, share, reduction, r, r === rank ? out : undefined);
    }
}

export function scan(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  exclusive: boolean,
  out: TypedArray,
): void {
  const { mpi, rank, size } = group;
  const op = mpi.operation(reduction, type, size);
  if (op === undefined) foldEverything(group, call, type, buf, reduction, exclusive ? rank : rank + 1, out);
  else if (buf.length <= mpi.maxCount)
    perform(group, call, nativeScan(group, call, type, buf, op, exclusive, out));
  else
    for (const [begin, end] of runs(mpi, buf.length))
      scan(group, call, type, part(buf, begin, end), reduction, exclusive, part(out, begin, end));
}

/** @param op the library's operation */
export function nativeReduce(
  { mpi }: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  op: number,
  root: number,
  out: TypedArray | undefined,
): Prepared {
  const to = out === undefined ? 0 : mpi.address(out);
  // MPICH 4.0 crashes in its own form in place when the root is not rank 0
  const input = out !== undefined && sameMemory(buf, out) ? (buf.slice() as TypedArray) : buf;
  const args = [mpi.address(input), to, mpi.count(call, buf.length), mpi.types[type.code], op, root];
  return { name: "Reduce", args, memory: [input, out] };
}

/** @param op the library's operation */
export function nativeReduceScatter(
  { mpi }: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  op: number,
  layout: Layout,
  out: TypedArray,
): Prepared {
  const { counts } = intLayout(mpi, call, layout);
  const args = [mpi.address(buf), mpi.address(out), mpi.address(counts), mpi.types[type.code], op];
  return { name: "Reduce_scatter", args, memory: [buf, out, counts] };
}

/** @param op the library's operation */
export function nativeScan(
  { mpi, rank }: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  op: number,
  exclusive: boolean,
  out: TypedArray,
): Prepared {
  // MPI may write to the first rank's result, which has no meaning
  const result = exclusive && rank === 0 ? (new type.Array(out.length) as TypedArray) : out;
  const from = sameMemory(buf, result) ? mpi.abi.inPlace : mpi.address(buf);
  const args = [from, mpi.address(result), mpi.count(call, buf.length), mpi.types[type.code], op];
  return { name: exclusive ? "Exscan" : "Scan", args, memory: [buf, result] };
}

/** Gathers the inputs of all ranks step by step and combines the first `ranks` of them into `out`. */
function foldEverything(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  ranks: number,
  out: TypedArray,
): void {
  const { mpi, comm, size } = group;
  const step = stepOf(mpi, type, reduction, size);
  const gathered = new Uint8Array(size * Math.min(step, buf.byteLength));
  const failures: unknown[] = [];
  for (let begin = 0; begin < buf.byteLength; begin += step) {
    const length = Math.min(step, buf.byteLength - begin);
    const count = length / type.bytes;
    const handle = mpi.types[type.code];
    const from = mpi.address(buf) + begin;
    group.must(call, mpi.f.Allgather(from, count, handle, mpi.address(gathered), count, handle, comm));
    if (ranks === 0) continue;
    const inputs = Array.from({ length: ranks }, (_, r) => ({ bytes: gathered, at: r * length }));
    attempt(failures, () =>
      mpi.folder.fold(reduction, type, inputs, length, [{ bytes: bytesOf(out), at: begin }]),
    );
  }
  if (failures.length > 0) throw failures[0];
}

/** Combines one piece on each rank, step by step, and puts the pieces together on all. */
function foldPieces(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  out: TypedArray,
): void {
  const { mpi, comm, rank, size } = group;
  const handle = mpi.types[type.code];
  const step = size * (stepOf(mpi, type, reduction, size) / type.bytes);
  for (let begin = 0; begin < buf.length; begin += step) {
    const [from, to] = [buf, out].map((all) => part(all, begin, begin + step));
    const layout = evenGroups(from.length, reduction.width, size);
    const end = layout.displs[rank] + layout.counts[rank];
    foldPiece(group, call, type, from, reduction, layout, to.subarray(layout.displs[rank], end));
    const { counts, displs } = intLayout(mpi, call, layout);
    const [countsAt, displsAt] = [mpi.address(counts), mpi.address(displs)];
    const { inPlace } = mpi.abi;
    group.must(call, mpi.f.Allgatherv(inPlace, 0, handle, mpi.address(to), countsAt, displsAt, handle, comm));
  }
}

/** Gets this rank's share from every rank and combines it into `out`, step by step if all shares together are long. */
function foldShares(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  layout: Layout,
  out: TypedArray,
): void {
  const { mpi, rank, size } = group;
  if (extent(layout) * type.bytes <= stepOf(mpi, type, reduction, 1)) {
    foldPiece(group, call, type, buf, reduction, layout, out);
    return;
  }
  const step = stepOf(mpi, type, reduction, size) / type.bytes;
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
    attempt(failures, () =>
      foldPiece(group, call, type, packed, reduction, { counts, displs, given: true }, to),
    );
  }
  if (failures.length > 0) throw failures[0];
}

/** Gets this rank's piece from every rank and combines it into `out`. */
function foldPiece(
  group: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  reduction: Reduction,
  layout: Layout,
  out: TypedArray,
): void {
  const { mpi, comm, size } = group;
  const handle = mpi.types[type.code];
  const sent = intLayout(mpi, call, layout);
  const each = out.length;
  const pieces = new Uint8Array(mpi.count(call, size * each) * type.bytes);
  const counts = new Int32Array(size).fill(each);
  const displs = counts.map((_, r) => r * each);
  group.must(
    call,
    mpi.f.Alltoallv(
      mpi.address(buf),
      mpi.address(sent.counts),
      mpi.address(sent.displs),
      handle,
      mpi.address(pieces),
      mpi.address(counts),
      mpi.address(displs),
      handle,
      comm,
    ),
  );
  if (each === 0) return;
  const inputs: Part[] = Array.from(displs, (displ) => ({ bytes: pieces, at: displ * type.bytes }));
  mpi.folder.fold(reduction, type, inputs, out.byteLength, [{ bytes: bytesOf(out), at: 0 }]);
}

/** Bytes of a step, whole groups, of which `copies` must fit. */
function stepOf({ maxCount }: Mpi, type: ElementType, { width }: Reduction, copies: number): number {
  const groupBytes = width * type.bytes;
  const most = Math.min(STEP, maxCount * type.bytes);
  return Math.max(1, Math.floor(most / copies / groupBytes)) * groupBytes;
}

/** Begin and end of the runs, of as many elements as MPI counts, of a longer buffer. */
function* runs({ maxCount }: Mpi, length: number): Generator<[number, number]> {
  for (let begin = 0; begin < length; begin += maxCount) yield [begin, Math.min(length, begin + maxCount)];
}

function part(buf: TypedArray, begin: number, end: number): TypedArray {
  return buf.subarray(begin, end) as TypedArray;
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

function sameMemory(a: TypedArray, b: TypedArray): boolean {
  return a === b || (haveSameMemory(a, b) && a.byteOffset === b.byteOffset && a.length > 0);
}

/** Goes on after an error, because the other ranks do. */
function attempt(failures: unknown[], action: () => void): void {
  try {
    action();
  } catch (error) {
    failures.push(error);
  }
}
