import type { TypedArray } from "./elements.js";
import type { Message } from "./message.js";
import type { ElementOp, Op } from "./ops.js";
import type { PersistentRequest } from "./persistent.js";
import type { Request } from "./request.js";
import type { Status } from "./status.js";
import type { CartComm, CartOptions, GraphComm } from "./topology/types.js";

/** Matches a message from every rank; the default source of every receive and probe (MPI 4.1, section 3.2.4). */
export const ANY_SOURCE = -1;
/** Matches a message with every tag; the default tag of every receive and probe (MPI 4.1, section 3.2.4). */
export const ANY_TAG = -1;
/** The rank of nobody: sending to it and receiving from it return at once and move nothing (MPI 4.1, section 3.10). */
export const PROC_NULL = -2;

/** What carries the messages: one process alone, worker threads over shared memory, or an MPI library. */
export type Engine = "self" | "threads" | "mpi";

/** Options of collectives that have a root. */
export interface RootOptions {
  /** The rank that gives or gets everything; 0 if absent. The same on every rank. */
  readonly root?: number;
}

/** Options of every reduction. */
export interface ReduceOptions<A extends TypedArray = TypedArray> {
  /** How two elements become one; `"sum"` if absent. The same on every rank. */
  readonly op?: Op<A>;
  /** Where the result goes: same element type and length as the input; the input itself for in place. New if absent. */
  readonly out?: A;
}

/** Options of {@link Comm.gather} and {@link Comm.allgather}. */
export interface GatherOptions<A extends TypedArray = TypedArray> {
  /** Elements that come from each rank, in rank order; if absent, every rank gives the same number. */
  readonly counts?: ArrayLike<number>;
  /** Where in `out` the elements of each rank begin; if absent, they follow each other without a gap. */
  readonly displs?: ArrayLike<number>;
  /** Where the gathered elements go; new if absent. */
  readonly out?: A;
}

/** Options of {@link Comm.scatter}. */
export interface ScatterOptions<A extends TypedArray = TypedArray> extends RootOptions {
  /** Elements that go to each rank, in rank order; read on the root only. If absent, every rank gets the same number. */
  readonly counts?: ArrayLike<number>;
  /** Where in the root's buffer the elements for each rank begin; read on the root only. */
  readonly displs?: ArrayLike<number>;
  /** Receives exactly the elements meant for this rank. */
  readonly out: A;
}

/** Options of {@link Comm.alltoall}. */
export interface AlltoallOptions<A extends TypedArray = TypedArray> {
  /** Elements that go to each rank; given together with `recvCounts`, or not at all. */
  readonly sendCounts?: ArrayLike<number>;
  /** Elements that come from each rank. */
  readonly recvCounts?: ArrayLike<number>;
  /** Where in the input the elements for each rank begin; without gaps if absent. */
  readonly sendDispls?: ArrayLike<number>;
  /** Where in `out` the elements from each rank begin; without gaps if absent. */
  readonly recvDispls?: ArrayLike<number>;
  /** Where the elements go; new if absent. Must not overlap the input. */
  readonly out?: A;
}

/** Options of {@link Comm.reduceScatter}. */
export interface ReduceScatterOptions<A extends TypedArray = TypedArray> {
  readonly op?: Op<A>;
  /** Elements of the result that each rank keeps; equal shares if absent. The same on every rank. */
  readonly counts?: ArrayLike<number>;
  /** Receives this rank's share; new if absent. */
  readonly out?: A;
}

/** Tags of {@link Comm.sendrecv}. */
export interface SendrecvTags {
  /** Tag of the message sent; 0 if absent. */
  readonly sendTag?: number;
  /** Tag of the message received; any if absent. */
  readonly recvTag?: number;
}

/**
 * A communicator: an ordered group of ranks whose messages never meet those of another communicator.
 *
 * Every engine gives these methods the same meaning, that of the MPI standard; the section is named at each.
 * Buffers are TypedArrays, lengths and counts are in elements. Methods whose name ends in `Object` carry anything that
 * structured cloning carries, at the price of serialising it.
 *
 * Collective methods must be called by every rank of the communicator in the same order; a rank may have to wait in any of
 * them until all others have called it. Reductions combine ranks in one fixed order, the binary tree
 * ((0+1)+(2+3))+((4+5)+(6+7)), for every length, engine-internal path and run: the result has the same bits on every
 * rank and every time.
 *
 * A collective whose name begins with `i` returns at once with a request, whose result is what the blocking form returns
 * (MPI 4.1, section 6.12). Until it is complete, leave its buffers alone: change neither, and do not read the results.
 * Ranks must start collectives in the same order, but may complete them in any; several may be under way, beside messages
 * and blocking collectives. A nonblocking form does not match the blocking one.
 *
 * Every method throws a {@link TuttiError}: `"argument"` for a wrong argument, `"mismatch"` when ranks disagree
 * about a collective or about the element type of a message, `"truncate"` when a message does not fit its buffer,
 * `"deadlock"` when the rank waited for has already returned, `"aborted"` when the job has failed elsewhere, and
 * `"freed"` after {@link Comm.free}.
 */
