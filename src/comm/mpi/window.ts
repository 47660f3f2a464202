import { addressOf } from "../../native/index.js";
import type { ElementType, TypedArray } from "../elements.js";
import type { Request } from "../request.js";
import type { WindowSpec, WindowTransport } from "../window/transport.js";
import type { Update } from "../window/updates.js";
import type { Group } from "./prepared.js";
import { MpiRequest } from "./requests.js";
import { allocateShared, createWindow, type WindowMemory } from "./window-memory.js";
import { inTurn } from "./window-turns.js";

/** A communicator of a window alone. */
interface MpiGroup extends Group {
  enter(): void;
  free(): void;
}

/**
 * Opens a window of the MPI library. Collective.
 *
 * Operations of MPI can be completed one by one only between MPI_Win_lock and MPI_Win_unlock, and an exclusive lock would
 * keep others out. So the window itself is locked for all from its first day to its last; locks of the program are those of a
 * second window, and a third one guards the updates that are made here.
 */
export function openWindow(
  group: MpiGroup,
  call: number,
  spec: WindowSpec,
  meet: (call: number) => void = () => {},
): WindowTransport {
  const { local } = spec;
  const [data, locks, guard] = inTurn(group, call, () => [
    local === undefined ? allocateShared(group, call, spec) : createWindow(group, call, local),
    createWindow(group, call, new Int32Array(2)),
    createWindow(group, call, new Int32Array(2)),
  ]);
  group.must(call, group.mpi.f.Win_lock_all(0, data.win));
  return new MpiWindow(group, spec, meet, data, locks, guard);
}

/** Open MPI 4.1 saturates sums of 8 and 16 bits; over UCX it knows no atomic operations on so few. */
const FEWEST_BYTES = 4;

/** A window as one process uses it. */
class MpiWindow implements WindowTransport {
  readonly memory: readonly TypedArray[] | undefined;
  private readonly win: number;
  private readonly type: ElementType;
  private readonly handle: number;
  /** Room for three elements that an operation on one works with: what arrives, what is compared, what was there. */
  private readonly few: TypedArray;
  private readonly fewAt: number;
  /** What the library may still read or write for operations on each rank. */
  private readonly pending: TypedArray[][];

  constructor(
    private readonly group: MpiGroup,
    { type, lengths }: WindowSpec,
    private readonly meet: (call: number) => void,
    private readonly data: WindowMemory,
    private readonly locks: WindowMemory,
    private readonly guard: WindowMemory,
  ) {
    this.pending = lengths.map(() => []);
    this.memory = data.views;
    this.win = data.win;
    this.type = type;
    this.handle = group.mpi.types[type.code];
    this.few = new type.Array(3);
    this.fewAt = addressOf(this.few);
  }

  put(call: number, buf: TypedArray, target: number, at: number): void {
    const { mpi } = this.group;
    const { handle, win } = this;
    const count = mpi.count(call, buf.length);
    this.pending[target].push(buf);
    this.must(call, mpi.f.Put(mpi.address(buf), count, handle, target, at, count, handle, win));
  }

  get(call: number, buf: TypedArray, target: number, at: number): void {
    const { mpi } = this.group;
    const { handle, win } = this;
    const count = mpi.count(call, buf.length);
    this.pending[target].push(buf);
    this.must(call, mpi.f.Get(mpi.address(buf), count, handle, target, at, count, handle, win));
  }

  rput(call: number, buf: TypedArray, target: number, at: number): Request<void> {
    return this.request(call, buf, target, at, this.group.mpi.f.Rput);
  }

  rget(call: number, buf: TypedArray, target: number, at: number): Request<void> {
    return this.request(call, buf, target, at, this.group.mpi.f.Rget);
  }

  accumulate(call: number, buf: TypedArray, target: number, at: number, update: Update): void {
    const op = this.operation(update);
    if (op === undefined) {
      this.updateHere(call, buf, undefined, target, at, update.combine);
      return;
    }
    const { mpi } = this.group;
    const { handle, win } = this;
    const count = mpi.count(call, buf.length);
    this.pending[target].push(buf);
    this.must(call, mpi.f.Accumulate(mpi.address(buf), count, handle, target, at, count, handle, op, win));
  }

  getAccumulate(
    call: number,
    buf: TypedArray,
    result: TypedArray,
    target: number,
    at: number,
    update: Update,
  ): void {
    const op = this.operation(update);
    if (op === undefined) {
      this.updateHere(call, buf, result, target, at, update.combine);
      return;
    }
    const { mpi } = this.group;
    const { handle, win } = this;
    const count = mpi.count(call, buf.length);
    this.pending[target].push(buf, result);
    const [from, to] = [mpi.address(buf), mpi.address(result)];
    this.must(
      call,
      mpi.f.Get_accumulate(from, count, handle, to, count, handle, target, at, count, handle, op, win),
    );
  }

