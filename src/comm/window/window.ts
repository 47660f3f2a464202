import { TuttiError } from "../../errors.js";
import { CALL, CALLS } from "../calls.js";
import { checkLength, checkOverlap } from "../check.js";
import { type Comm, PROC_NULL } from "../comm.js";
import type { TypedArray } from "../elements.js";
import type { ElementOf } from "../ops.js";
import { CompletedRequest, type Request } from "../request.js";
import type { Transport } from "../transport.js";
import { agree, requireSharing } from "./agree.js";
import {
  checkCount,
  checkElements,
  checkMemory,
  checkRange,
  checkTarget,
  checkType,
  checkUpdate,
  checkValue,
} from "./arguments.js";
import { Epochs } from "./epochs.js";
import type { WindowSpec, WindowTransport } from "./transport.js";
import { type AccumulateOp, resolveUpdate } from "./updates.js";

/** The kind of TypedArray that `A` is, in whatever memory. */
export type InAnyMemory<A extends TypedArray> = Extract<TypedArray, Pick<A, typeof Symbol.toStringTag>>;

/** The constructor of a kind of TypedArray: `Float64Array`. */
export interface ArrayType<A extends TypedArray> {
  new (memory: ArrayBufferLike, byteOffset?: number, length?: number): A;
  readonly BYTES_PER_ELEMENT: number;
}

/** Options of updates in a {@link Window}. */
export interface AccumulateOptions {
  /** Element of the target's memory that the first element of the buffer meets; 0 if absent. */
  readonly offset?: number;
  /** How an element of the target and the one that arrives become one; `"sum"` if absent. */
  readonly op?: AccumulateOp;
}

/** Options of {@link Window.lock}. */
export interface LockOptions {
  /** Whether other ranks may hold the lock at the same time, if they ask for the same; false if absent. */
  readonly shared?: boolean;
}

/**
 * Memory that every rank of a communicator exposes to the others: they read and change it without a call on its side (MPI
 * 4.1, chapter 12).
 *
 * Operations are allowed in an epoch: between two calls of {@link Window.fence}, which all ranks make, or between
 * {@link Window.lock} and {@link Window.unlock}, which only the rank that operates makes. An operation may be complete only at
 * the end of its epoch or after {@link Window.flush}: until then leave its buffers alone, and expect no result.
 *
 * Updates (accumulate and what is like it) are atomic for each element among each other, if those that meet use the same
 * operation, or `"no-op"`; puts and gets are not. Offsets and lengths are in elements. In the order of updates there is no rule,
 * so that sums of floats may differ in their last bits.
 *
 * Every method throws a {@link TuttiError}: `"argument"` for a wrong argument, before anything is written, and for a call that the
 * epoch does not allow; `"deadlock"` when a lock that is waited for is held by a rank that has returned; `"freed"` after
 * {@link Window.free}.
 */
export class Window<A extends TypedArray = TypedArray> {
  /** What this rank exposes. */
  readonly local: A;
  readonly rank: number;
  readonly size: number;
  /** What errors call the window. */
  readonly name: string;
  private readonly epochs: Epochs;
  private freed = false;

  private readonly transport: WindowTransport;

  /** Called by all ranks together. `local` is absent if the engine has to allocate it. */
  private constructor(
    private readonly owner: Transport,
    call: number,
    private readonly spec: WindowSpec,
    private readonly Type: ArrayType<A>,
    local: A | undefined,
  ) {
    this.transport = owner.window(call, spec);
    this.rank = owner.rank;
    this.size = owner.size;
    this.name = spec.name;
    this.epochs = new Epochs(spec.name);
    this.local = local ?? this.shared(this.rank);
  }

