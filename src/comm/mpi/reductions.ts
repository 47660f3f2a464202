import { type ElementType, FLOAT64, type TypedArray } from "../elements.js";
import { foldValues } from "../fold.js";
import { extent, type Layout } from "../layout.js";
import type { Reduction } from "../ops.js";
import type { Mpi } from "./mpi.js";
import { nativeReduce, nativeReduceScatter, nativeScan, sameMemory } from "./native-reductions.js";
import { foldEverything, foldPieces, foldShares, part } from "./ordered-reductions.js";
import { type Group, perform } from "./prepared.js";

/*
 * MPI leaves the order of a reduction to the library. What depends on it, sums of floats of more than two ranks and
 * functions of the user, is therefore combined here, in the one order of every reduction, and MPI only moves the inputs:
 * short ones go to every rank, which combines them all (one collective); of long ones every rank gets and combines a piece,
 * and the pieces are put together (two collectives, which move no more bytes than an allreduce by rings does).
 */

/** Up to so many bytes from all ranks together, every rank combines everything. */
const SHORT = 1 << 15;

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

/** Begin and end of the runs, of as many elements as MPI counts, of a longer buffer. */
function* runs({ maxCount }: Mpi, length: number): Generator<[number, number]> {
  for (let begin = 0; begin < length; begin += maxCount) yield [begin, Math.min(length, begin + maxCount)];
}