  fetchAndOp(call: number, value: TypedArray, target: number, at: number, update: Update): number | bigint {
    const { few, fewAt, handle, win } = this;
    const { mpi } = this.group;
    const op = this.operation(update);
    if (op === undefined) {
      this.updateHere(call, value, few.subarray(2) as TypedArray, target, at, update.combine);
      return few[2];
    }
    few[0] = value[0];
    const old = fewAt + 2 * few.BYTES_PER_ELEMENT;
    // over UCX, Open MPI 4.1 fetches and adds floats as if they were integers
    const code =
      this.type.kind === "float"
        ? mpi.f.Get_accumulate(fewAt, 1, handle, old, 1, handle, target, at, 1, handle, op, win)
        : mpi.f.Fetch_and_op(fewAt, old, handle, target, at, op, win);
    this.must(call, code);
    this.must(call, mpi.f.Win_flush(target, win));
    return few[2];
  }

  compareAndSwap(call: number, pair: TypedArray, target: number, at: number): number | bigint {
    const { few, fewAt, handle, win } = this;
    const { mpi } = this.group;
    const bytes = few.BYTES_PER_ELEMENT;
    if (bytes < FEWEST_BYTES) {
      const combine: Update["combine"] = (old, desired, out) => {
        out[0] = old[0] === pair[0] ? desired[0] : old[0];
      };
      const desired = pair.subarray(1) as TypedArray;
      this.updateHere(call, desired, few.subarray(2) as TypedArray, target, at, combine);
      return few[2];
    }
    [few[0], few[1]] = [pair[0], pair[1]];
    const [expected, desired, old] = [fewAt, fewAt + bytes, fewAt + 2 * bytes];
    this.must(call, mpi.f.Compare_and_swap(desired, expected, old, handle, target, at, win));
    this.must(call, mpi.f.Win_flush(target, win));
    return few[2];
  }

  fence(call: number): void {
    const { f } = this.group.mpi;
    this.meet(call);
    this.group.enter();
    this.flush(call, undefined);
    this.sync(call);
    this.must(call, f.Barrier(this.group.comm));
    this.sync(call);
  }

  lock(call: number, target: number, shared: boolean): void {
    const { f, abi } = this.group.mpi;
    this.group.enter();
    const type = shared ? abi.lockShared : abi.lockExclusive;
    this.must(call, f.Win_lock(type, target, 0, this.locks.win));
    this.sync(call);
  }

  unlock(call: number, target: number): void {
    this.flush(call, target);
    this.sync(call);
    this.must(call, this.group.mpi.f.Win_unlock(target, this.locks.win));
  }

  lockAll(call: number): void {
    this.group.enter();
    this.must(call, this.group.mpi.f.Win_lock_all(0, this.locks.win));
    this.sync(call);
  }

  unlockAll(call: number): void {
    this.flush(call, undefined);
    this.sync(call);
    this.must(call, this.group.mpi.f.Win_unlock_all(this.locks.win));
  }

  flush(call: number, target: number | undefined): void {
    const { f } = this.group.mpi;
    this.must(call, target === undefined ? f.Win_flush_all(this.win) : f.Win_flush(target, this.win));
    if (target !== undefined) this.pending[target] = [];
    else this.pending.fill([]);
  }

  sync(call: number): void {
    this.must(call, this.group.mpi.f.Win_sync(this.win));
  }

  free(call: number): void {
    this.meet(call);
    this.group.enter();
    this.must(call, this.group.mpi.f.Win_unlock_all(this.win));
    for (const window of [this.guard, this.locks, this.data]) window.free(call);
    this.group.free();
  }

  private request(
    call: number,
    buf: TypedArray,
    target: number,
    at: number,
    start: (...args: number[]) => number,
  ): Request<void> {
    const { mpi } = this.group;
    const { handle, win } = this;
    const count = mpi.count(call, buf.length);
    const request = new MpiRequest<void>(mpi, buf, (code) => this.must(call, code));
    return request.started(
      start(mpi.address(buf), count, handle, target, at, count, handle, win, request.slot),
    );
  }

  /** The library's own operation; undefined where libraries do not all give it the meaning that it has here. */
  private operation({ name }: Update): number | undefined {
    const { abi } = this.group.mpi;
    const { kind, bytes } = this.type;
    if (bytes < FEWEST_BYTES) return undefined;
    switch (name) {
      case "replace":
        return abi.replace;
      case "no-op":
        return abi.noOp;
      case "sum":
      case "prod":
        return abi.ops[name];
      case "min":
      case "max": // MPICH 4.0 compares unsigned integers as if they were signed; minima of floats need not know NaN
        return kind === "float" || this.type.name.includes("uint") ? undefined : abi.ops[name];
      case "band":
      case "bor":
      case "bxor":
        return abi.ops[name];
      default:
        return undefined;
    }
  }

  /** Gets the elements, combines them here, and puts them back, while nobody else does. */
  private updateHere(
    call: number,
    buf: TypedArray,
    result: TypedArray | undefined,
    target: number,
    at: number,
    combine: Update["combine"],
  ): void {
    const { f, abi } = this.group.mpi;
    const elements = new this.type.Array(buf.length) as TypedArray;
    // updates of one rank happen in order
    this.flush(call, target);
    this.must(call, f.Win_lock(abi.lockExclusive, target, 0, this.guard.win));
    this.get(call, elements, target, at);
    this.flush(call, target);
    (result as Float64Array | undefined)?.set(elements as Float64Array);
    combine(elements, buf, elements);
    this.put(call, elements, target, at);
    this.flush(call, target);
    this.must(call, f.Win_unlock(target, this.guard.win));
  }

  private must(call: number, code: number): void {
    if (code !== 0) this.group.must(call, code);
  }
}
