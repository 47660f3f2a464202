import type { AlltoallOptions, Comm, GatherOptions } from "../comm.js";
import type { TypedArray } from "../elements.js";
import type { Request } from "../request.js";

/** Options of {@link Comm.cart}. */
export interface CartOptions {
  /** Whether the grid closes to a ring, along all axes or along each; false if absent. The same on every rank. */
  readonly periods?: boolean | readonly boolean[];
  /** Allows the engine to number the ranks anew so that neighbours are near each other. No engine needs to. */
  readonly reorder?: boolean;
}

/**
 * A communicator whose ranks know from whom they get and to whom they give (MPI 4.1, chapter 8).
 *
 * Its collectives exchange data with neighbours only. Their messages never meet those of `send` and `recv`. Nothing is
 * exchanged with a neighbour that is PROC_NULL; its place in a buffer of results is left as it was, or zero in a new one.
 * They throw a {@link TuttiError}: `"argument"` for a wrong argument, `"truncate"` or `"mismatch"` when a neighbour sends
 * more, less or other elements than expected.
 */
export interface NeighborComm extends Comm {
  /** The ranks that send to this one, in the order of their pieces in a buffer. */
  readonly sources: readonly number[];
  /** The ranks that this one sends to, in the order of their pieces in a buffer. */
  readonly destinations: readonly number[];

  /** Sends `buf` to every destination; puts what the sources send one after the other (MPI 4.1, section 8.6.1). */
  neighborAllgather<A extends TypedArray>(buf: A, options?: GatherOptions<A>): A;
  /** Sends a piece of `buf` to each destination and gets one from each source (MPI 4.1, section 8.6.2). */
  neighborAlltoall<A extends TypedArray>(buf: A, options?: AlltoallOptions<A>): A;
  /** Starts a {@link NeighborComm.neighborAllgather} (MPI 4.1, section 8.7.1). */
  ineighborAllgather<A extends TypedArray>(buf: A, options?: GatherOptions<A>): Request<A>;
  /** Starts a {@link NeighborComm.neighborAlltoall} (MPI 4.1, section 8.7.2). */
  ineighborAlltoall<A extends TypedArray>(buf: A, options?: AlltoallOptions<A>): Request<A>;
  /** Sends a value to every destination; returns those of the sources, undefined for PROC_NULL. */
  neighborAllgatherObject<T>(value: T): (T | undefined)[];
  /** Sends `values[i]` to destination i; returns the values that the sources send here, undefined for PROC_NULL. */
  neighborAlltoallObject<T>(values: readonly T[]): (T | undefined)[];
}

/** Whom {@link CartComm.shift} finds. */
export interface Shift {
  /** The rank that the same shift leads here, or PROC_NULL. */
  readonly source: number;
  /** The rank that the shift leads to, or PROC_NULL. */
  readonly dest: number;
}

/**
 * A communicator whose ranks form a grid, made by {@link Comm.cart} (MPI 4.1, section 8.5).
 *
 * Ranks are numbered in row-major order: the last coordinate runs fastest. Both `sources` and `destinations` are, for each
 * axis, the neighbour before and then the one after this rank. What a rank sends to the neighbour before it arrives there as
 * coming from the neighbour after, also where both are the same rank.
 */
export interface CartComm extends NeighborComm {
  /** Ranks along each axis. */
  readonly dims: readonly number[];
  /** Whether each axis closes to a ring. */
  readonly periods: readonly boolean[];

  /** The coordinates of a rank, of this one if absent (MPI 4.1, section 8.5.5). */
  coords(rank?: number): number[];
  /**
   * The rank at some coordinates (MPI 4.1, section 8.5.5). A coordinate outside the grid is taken around if its axis is
   * periodic; otherwise the result is PROC_NULL.
   */
  rankAt(coords: ArrayLike<number>): number;
  /** The partners of an exchange along an axis, 1 step away if `displacement` is absent (MPI 4.1, section 8.5.6). */
  shift(axis: number, displacement?: number): Shift;
  /** Divides the grid into grids of the axes to keep, one for each position along the others (MPI 4.1, section 8.5.7). Collective. */
  sub(keep: readonly boolean[]): CartComm;
  /** A copy with the same grid. Collective. */
  dup(): CartComm;
}

/** A communicator whose ranks are the nodes of a directed graph, made by {@link Comm.graph} (MPI 4.1, section 8.5.4). */
export interface GraphComm extends NeighborComm {
  /** A copy with the same graph. Collective. */
  dup(): GraphComm;
}