export interface Comm {
  /** Number of this process in the communicator, from 0. */
  readonly rank: number;
  /** Number of ranks in the communicator. */
  readonly size: number;
  readonly engine: Engine;
  /** What messages call this communicator: `"world"`, or how it was made from it. */
  readonly name: string;

  /** Sends `buf`; returns when `buf` may be changed again (MPI 4.1, section 3.2.1). A long message waits for its receiver. */
  send(buf: TypedArray, dest: number, tag?: number): void;
  /** Receives into `buf`, which may be longer than the message (MPI 4.1, section 3.2.4). */
  recv(buf: TypedArray, source?: number, tag?: number): Status;
  /** Sends, and returns only after the receiver has begun to receive (MPI 4.1, section 3.4). */
  ssend(buf: TypedArray, dest: number, tag?: number): void;
  /** Starts to send `buf`, which must not be changed before the request is complete (MPI 4.1, section 3.7.2). */
  isend(buf: TypedArray, dest: number, tag?: number): Request<void>;
  /** Starts to receive into `buf`, which must not be touched before the request is complete (MPI 4.1, section 3.7.2). */
  irecv(buf: TypedArray, source?: number, tag?: number): Request<Status>;
  /** As {@link Comm.isend}, but complete only when the receiver has begun to receive (MPI 4.1, section 3.7.2). */
  issend(buf: TypedArray, dest: number, tag?: number): Request<void>;
  /** Prepares a send to be started many times (MPI 4.1, section 3.9). */
  sendInit(buf: TypedArray, dest: number, tag?: number): PersistentRequest<void>;
  /** Prepares a synchronous send to be started many times (MPI 4.1, section 3.9). */
  ssendInit(buf: TypedArray, dest: number, tag?: number): PersistentRequest<void>;
  /** Prepares a receive to be started many times (MPI 4.1, section 3.9). */
  recvInit(buf: TypedArray, source?: number, tag?: number): PersistentRequest<Status>;
  /** Sends and receives at the same time, so that rings and exchanges cannot deadlock (MPI 4.1, section 3.10). */
  sendrecv(
    sendBuf: TypedArray,
    dest: number,
    recvBuf: TypedArray,
    source?: number,
    tags?: SendrecvTags,
  ): Status;
  /** Waits for a message and says what it is without receiving it (MPI 4.1, section 3.8.1). */
  probe(source?: number, tag?: number): Status;
  /** Says what message could be received now, or undefined (MPI 4.1, section 3.8.1). */
  iprobe(source?: number, tag?: number): Status | undefined;
  /**
   * Waits for a message and takes it: only the {@link Message} can receive it, so that nothing comes between the question
   * what it is and its receipt (MPI 4.1, section 3.8.2).
   */
  mprobe(source?: number, tag?: number): Message;
  /** As {@link Comm.mprobe}, but undefined if there is no message now (MPI 4.1, section 3.8.2). */
  improbe(source?: number, tag?: number): Message | undefined;

