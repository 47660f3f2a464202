import type { TypedArray } from "./elements.js";

/** The predefined reductions (MPI 4.1, section 6.9.2). */
export type OpName =
  | "sum"
  | "prod"
  | "min"
  | "max"
  | "minloc"
  | "maxloc"
  | "land"
  | "lor"
  | "lxor"
  | "band"
  | "bor"
  | "bxor";

/** Combines one element of a lower rank with one of a higher rank. Must be associative. */
export type ElementOp<T = number> = (lower: T, higher: T) => T;

/** A reduction over groups of elements that belong together, such as complex numbers or small matrices. */
export interface BlockOp {
  /**
   * Sets `out` to the combination of `lower` and `higher`; all three have the same length, a multiple of `width`,
   * and `out` may be either of the others.
   */
  readonly combine: (lower: TypedArray, higher: TypedArray, out: TypedArray) => void;
  /** Number of elements that belong together; 1 if absent. */
  readonly width?: number;
  /** Whether an engine may exchange the two sides; false if absent. The threads engine never does. */
  readonly commutative?: boolean;
}

/**
 * How a reduction combines: a predefined name, a function of two elements, or a {@link BlockOp}.
 *
 * `minloc` and `maxloc` work on pairs (value, index) that lie next to each other; of equal values the smaller index wins.
 */
export type Op = OpName | ElementOp<number> | ElementOp<bigint> | BlockOp;
