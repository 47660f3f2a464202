import { TuttiError } from "../errors.js";
import { CALL, CALLS } from "./calls.js";
import { checkBuffer, checkLength, checkOut, checkOverlap, checkRoot } from "./check.js";
import type { Allreduce, Reduce, ReduceScatter, Scan } from "./collective.js";
import { COUNTS, CollectiveCalls } from "./collective-calls.js";
import type { ReduceOptions, ReduceScatterOptions, RootOptions } from "./comm.js";
import { createLike, type ElementType, FLOAT64, type TypedArray } from "./elements.js";
import { extent, makeLayout } from "./layout.js";
import { type AnyOp, type Op, type Reduction, resolveOp } from "./ops.js";
import { RecentReduction } from "./recent-reduction.js";

/** Options of a reduction whatever the type of its buffer. */
export interface AnyReduceOptions extends RootOptions {
  readonly op?: AnyOp;
  readonly out?: TypedArray;
}

/** The methods that combine the values of all ranks. What checks their arguments also serves the nonblocking forms. */
export abstract class ReductionCalls extends CollectiveCalls {
  private readonly recent = new RecentReduction();

  reduce(value: number, options?: ReduceOptions<Float64Array> & RootOptions): number | undefined;
  reduce<A extends TypedArray>(buf: A, options?: ReduceOptions<A> & RootOptions): A | undefined;
  reduce(buf: TypedArray | number, options: AnyReduceOptions = {}): TypedArray | number | undefined {
    if (typeof buf === "number")
      return this.reduce(Float64Array.of(buf), {
        root: options.root,
        op: options.op as Op<Float64Array>,
      })?.[0];
    const { call, type, reduction, root, out } = this.prepareReduce(CALL.reduce, buf, options);
    this.transport.reduce(call, type, buf, reduction, root, out);
    return out;
  }

  allreduce(value: number, options?: ReduceOptions<Float64Array>): number;
  allreduce<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): A;
  allreduce(buf: TypedArray | number, options: AnyReduceOptions = {}): TypedArray | number {
    if (typeof buf === "number") {
      const reduction = resolveOp("allreduce", options.op, FLOAT64);
      if (reduction.element === undefined)
        return this.allreduce(Float64Array.of(buf), { op: options.op as Op<Float64Array> })[0];
      this.begin(CALL.allreduce);
      return this.transport.allreduceNumber(CALL.allreduce, reduction, buf);
    }
    const { op, out } = options;
    this.begin(CALL.allreduce);
    if (out === undefined || !this.recent.is(buf, op, out)) {
      const task = this.prepareAllreduce(CALL.allreduce, buf, options);
      this.transport.allreduce(task.call, task.type, buf, task.reduction, task.out);
      this.recent.remember(task, op);
      return task.out;
    }
    const { type, reduction } = this.recent;
    this.transport.allreduce(CALL.allreduce, type, buf, reduction, out);
    return out;
  }

  reduceScatter<A extends TypedArray>(buf: A, options: ReduceScatterOptions<A> = {}): A {
    const task = this.prepareReduceScatter(CALL.reduceScatter, buf, options as AnyReduceOptions);
    this.transport.reduceScatter(task.call, task.type, buf, task.reduction, task.layout, task.out);
    return task.out as A;
  }

  scan(value: number, options?: ReduceOptions<Float64Array>): number;
  scan<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): A;
  scan(buf: TypedArray | number, options: AnyReduceOptions = {}): TypedArray | number {
    if (typeof buf === "number")
      return this.scan(Float64Array.of(buf), { op: options.op as Op<Float64Array> })[0];
    const { call, type, reduction, out } = this.prepareScan(CALL.scan, buf, options, false);
    this.transport.scan(call, type, buf, reduction, false, out);
    return out;
  }

  exscan(value: number, options?: ReduceOptions<Float64Array>): number | undefined;
  exscan<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): A | undefined;
  exscan(buf: TypedArray | number, options: AnyReduceOptions = {}): TypedArray | number | undefined {
    if (typeof buf === "number")
      return this.exscan(Float64Array.of(buf), { op: options.op as Op<Float64Array> })?.[0];
    const { call, type, reduction, out } = this.prepareScan(CALL.exscan, buf, options, true);
    this.transport.scan(call, type, buf, reduction, true, out);
    return this.rank === 0 ? undefined : out;
  }

  protected prepareReduce(call: number, buf: TypedArray, options: AnyReduceOptions): Reduce {
    const { root = 0 } = options;
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    checkRoot(call, root, this.size);
    const reduction = this.reduction(call, type, buf, options);
    const out = this.rank === root ? this.reduceOut(call, type, buf, options) : undefined;
    return { kind: "reduce", call, type, buf, reduction, root, out };
  }

  protected prepareAllreduce(call: number, buf: TypedArray, options: AnyReduceOptions): Allreduce {
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    const reduction = this.reduction(call, type, buf, options);
    const out = this.reduceOut(call, type, buf, options);
    return { kind: "allreduce", call, type, buf, reduction, out };
  }

  protected prepareReduceScatter(
    call: number,
    buf: TypedArray,
    options: AnyReduceOptions & { readonly counts?: ArrayLike<number> },
  ): ReduceScatter {
    const { counts } = options;
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    const share = counts === undefined ? this.share(call, buf) : 0;
    const layout = makeLayout(CALLS[call], COUNTS, counts, undefined, this.size, share);
    checkLength(call, "buf", buf, extent(layout));
    const reduction = this.reduction(call, type, buf, options);
    for (const count of layout.counts) this.checkWidth(call, reduction.width, count);
    const out = options.out ?? createLike(buf, type, layout.counts[this.rank]);
    checkOut(call, "out", out, type, layout.counts[this.rank]);
    checkOverlap(call, "out", buf, out);
    return { kind: "reduceScatter", call, type, buf, reduction, layout, out };
  }

  protected prepareScan(call: number, buf: TypedArray, options: AnyReduceOptions, exclusive: boolean): Scan {
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    const reduction = this.reduction(call, type, buf, options);
    const out = this.reduceOut(call, type, buf, options);
    return { kind: "scan", call, type, buf, reduction, exclusive, out };
  }

  private reduction(call: number, type: ElementType, buf: TypedArray, { op }: AnyReduceOptions): Reduction {
    const reduction = resolveOp(CALLS[call], op, type);
    this.checkWidth(call, reduction.width, buf.length);
    return reduction;
  }

  private checkWidth(call: number, width: number, length: number): void {
    if (width === 1 || length % width === 0) return;
    const message = `${CALLS[call]}: this op combines groups of ${width} elements, but there are ${length}`;
    throw new TuttiError("argument", message, { call: CALLS[call], width, length });
  }

  private reduceOut(call: number, type: ElementType, buf: TypedArray, { out }: AnyReduceOptions): TypedArray {
    if (out === undefined) return createLike(buf, type, buf.length);
    if (out === buf) return out;
    checkOut(call, "out", out, type, buf.length);
    checkOverlap(call, "out", buf, out, 0);
    return out;
  }
}
