import type { Collective } from "./collective.js";
import type { Engine } from "./comm.js";
import type { ElementType, TypedArray } from "./elements.js";
import type { Access, FileTransport } from "./file/transport.js";
import type { Layout } from "./layout.js";
import type { Matched } from "./message.js";
import type { Reduction } from "./ops.js";
import type { Request } from "./request.js";
import type { Status } from "./status.js";
import type { WindowSpec, WindowTransport } from "./window/transport.js";

/**
 * What an engine has to provide for one communicator.
 *
 * {@link Communicator} builds all of `Comm` on it: it has checked every argument, chosen every default and allocated every
 * result before it calls a transport. `call` is the code of the method that the user called, for messages to the user.
 * A rank is never `PROC_NULL`; `out` may be `buf` where the comment says so.
 */
export interface Transport {
  readonly engine: Engine;
  readonly rank: number;
  readonly size: number;
  readonly name: string;

  /** MPI's own communicator, for libraries that are built on MPI; absent on other engines. */
  readonly mpiComm?: MpiComm;

  /** Throws if the job has been aborted; called at the beginning of every operation. */
  check(): void;

  send(
    call: number,
    type: ElementType,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous: boolean,
  ): void;
  /** @param synchronous whether it is complete only when the receiver has begun to receive; false if absent */
  isend(
    call: number,
    type: ElementType,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous?: boolean,
  ): Request<void>;
  recv(call: number, type: ElementType, buf: TypedArray, source: number, tag: number): Status;
  irecv(call: number, type: ElementType, buf: TypedArray, source: number, tag: number): Request<Status>;
  probe(call: number, source: number, tag: number): Status;
  iprobe(source: number, tag: number): Status | undefined;

  /** As `probe`, but takes the message out of matching. */
  mprobe(call: number, source: number, tag: number): Matched;
  improbe(source: number, tag: number): Matched | undefined;

  /** Starts to send the bytes of a value, which are used for nothing else. */
  isendObject(call: number, bytes: Uint8Array, dest: number, tag: number): Request<void>;
  /**
   * Starts to receive the bytes of a value, as many as come; `open` makes of them, once, what the request gives. Receives of
   * values get messages in the order in which they were started.
   */
  irecvObject<T>(call: number, source: number, tag: number, open: (bytes: Uint8Array) => T): Request<T>;

  barrier(call: number): void;
  bcast(call: number, type: ElementType, buf: TypedArray, root: number): void;
  /** `into` is present on the root only; `buf` may be its own place in `into.buf`. */
  gather(call: number, type: ElementType, buf: TypedArray, root: number, into: Pieces | undefined): void;
  /** `from` is present on the root only; `out` may be its own place in `from.buf`. */
  scatter(call: number, type: ElementType, from: Pieces | undefined, root: number, out: TypedArray): void;
  /** `buf` may be its own place in `into.buf`. */
  allgather(call: number, type: ElementType, buf: TypedArray, into: Pieces): void;
  alltoall(call: number, type: ElementType, from: Pieces, into: Pieces): void;
  /** `out` is present on the root only and may be `buf`. */
  reduce(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    root: number,
    out: TypedArray | undefined,
  ): void;
  /** `out` may be `buf`. */
  allreduce(call: number, type: ElementType, buf: TypedArray, reduction: Reduction, out: TypedArray): void;
  /** The allreduce of one float64, for reductions of single elements: the call that solvers make most often. */
  allreduceNumber(call: number, reduction: Reduction, value: number): number;
  /** Rank r keeps `layout.counts[r]` elements of the result in `out`. */
  reduceScatter(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    layout: Layout,
    out: TypedArray,
  ): void;
  /** `out` may be `buf`. An exclusive scan leaves `out` of rank 0 alone. */
  scan(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    exclusive: boolean,
    out: TypedArray,
  ): void;

  /** Starts a collective without waiting for anybody; `result` says what its request gives when it is complete. */
  start<T>(collective: Collective, result: () => T): Request<T>;

  /** Undefined if `color` is. `name` says what errors call a new communicator. */
  split(call: number, color: number | undefined, key: number, name: string): Transport | undefined;
  /** A number that exactly those ranks have in common that can share memory. All ranks call it. */
  memoryDomain(call: number): number;
  /** Opens a file that is there; collective. Throws what the system or the library says. */
  openFile(call: number, path: string, access: Access): FileTransport;
  /** Opens a window onto the memory of all ranks; collective. */
  window(call: number, spec: WindowSpec): WindowTransport;
  /** Gives back what the engine holds for the communicator, if anything; called once, by all ranks. */
  free?(): void;
  abort(code: number): never;
}

/** What a library built on MPI needs of a communicator of engine mpi. */
export interface MpiComm {
  /** MPI's handle, as C expects it by value. */
  readonly handle: number;
  /** Name of the binary interface. */
  readonly abi: string;
  /** The library that the engine has loaded. */
  readonly library: string;
}

/** A buffer of which each rank sends or gets a piece. */
export interface Pieces {
  readonly buf: TypedArray;
  readonly layout: Layout;
}