  /**
   * Exposes `buf` to the other ranks (MPI 4.1, section 12.2.1). Collective. Each rank has its own length; 0 exposes nothing.
   *
   * @param buf in shared memory on every engine, so that a script that runs on one runs on all
   * @throws TuttiError "mismatch", on every rank, if ranks give different kinds of elements
   */
  static create<A extends TypedArray>(comm: Comm, buf: A): Window<InAnyMemory<A>> {
    const call = CALL["Window.create"];
    const owner = ownerOf(comm, call);
    const type = checkMemory(call, buf);
    const lengths = agree(owner, call, type, buf.length);
    // an empty array may be in private memory
    const memory = buf.length > 0 ? buf : { buffer: new SharedArrayBuffer(0), byteOffset: 0 };
    const local = new type.Array(memory.buffer, memory.byteOffset, buf.length);
    const spec = { name: `window of ${comm.name}`, type, lengths, local };
    return new Window(owner, call, spec, type.Array as unknown as ArrayType<A>, buf) as unknown as Window<
      InAnyMemory<A>
    >;
  }

  /** Exposes `length` new elements, all 0, on this rank (MPI 4.1, section 12.2.2). Collective; each rank has its own length. */
  static allocate<A extends TypedArray>(
    comm: Comm,
    Type: ArrayType<A>,
    length: number,
  ): Window<InAnyMemory<A>> {
    const call = CALL["Window.allocate"];
    const owner = ownerOf(comm, call);
    const type = checkType(call, Type);
    checkCount(call, "length", length);
    const lengths = agree(owner, call, type, length);
    const memory = new SharedArrayBuffer(length * type.bytes);
    const spec = { name: `window of ${comm.name}`, type, lengths, local: new type.Array(memory) };
    return new Window(owner, call, spec, Type, new Type(memory)) as unknown as Window<InAnyMemory<A>>;
  }

  /**
   * As {@link Window.allocate}, but every rank sees the memory of all with {@link Window.shared} (MPI 4.1, section 12.2.3).
   *
   * @throws TuttiError "unsupported" unless all ranks are on one machine
   */
  static allocateShared<A extends TypedArray>(
    comm: Comm,
    Type: ArrayType<A>,
    length: number,
  ): Window<InAnyMemory<A>> {
    const call = CALL["Window.allocateShared"];
    const owner = ownerOf(comm, call);
    const type = checkType(call, Type);
    checkCount(call, "length", length);
    requireSharing(owner, call);
    const spec = { name: `shared window of ${comm.name}`, type, lengths: agree(owner, call, type, length) };
    return new Window(owner, call, spec, Type, undefined) as unknown as Window<InAnyMemory<A>>;
  }

  /** Number of elements that `rank` exposes; this rank if absent. */
  length(rank = this.rank): number {
    checkTarget(CALL["window.length"], rank, this.size, false);
    return this.spec.lengths[rank];
  }

  /**
   * The memory of `rank` itself, in a window of {@link Window.allocateShared} (MPI 4.1, section 12.2.3, MPI_Win_shared_query).
   * What one rank stores others see after a {@link Window.fence}, or a {@link Window.sync} before and after a message or barrier.
   * The view has length 0 once the window has been freed on engine mpi.
   */
  shared(rank: number): A {
    const call = CALL["window.shared"];
    this.begin(call);
    checkTarget(call, rank, this.size, false);
    const { memory } = this.transport;
    if (memory === undefined) {
      const message = `${CALLS[call]}: ${this.name} shows no rank the memory of others; use Window.allocateShared`;
      throw new TuttiError("unsupported", message, { call: CALLS[call] });
    }
    const { buffer, byteOffset, length } = memory[rank];
    return new this.Type(buffer, byteOffset, length);
  }

  /** Writes `buf` to the memory of `target` (MPI 4.1, section 12.3.1). */
  put(buf: A, target: number, offset = 0): void {
    if (this.move(CALL.put, buf, target, offset)) this.transport.put(CALL.put, buf, target, offset);
  }

  /** Reads from the memory of `target` into `buf` (MPI 4.1, section 12.3.2). */
  get(buf: A, target: number, offset = 0): void {
    if (this.move(CALL.get, buf, target, offset)) this.transport.get(CALL.get, buf, target, offset);
  }

