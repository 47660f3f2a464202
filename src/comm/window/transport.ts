import type { ElementType, TypedArray } from "../elements.js";
import type { Request } from "../request.js";
import type { Update } from "./updates.js";

/** What an engine must know to open a window. The same on every rank, but for `local`. */
export interface WindowSpec {
  /** What errors call the window. */
  readonly name: string;
  readonly type: ElementType;
  /** Elements that each rank exposes. */
  readonly lengths: readonly number[];
  /** What this rank exposes, in shared memory; absent if the engine is to allocate memory that all ranks see. */
  readonly local?: TypedArray;
}

/**
 * What an engine has to provide for one window.
 *
 * `Window` builds all of its methods on it: it has checked every argument and that the epoch allows the call. `call` is the
 * code of the method that the user called. A target is never `PROC_NULL`; places are in elements. What a call reads or
 * writes on this rank must be left alone until the epoch ends or is flushed.
 */
export interface WindowTransport {
  /** The memory of each rank, if the engine has allocated it so that all ranks see it. */
  readonly memory?: readonly TypedArray[];

  put(call: number, buf: TypedArray, target: number, at: number): void;
  get(call: number, buf: TypedArray, target: number, at: number): void;
  accumulate(call: number, buf: TypedArray, target: number, at: number, update: Update): void;
  getAccumulate(
    call: number,
    buf: TypedArray,
    result: TypedArray,
    target: number,
    at: number,
    update: Update,
  ): void;

  rput(call: number, buf: TypedArray, target: number, at: number): Request<void>;
  rget(call: number, buf: TypedArray, target: number, at: number): Request<void>;
  /** Sets element `at` to its combination with the first element of `value`; returns what it was. */
  fetchAndOp(call: number, value: TypedArray, target: number, at: number, update: Update): number | bigint;
  /** Sets element `at` to the second element of `pair` if it is equal to the first; returns what it was. */
  compareAndSwap(call: number, pair: TypedArray, target: number, at: number): number | bigint;

  fence(call: number): void;
  lock(call: number, target: number, shared: boolean): void;
  unlock(call: number, target: number): void;
  lockAll(call: number): void;
  unlockAll(call: number): void;
  /** Completes what has been begun on `target`, or on every rank if it is undefined; in any epoch. */
  flush(call: number, target: number | undefined): void;
  /** Orders this rank's own loads and stores with those of others. */
  sync(call: number): void;
  /** Collective. */
  free(call: number): void;
}
