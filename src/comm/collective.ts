import type { ElementType, TypedArray } from "./elements.js";
import type { Layout } from "./layout.js";
import type { Reduction } from "./ops.js";
import type { Pieces } from "./transport.js";

/*
 * Collectives as data: what the methods of a communicator have checked and chosen, for whoever carries it out. `call` is the
 * code of the method that the user called. What `out` and `into` may share with the input is said at {@link Transport}.
 */

export interface Barrier {
  readonly kind: "barrier";
  readonly call: number;
}

export interface Bcast {
  readonly kind: "bcast";
  readonly call: number;
  readonly type: ElementType;
  readonly buf: TypedArray;
  readonly root: number;
}

export interface Gather {
  readonly kind: "gather";
  readonly call: number;
  readonly type: ElementType;
  readonly buf: TypedArray;
  readonly root: number;
  /** Present on the root only. */
  readonly into: Pieces | undefined;
}

export interface Scatter {
  readonly kind: "scatter";
  readonly call: number;
  readonly type: ElementType;
  /** Present on the root only. */
  readonly from: Pieces | undefined;
  readonly root: number;
  readonly out: TypedArray;
}

export interface Allgather {
  readonly kind: "allgather";
  readonly call: number;
  readonly type: ElementType;
  readonly buf: TypedArray;
  readonly into: Pieces;
}

export interface Alltoall {
  readonly kind: "alltoall";
  readonly call: number;
  readonly type: ElementType;
  readonly from: Pieces;
  readonly into: Pieces;
}

export interface Reduce {
  readonly kind: "reduce";
  readonly call: number;
  readonly type: ElementType;
  readonly buf: TypedArray;
  readonly reduction: Reduction;
  readonly root: number;
  /** Present on the root only. */
  readonly out: TypedArray | undefined;
}

export interface Allreduce {
  readonly kind: "allreduce";
  readonly call: number;
  readonly type: ElementType;
  readonly buf: TypedArray;
  readonly reduction: Reduction;
  readonly out: TypedArray;
}

export interface ReduceScatter {
  readonly kind: "reduceScatter";
  readonly call: number;
  readonly type: ElementType;
  readonly buf: TypedArray;
  readonly reduction: Reduction;
  readonly layout: Layout;
  readonly out: TypedArray;
}

export interface Scan {
  readonly kind: "scan";
  readonly call: number;
  readonly type: ElementType;
  readonly buf: TypedArray;
  readonly reduction: Reduction;
  readonly exclusive: boolean;
  readonly out: TypedArray;
}

/** Any collective on buffers. */
export type Collective =
  | Barrier
  | Bcast
  | Gather
  | Scatter
  | Allgather
  | Alltoall
  | Reduce
  | Allreduce
  | ReduceScatter
  | Scan;