  /** As {@link Window.put}, with a request that is complete when `buf` may be changed (MPI 4.1, section 12.3.5). */
  rput(buf: A, target: number, offset = 0): Request<void> {
    if (!this.move(CALL.rput, buf, target, offset)) return new CompletedRequest(undefined);
    return this.transport.rput(CALL.rput, buf, target, offset);
  }

  /** As {@link Window.get}, with a request that is complete when `buf` has been filled (MPI 4.1, section 12.3.5). */
  rget(buf: A, target: number, offset = 0): Request<void> {
    if (!this.move(CALL.rget, buf, target, offset)) return new CompletedRequest(undefined);
    return this.transport.rget(CALL.rget, buf, target, offset);
  }

  /** Combines `buf` into the memory of `target`, atomically for each element (MPI 4.1, section 12.3.4). */
  accumulate(buf: A, target: number, { offset = 0, op = "sum" }: AccumulateOptions = {}): void {
    const call = CALL.accumulate;
    this.begin(call);
    checkElements(call, "buf", buf, this.spec);
    const update = resolveUpdate(call, op, this.spec.type);
    checkUpdate(call, update, buf.length);
    if (op === "no-op") {
      const message = "accumulate: op no-op would do nothing; getAccumulate and fetchAndOp read with it";
      throw new TuttiError("argument", message, { call: CALLS[call], argument: "op" });
    }
    if (this.reach(call, target, offset, buf.length))
      this.transport.accumulate(call, buf, target, offset, update);
  }

  /** As {@link Window.accumulate}; `result` gets what the elements were before (MPI 4.1, section 12.3.4). */
  getAccumulate(buf: A, result: A, target: number, { offset = 0, op = "sum" }: AccumulateOptions = {}): void {
    const call = CALL.getAccumulate;
    this.begin(call);
    checkElements(call, "buf", buf, this.spec);
    checkElements(call, "result", result, this.spec);
    checkLength(call, "result", result, buf.length);
    checkOverlap(call, "result", buf, result);
    const update = resolveUpdate(call, op, this.spec.type);
    checkUpdate(call, update, buf.length);
    if (this.reach(call, target, offset, buf.length))
      this.transport.getAccumulate(call, buf, result, target, offset, update);
  }

  /**
   * Combines `value` into one element of `target` and returns what the element was; complete when it returns (MPI 4.1, section 12.3.4): `fetchAndOp(1, 0)` draws the next number of a counter.
   */
  fetchAndOp(
    value: ElementOf<A>,
    target: number,
    { offset = 0, op = "sum" }: AccumulateOptions = {},
  ): ElementOf<A> {
    const call = CALL.fetchAndOp;
    this.begin(call);
    checkValue(call, "value", value, this.spec);
    const update = resolveUpdate(call, op, this.spec.type);
    checkUpdate(call, update, 1);
    this.reachNow(call, target, offset, 1);
    return this.transport.fetchAndOp(call, this.elements(value), target, offset, update) as ElementOf<A>;
  }

  /**
   * Sets an element of `target` to `desired` if it is equal to `expected`, atomically, and returns what it was; for integers;
   * complete when it returns (MPI 4.1, section 12.3.4).
   */
  compareAndSwap(expected: ElementOf<A>, desired: ElementOf<A>, target: number, offset = 0): ElementOf<A> {
    const call = CALL.compareAndSwap;
    this.begin(call);
    checkValue(call, "expected", expected, this.spec);
    checkValue(call, "desired", desired, this.spec);
    if (this.spec.type.kind === "float") {
      const message = `compareAndSwap: compares integers only, but ${this.name} has ${this.spec.type.name} elements`;
      throw new TuttiError("argument", message, { call: CALLS[call], type: this.spec.type.name });
    }
    this.reachNow(call, target, offset, 1);
    return this.transport.compareAndSwap(
      call,
      this.elements(expected, desired),
      target,
      offset,
    ) as ElementOf<A>;
  }

