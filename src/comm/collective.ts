import type { ElementType, TypedArray } from "./elements.js";
import type { Layout } from "./layout.js";
import type { Reduction } from "./ops.js";
import type { Pieces, Transport } from "./transport.js";

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

/** Carries a collective out and returns when it is complete. */
export function perform(transport: Transport, task: Collective): void {
  const { call } = task;
  switch (task.kind) {
    case "barrier":
      transport.barrier(call);
      break;
    case "bcast":
      transport.bcast(call, task.type, task.buf, task.root);
      break;
    case "gather":
      transport.gather(call, task.type, task.buf, task.root, task.into);
      break;
    case "scatter":
      transport.scatter(call, task.type, task.from, task.root, task.out);
      break;
    case "allgather":
      transport.allgather(call, task.type, task.buf, task.into);
      break;
    case "alltoall":
      transport.alltoall(call, task.type, task.from, task.into);
      break;
    case "reduce":
      transport.reduce(call, task.type, task.buf, task.reduction, task.root, task.out);
      break;
    case "allreduce":
      transport.allreduce(call, task.type, task.buf, task.reduction, task.out);
      break;
    case "reduceScatter":
      transport.reduceScatter(call, task.type, task.buf, task.reduction, task.layout, task.out);
      break;
    case "scan":
      transport.scan(call, task.type, task.buf, task.reduction, task.exclusive, task.out);
      break;
  }
}
