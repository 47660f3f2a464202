import { type ElementType, haveSameMemory, type TypedArray } from "../elements.js";
import type { Layout } from "../layout.js";
import { intLayout } from "./collectives.js";
import type { Group, Prepared } from "./prepared.js";

/*
 * Reductions that the library carries out itself. `op` is the library's operation.
 */

export function nativeAllreduce(
  { mpi }: Group,
  call: number,
  type: ElementType,
  buf: TypedArray,
  op: number,
  out: TypedArray,
): Prepared {
  const from = sameMemory(buf, out) ? mpi.abi.inPlace : mpi.address(buf);
  const args = [from, mpi.address(out), mpi.count(call, buf.length), mpi.types[type.code], op];
  return { name: "Allreduce", args, memory: [buf, out] };
}

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

/** Whether an operation is in place. */
export function sameMemory(a: TypedArray, b: TypedArray): boolean {
  return a === b || (haveSameMemory(a, b) && a.byteOffset === b.byteOffset && a.length > 0);
}
