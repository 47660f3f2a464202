import { CALL } from "./calls.js";
import type {
  AlltoallOptions,
  GatherOptions,
  ReduceOptions,
  ReduceScatterOptions,
  RootOptions,
  ScatterOptions,
} from "./comm.js";
import type { TypedArray } from "./elements.js";
import { ObjectCalls } from "./object-calls.js";
import type { AnyReduceOptions } from "./reduction-calls.js";
import type { Request } from "./request.js";

/** The collectives that return at once with a request, whose result is what the blocking form returns. */
export abstract class NonblockingCalls extends ObjectCalls {
  ibarrier(): Request<void> {
    this.begin(CALL.ibarrier);
    return this.transport.start({ kind: "barrier", call: CALL.ibarrier }, () => undefined);
  }

  ibcast<A extends TypedArray>(buf: A, options?: RootOptions): Request<A> {
    return this.transport.start(this.prepareBcast(CALL.ibcast, buf, options), () => buf);
  }

  igather<A extends TypedArray>(buf: A, options?: GatherOptions<A> & RootOptions): Request<A | undefined> {
    const task = this.prepareGather(CALL.igather, buf, options);
    return this.transport.start(task, () => task.into?.buf as A | undefined);
  }

  iscatter<A extends TypedArray>(buf: A | null | undefined, options: ScatterOptions<A>): Request<A> {
    const task = this.prepareScatter(CALL.iscatter, buf, options);
    return this.transport.start(task, () => task.out as A);
  }

  iallgather<A extends TypedArray>(buf: A, options?: GatherOptions<A>): Request<A> {
    const task = this.prepareAllgather(CALL.iallgather, buf, options);
    return this.transport.start(task, () => task.into.buf as A);
  }

  ialltoall<A extends TypedArray>(buf: A, options?: AlltoallOptions<A>): Request<A> {
    const task = this.prepareAlltoall(CALL.ialltoall, buf, options);
    return this.transport.start(task, () => task.into.buf as A);
  }

  ireduce(value: number, options?: ReduceOptions<Float64Array> & RootOptions): Request<number | undefined>;
  ireduce<A extends TypedArray>(buf: A, options?: ReduceOptions<A> & RootOptions): Request<A | undefined>;
  ireduce(buf: TypedArray | number, options: AnyReduceOptions = {}): Request<unknown> {
    const task = this.prepareReduce(CALL.ireduce, bufferOf(buf), resultOptions(buf, options));
    return this.transport.start(task, () => resultOf(buf, task.out));
  }

  iallreduce(value: number, options?: ReduceOptions<Float64Array>): Request<number>;
  iallreduce<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): Request<A>;
  iallreduce(buf: TypedArray | number, options: AnyReduceOptions = {}): Request<unknown> {
    const task = this.prepareAllreduce(CALL.iallreduce, bufferOf(buf), resultOptions(buf, options));
    return this.transport.start(task, () => resultOf(buf, task.out));
  }

  ireduceScatter<A extends TypedArray>(buf: A, options: ReduceScatterOptions<A> = {}): Request<A> {
    const task = this.prepareReduceScatter(CALL.ireduceScatter, buf, options as AnyReduceOptions);
    return this.transport.start(task, () => task.out as A);
  }

  iscan(value: number, options?: ReduceOptions<Float64Array>): Request<number>;
  iscan<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): Request<A>;
  iscan(buf: TypedArray | number, options: AnyReduceOptions = {}): Request<unknown> {
    const task = this.prepareScan(CALL.iscan, bufferOf(buf), resultOptions(buf, options), false);
    return this.transport.start(task, () => resultOf(buf, task.out));
  }

  iexscan(value: number, options?: ReduceOptions<Float64Array>): Request<number | undefined>;
  iexscan<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): Request<A | undefined>;
  iexscan(buf: TypedArray | number, options: AnyReduceOptions = {}): Request<unknown> {
    const task = this.prepareScan(CALL.iexscan, bufferOf(buf), resultOptions(buf, options), true);
    return this.transport.start(task, () => resultOf(buf, this.rank === 0 ? undefined : task.out));
  }
}

/** A number travels as a buffer of one element. */
function bufferOf(buf: TypedArray | number): TypedArray {
  return typeof buf === "number" ? Float64Array.of(buf) : buf;
}

/** The result of a number has a place of its own. */
function resultOptions(buf: TypedArray | number, options: AnyReduceOptions): AnyReduceOptions {
  return typeof buf === "number" ? { ...options, out: undefined } : options;
}

function resultOf(buf: TypedArray | number, out: TypedArray | undefined): unknown {
  return typeof buf === "number" ? out?.[0] : out;
}