  /** Completes all operations of all ranks and begins a new epoch; collective (MPI 4.1, section 12.5.1). */
  fence(): void {
    this.begin(CALL.fence);
    this.epochs.fence(CALL.fence);
    this.transport.fence(CALL.fence);
  }

  /** Begins an epoch in which this rank operates on `target`, alone or with others; waits for the lock (MPI 4.1, section 12.5.3). */
  lock(target: number, { shared = false }: LockOptions = {}): void {
    const call = CALL.lock;
    this.begin(call);
    checkTarget(call, target, this.size, false);
    this.epochs.lock(call, target);
    this.transport.lock(call, target, shared);
  }

  /** Ends the epoch of {@link Window.lock}: all its operations are complete (MPI 4.1, section 12.5.3). */
  unlock(target: number): void {
    const call = CALL.unlock;
    this.begin(call);
    checkTarget(call, target, this.size, false);
    this.epochs.unlock(call, target);
    this.transport.unlock(call, target);
  }

  /** Begins an epoch in which this rank operates on every rank, shared with others (MPI 4.1, section 12.5.3). Not collective. */
  lockAll(): void {
    this.begin(CALL.lockAll);
    this.epochs.lockAll(CALL.lockAll);
    this.transport.lockAll(CALL.lockAll);
  }

  /** Ends the epoch of {@link Window.lockAll}: all its operations are complete (MPI 4.1, section 12.5.3). */
  unlockAll(): void {
    this.begin(CALL.unlockAll);
    this.epochs.unlockAll(CALL.unlockAll);
    this.transport.unlockAll(CALL.unlockAll);
  }

  /** Completes the operations begun on `target`, or on every rank if absent, within an epoch of locks (MPI 4.1, section 12.5.4). */
  flush(target?: number): void {
    const call = CALL.flush;
    this.begin(call);
    if (target !== undefined) checkTarget(call, target, this.size, false);
    this.epochs.flush(call, target);
    this.transport.flush(call, target);
  }

  /** Makes what this rank has stored in its memory visible to others, and what they have stored to it (MPI 4.1, section 12.5.4). */
  sync(): void {
    this.begin(CALL.sync);
    this.transport.sync(CALL.sync);
  }

  /** Ends the use of the window, when all ranks have called it (MPI 4.1, section 12.2.5). Collective. */
  free(): void {
    if (this.freed) return;
    const call = CALL["window.free"];
    this.owner.check();
    this.epochs.free(call);
    this.freed = true;
    this.transport.free(call);
  }

  /** As {@link Window.free}, for `using`. */
  [Symbol.dispose](): void {
    this.free();
  }

  private begin(call: number): void {
    if (this.freed) {
      const message = `${CALLS[call]}: ${this.name} has been freed`;
      throw new TuttiError("freed", message, { call: CALLS[call], window: this.name });
    }
    this.owner.check();
  }

  /** Whether a put or get moves anything. */
  private move(call: number, buf: A, target: number, offset: number): boolean {
    this.begin(call);
    checkElements(call, "buf", buf, this.spec);
    return this.reach(call, target, offset, buf.length);
  }

  /** Begins an operation; false if there is nothing to do. */
  private reach(call: number, target: number, offset: number, count: number): boolean {
    checkTarget(call, target, this.size, true);
    checkRange(call, this.spec, target, offset, count);
    if (target === PROC_NULL) return false;
    this.epochs.access(call, target);
    return count > 0;
  }

  private reachNow(call: number, target: number, offset: number, count: number): void {
    checkTarget(call, target, this.size, false);
    this.reach(call, target, offset, count);
  }

  private elements(...values: ElementOf<A>[]): TypedArray {
    const array = new this.spec.type.Array(values.length);
    for (let i = 0; i < values.length; i++) array[i] = values[i] as number;
    return array;
  }
}

/** The engine's side of a communicator. */
function ownerOf(comm: Comm, call: number): Transport {
  return (comm as unknown as { enginePart(call: number): Transport }).enginePart(call);
}