  /** Returns when every rank has called it (MPI 4.1, section 6.3). */
  barrier(): void;
  /** Copies the root's `buf` into everybody's `buf`, which it returns (MPI 4.1, section 6.4). */
  bcast<A extends TypedArray>(buf: A, options?: RootOptions): A;
  /** Puts the buffers of all ranks one after the other on the root; undefined elsewhere (MPI 4.1, section 6.5). */
  gather<A extends TypedArray>(buf: A, options?: GatherOptions<A> & RootOptions): A | undefined;
  /** Deals the root's `buf` out to all ranks' `out`, which it returns; `buf` is ignored elsewhere (MPI 4.1, section 6.6). */
  scatter<A extends TypedArray>(buf: A | null | undefined, options: ScatterOptions<A>): A;
  /** Puts the buffers of all ranks one after the other on every rank (MPI 4.1, section 6.7). */
  allgather<A extends TypedArray>(buf: A, options?: GatherOptions<A>): A;
  /** Sends a piece of `buf` to each rank and gets one from each, in rank order (MPI 4.1, section 6.8). */
  alltoall<A extends TypedArray>(buf: A, options?: AlltoallOptions<A>): A;
  /** Combines the values of all ranks elementwise on the root; undefined elsewhere (MPI 4.1, section 6.9.1). */
  reduce(value: number, options?: ReduceOptions<Float64Array> & RootOptions): number | undefined;
  reduce<A extends TypedArray>(buf: A, options?: ReduceOptions<A> & RootOptions): A | undefined;
  /** Combines the values of all ranks elementwise on every rank (MPI 4.1, section 6.9.6). */
  allreduce(value: number, options?: ReduceOptions<Float64Array>): number;
  allreduce<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): A;
  /** Combines elementwise, then leaves each rank its share of the result (MPI 4.1, section 6.10). */
  reduceScatter<A extends TypedArray>(buf: A, options?: ReduceScatterOptions<A>): A;
  /** Combines the values of ranks 0 to this one (MPI 4.1, section 6.11.1). */
  scan(value: number, options?: ReduceOptions<Float64Array>): number;
  scan<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): A;
  /** Combines the values of the ranks before this one; undefined, and `out` untouched, on rank 0 (MPI 4.1, section 6.11.2). */
  exscan(value: number, options?: ReduceOptions<Float64Array>): number | undefined;
  exscan<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): A | undefined;

  /** Its request is complete when every rank has called it (MPI 4.1, section 6.12.1). */
  ibarrier(): Request<void>;
  /** Starts a {@link Comm.bcast} (MPI 4.1, section 6.12.2). */
  ibcast<A extends TypedArray>(buf: A, options?: RootOptions): Request<A>;
  /** Starts a {@link Comm.gather} (MPI 4.1, section 6.12.3). */
  igather<A extends TypedArray>(buf: A, options?: GatherOptions<A> & RootOptions): Request<A | undefined>;
  /** Starts a {@link Comm.scatter} (MPI 4.1, section 6.12.4). */
  iscatter<A extends TypedArray>(buf: A | null | undefined, options: ScatterOptions<A>): Request<A>;
  /** Starts an {@link Comm.allgather} (MPI 4.1, section 6.12.5). */
  iallgather<A extends TypedArray>(buf: A, options?: GatherOptions<A>): Request<A>;
  /** Starts an {@link Comm.alltoall} (MPI 4.1, section 6.12.6). */
  ialltoall<A extends TypedArray>(buf: A, options?: AlltoallOptions<A>): Request<A>;
  /** Starts a {@link Comm.reduce} (MPI 4.1, section 6.12.7). */
  ireduce(value: number, options?: ReduceOptions<Float64Array> & RootOptions): Request<number | undefined>;
  ireduce<A extends TypedArray>(buf: A, options?: ReduceOptions<A> & RootOptions): Request<A | undefined>;
  /** Starts an {@link Comm.allreduce}; the result has the same bits (MPI 4.1, section 6.12.8). */
  iallreduce(value: number, options?: ReduceOptions<Float64Array>): Request<number>;
  iallreduce<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): Request<A>;
  /** Starts a {@link Comm.reduceScatter} (MPI 4.1, sections 6.12.9 and 6.12.10). */
  ireduceScatter<A extends TypedArray>(buf: A, options?: ReduceScatterOptions<A>): Request<A>;
  /** Starts a {@link Comm.scan} (MPI 4.1, section 6.12.11). */
  iscan(value: number, options?: ReduceOptions<Float64Array>): Request<number>;
  iscan<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): Request<A>;
  /** Starts an {@link Comm.exscan} (MPI 4.1, section 6.12.12). */
  iexscan(value: number, options?: ReduceOptions<Float64Array>): Request<number | undefined>;
  iexscan<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): Request<A | undefined>;

  /** Sends a value; the receiver uses {@link Comm.recvObject}. */
  sendObject(value: unknown, dest: number, tag?: number): void;
  /**
   * Sends a value, and returns only after the receiver has begun to receive (MPI 4.1, section 3.4); on engine mpi, after it
   * has chosen the message as {@link Comm.irecvObject} says.
   */
  ssendObject(value: unknown, dest: number, tag?: number): void;
  /** Starts to send a value, which may be changed at once: it is written out before the call returns. */
  isendObject(value: unknown, dest: number, tag?: number): Request<void>;
  /** As {@link Comm.isendObject}, but complete only when {@link Comm.ssendObject} would return. */
  issendObject(value: unknown, dest: number, tag?: number): Request<void>;
  /** Receives a value sent by {@link Comm.sendObject} or its variants. `T` is the caller's word for what it is. */
  recvObject<T = unknown>(source?: number, tag?: number): T;
  /**
   * Starts to receive a value of any size, which the request gives.
   *
   * Receives of values get messages in the order in which they were started. On engine mpi, which cannot make room for a
   * message before it knows its length, the message is chosen when the rank tests, waits for or awaits a receive of a value:
   * until then a receive of a buffer and a probe that fit it see it, too. Different tags keep them apart.
   */
  irecvObject<T = unknown>(source?: number, tag?: number): Request<T>;
  /** Sends a value and receives one at the same time, so that rings and exchanges cannot deadlock (MPI 4.1, section 3.10). */
  sendrecvObject<T = unknown>(value: unknown, dest: number, source?: number, tags?: SendrecvTags): T;
  /** Returns the root's value on every rank. */
  bcastObject<T>(value: T, options?: RootOptions): T;
  /** Returns the values of all ranks in rank order on the root; undefined elsewhere. */
  gatherObject<T>(value: T, options?: RootOptions): T[] | undefined;
  /** Returns element `rank` of the root's array, whose length is the number of ranks. */
  scatterObject<T>(values: readonly T[] | null | undefined, options?: RootOptions): T;
  /** Returns the values of all ranks in rank order. */
  allgatherObject<T>(value: T): T[];
  /** Sends `values[r]` to rank r; returns what each rank sent here. */
  alltoallObject<T>(values: readonly T[]): T[];
  /** Combines the values of all ranks in the order of every reduction on the root; undefined elsewhere. */
  reduceObject<T>(value: T, op: ElementOp<T>, options?: RootOptions): T | undefined;
  /** Combines the values of all ranks in the order of every reduction; every rank gets the result. */
  allreduceObject<T>(value: T, op: ElementOp<T>): T;
  /** Combines the values of ranks 0 to this one in the order of every reduction. */
  scanObject<T>(value: T, op: ElementOp<T>): T;
  /** Combines the values of the ranks before this one in the order of every reduction; undefined on rank 0. */
  exscanObject<T>(value: T, op: ElementOp<T>): T | undefined;

  /**
   * Divides the ranks into communicators, one for each `color`, ordered by `key` and then by rank; a rank whose color
   * is undefined gets none (MPI 4.1, section 7.4.2). Collective.
   */
  split(color: number, key?: number): Comm;
  split(color: number | undefined, key?: number): Comm | undefined;
  /** Divides the ranks into communicators of those that can share memory, ordered by `key` (MPI 4.1, section 7.4.2). Collective. */
  splitShared(key?: number): Comm;
  /** Returns a communicator of the same ranks whose messages are its own (MPI 4.1, section 7.4.2). Collective. */
  dup(): Comm;
  /**
   * Returns the communicator of `ranks` in their order, undefined on ranks that are not among them; disjoint groups may be
   * made at once (MPI 4.1, section 7.4.2, MPI_Comm_create). Collective, with the same `ranks` on all members of a group.
   */
  create(ranks: readonly number[]): Comm | undefined;
  /**
   * Lays the first ranks out in a grid with `dims` ranks along each axis; entries that are 0 are chosen as by
   * {@link dimsCreate}. Undefined on ranks beyond the grid (MPI 4.1, section 8.5.1). Collective, with the same arguments.
   */
  cart(dims: readonly number[], options?: CartOptions): CartComm | undefined;
  /**
   * Makes the ranks the nodes of a directed graph: this one gets from `sources` and gives to `destinations`, where a rank may
   * stand more than once (MPI 4.1, section 8.5.4, MPI_Dist_graph_create_adjacent). Collective.
   */
  graph(sources: readonly number[], destinations: readonly number[]): GraphComm;
  /** Ends the use of this communicator; its other ranks must free it too (MPI 4.1, section 7.4.3). The world cannot be freed. */
  free(): void;

  /** Seconds since some moment in the past, the same moment on all ranks of one machine (MPI 4.1, section 9.6). */
  wtime(): number;
  /** Ends all ranks of the job with this exit code, 1 if absent (MPI 4.1, section 11.4). */
  abort(code?: number): never;
}
