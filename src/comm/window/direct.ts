import type { TypedArray } from "../elements.js";
import { CompletedRequest, type Request } from "../request.js";
import type { WindowSpec, WindowTransport } from "./transport.js";
import type { Update } from "./updates.js";

/** How the ranks of a window keep out of each other's way. */
export interface Guard {
  /** Lets no other rank update the memory of `target` until {@link Guard.leave}, a moment later. */
  enter(target: number): void;
  leave(target: number): void;
  fence(call: number): void;
  lock(call: number, target: number, shared: boolean): void;
  unlock(target: number): void;
  sync(): void;
  free(call: number): void;
}

/** A window of a rank that is alone. */
export function ownWindow(spec: WindowSpec): DirectWindow {
  return new DirectWindow(spec, [spec.local ?? allocate(spec, 0)], NO_GUARD);
}

/** New memory for `rank`, all 0. */
export function allocate({ type, lengths }: WindowSpec, rank: number): TypedArray {
  return new type.Array(new SharedArrayBuffer(lengths[rank] * type.bytes));
}

const NO_GUARD: Guard = {
  enter() {},
  leave() {},
  fence() {},
  lock() {},
  unlock() {},
  sync() {},
  free() {},
};

/** A window onto memory that every rank sees as its own: each operation is complete when it returns. */
export class DirectWindow implements WindowTransport {
  readonly memory: readonly TypedArray[] | undefined;

  /** @param views the memory of each rank */
  constructor(
    { local }: WindowSpec,
    private readonly views: readonly TypedArray[],
    private readonly guard: Guard,
  ) {
    this.memory = local === undefined ? views : undefined;
  }

  put(_call: number, buf: TypedArray, target: number, at: number): void {
    same(this.views[target]).set(same(buf), at);
  }

  get(_call: number, buf: TypedArray, target: number, at: number): void {
    same(buf).set(same(this.part(target, at, buf.length)));
  }

  rput(call: number, buf: TypedArray, target: number, at: number): Request<void> {
    this.put(call, buf, target, at);
    return new CompletedRequest(undefined);
  }

  rget(call: number, buf: TypedArray, target: number, at: number): Request<void> {
    this.get(call, buf, target, at);
    return new CompletedRequest(undefined);
  }

  accumulate(_call: number, buf: TypedArray, target: number, at: number, update: Update): void {
    this.update(buf, undefined, target, at, update);
  }

  getAccumulate(
    _call: number,
    buf: TypedArray,
    result: TypedArray,
    target: number,
    at: number,
    update: Update,
  ): void {
    this.update(buf, result, target, at, update);
  }

  fetchAndOp(_call: number, value: TypedArray, target: number, at: number, update: Update): number | bigint {
    const view = same(this.views[target]);
    this.guard.enter(target);
    const old = view[at];
    if (update.name !== "no-op") view[at] = update.element!(old, same(value)[0]);
    this.guard.leave(target);
    return old;
  }

  compareAndSwap(_call: number, pair: TypedArray, target: number, at: number): number | bigint {
    const view = same(this.views[target]);
    this.guard.enter(target);
    const old = view[at];
    if (old === pair[0]) view[at] = same(pair)[1];
    this.guard.leave(target);
    return old;
  }

  fence(call: number): void {
    this.guard.fence(call);
  }

  lock(call: number, target: number, shared: boolean): void {
    this.guard.lock(call, target, shared);
  }

  unlock(_call: number, target: number): void {
    this.guard.unlock(target);
  }

  lockAll(call: number): void {
    for (let target = 0; target < this.views.length; target++) this.guard.lock(call, target, true);
  }

  unlockAll(): void {
    for (let target = 0; target < this.views.length; target++) this.guard.unlock(target);
  }

  flush(): void {
    this.guard.sync();
  }

  sync(): void {
    this.guard.sync();
  }

  free(call: number): void {
    this.guard.free(call);
  }

  private update(
    buf: TypedArray,
    result: TypedArray | undefined,
    target: number,
    at: number,
    update: Update,
  ): void {
    const into = this.part(target, at, buf.length);
    // what is being read must not change meanwhile
    const arriving = buf.buffer === into.buffer ? (buf.slice() as TypedArray) : buf;
    this.guard.enter(target);
    try {
      if (result !== undefined) same(result).set(same(into));
      update.combine(into, arriving, into);
    } finally {
      this.guard.leave(target);
    }
  }

  private part(target: number, at: number, length: number): TypedArray {
    return this.views[target].subarray(at, at + length) as TypedArray;
  }
}

/** All arrays of one window have the same kind of elements, numbers or bigints, which the code need not tell apart. */
function same(array: TypedArray): Float64Array {
  return array as Float64Array;
}
