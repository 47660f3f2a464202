import { TuttiError } from "../errors.js";
import { CALL, CALLS } from "./calls.js";
import { checkDest, checkRecvTag, checkRoot, checkSource, checkTag } from "./check.js";
import { ANY_SOURCE, ANY_TAG, PROC_NULL, type RootOptions, type SendrecvTags } from "./comm.js";
import { describe, FLOAT64, OBJECT } from "./elements.js";
import { foldValues } from "./fold.js";
import { evenLayout, type Layout, offsets } from "./layout.js";
import { pack, packAll, unpack, unpackAll } from "./objects.js";
import type { ElementOp } from "./ops.js";
import { ReductionCalls } from "./reduction-calls.js";
import { CompletedRequest, markOwn, type Request } from "./request.js";

/** The methods that carry values, built on the transport of buffers: lengths first where they are not known, then bytes. */
export abstract class ObjectCalls extends ReductionCalls {
  sendObject(value: unknown, dest: number, tag = 0): void {
    this.sendStarted(CALL.sendObject, value, dest, tag).wait();
  }

  ssendObject(value: unknown, dest: number, tag = 0): void {
    const call = CALL.ssendObject;
    this.begin(call);
    checkDest(call, dest, this.size);
    checkTag(call, tag);
    if (dest !== PROC_NULL) this.transport.send(call, OBJECT, pack(call, value), dest, tag, true);
  }

  isendObject(value: unknown, dest: number, tag = 0): Request<void> {
    return this.sendStarted(CALL.isendObject, value, dest, tag);
  }

  issendObject(value: unknown, dest: number, tag = 0): Request<void> {
    const call = CALL.issendObject;
    this.begin(call);
    checkDest(call, dest, this.size);
    checkTag(call, tag);
    if (dest === PROC_NULL) return new CompletedRequest(undefined);
    const request = this.transport.isend(call, OBJECT, pack(call, value), dest, tag, true);
    return dest === this.rank ? markOwn(request) : request;
  }

  recvObject<T = unknown>(source = ANY_SOURCE, tag = ANY_TAG): T {
    return this.receiveStarted<T>(CALL.recvObject, source, tag).wait();
  }

  irecvObject<T = unknown>(source = ANY_SOURCE, tag = ANY_TAG): Request<T> {
    return this.receiveStarted<T>(CALL.irecvObject, source, tag);
  }

  sendrecvObject<T = unknown>(
    value: unknown,
    dest: number,
    source = ANY_SOURCE,
    { sendTag = 0, recvTag = ANY_TAG }: SendrecvTags = {},
  ): T {
    const call = CALL.sendrecvObject;
    checkSource(call, source, this.size);
    checkRecvTag(call, recvTag);
    const sent = this.sendStarted(call, value, dest, sendTag);
    const result = this.receiveStarted<T>(call, source, recvTag).wait();
    sent.wait();
    return result;
  }

  bcastObject<T>(value: T, { root = 0 }: RootOptions = {}): T {
    const call = CALL.bcastObject;
    this.begin(call);
    checkRoot(call, root, this.size);
    const mine = this.rank === root ? pack(call, value) : undefined;
    const length = Float64Array.of(mine?.length ?? 0);
    this.transport.bcast(call, FLOAT64, length, root);
    const bytes = mine ?? new Uint8Array(length[0]);
    this.transport.bcast(call, OBJECT, bytes, root);
    return mine === undefined ? unpack(bytes) : value;
  }

  gatherObject<T>(value: T, { root = 0 }: RootOptions = {}): T[] | undefined {
    return this.collectOn(CALL.gatherObject, value, root);
  }

  scatterObject<T>(values: readonly T[] | null | undefined, { root = 0 }: RootOptions = {}): T {
    const call = CALL.scatterObject;
    this.begin(call);
    checkRoot(call, root, this.size);
    const length = new Float64Array(1);
    if (this.rank !== root) {
      this.transport.scatter(call, FLOAT64, undefined, root, length);
      const bytes = new Uint8Array(length[0]);
      this.transport.scatter(call, OBJECT, undefined, root, bytes);
      return unpack(bytes);
    }
    const { bytes: all, lengths } = packAll(call, this.checkValues(call, values));
    this.transport.scatter(call, FLOAT64, { buf: lengths, layout: evenLayout(this.size, 1) }, root, length);
    const bytes = new Uint8Array(length[0]);
    this.transport.scatter(call, OBJECT, { buf: all, layout: layoutOf(lengths) }, root, bytes);
    return unpack(bytes);
  }

  allgatherObject<T>(value: T): T[] {
    return this.collect(CALL.allgatherObject, value);
  }

  alltoallObject<T>(values: readonly T[]): T[] {
    const call = CALL.alltoallObject;
    this.begin(call);
    const { bytes, lengths } = packAll(call, this.checkValues(call, values));
    const received = new Float64Array(this.size);
    const ones = evenLayout(this.size, 1);
    this.transport.alltoall(call, FLOAT64, { buf: lengths, layout: ones }, { buf: received, layout: ones });
    const layout = layoutOf(received);
    const all = new Uint8Array(total(layout));
    this.transport.alltoall(call, OBJECT, { buf: bytes, layout: layoutOf(lengths) }, { buf: all, layout });
    return unpackAll(all, received);
  }

  reduceObject<T>(value: T, op: ElementOp<T>, { root = 0 }: RootOptions = {}): T | undefined {
    this.checkFunction(CALL.reduceObject, op);
    const values = this.collectOn(CALL.reduceObject, value, root);
    return values && foldValues(op, values, this.size);
  }

  allreduceObject<T>(value: T, op: ElementOp<T>): T {
    this.checkFunction(CALL.allreduceObject, op);
    return foldValues(op, this.collect(CALL.allreduceObject, value), this.size);
  }

  scanObject<T>(value: T, op: ElementOp<T>): T {
    this.checkFunction(CALL.scanObject, op);
    return foldValues(op, this.collect(CALL.scanObject, value), this.rank + 1);
  }

  exscanObject<T>(value: T, op: ElementOp<T>): T | undefined {
    this.checkFunction(CALL.exscanObject, op);
    const values = this.collect(CALL.exscanObject, value);
    return this.rank === 0 ? undefined : foldValues(op, values, this.rank);
  }

  private sendStarted(call: number, value: unknown, dest: number, tag: number): Request<void> {
    this.begin(call);
    checkDest(call, dest, this.size);
    checkTag(call, tag);
    if (dest === PROC_NULL) return new CompletedRequest(undefined);
    return this.transport.isendObject(call, pack(call, value), dest, tag);
  }

  private receiveStarted<T>(call: number, source: number, tag: number): Request<T> {
    this.begin(call);
    checkSource(call, source, this.size);
    checkRecvTag(call, tag);
    if (source === PROC_NULL) return new CompletedRequest(undefined as T);
    const request = this.transport.irecvObject<T>(call, source, tag, unpack);
    return source === this.rank || this.size === 1 ? markOwn(request) : request;
  }

  private collectOn<T>(call: number, value: T, root: number): T[] | undefined {
    this.begin(call);
    checkRoot(call, root, this.size);
    const bytes = pack(call, value);
    const length = Float64Array.of(bytes.length);
    if (this.rank !== root) {
      this.transport.gather(call, FLOAT64, length, root, undefined);
      this.transport.gather(call, OBJECT, bytes, root, undefined);
      return undefined;
    }
    const lengths = new Float64Array(this.size);
    this.transport.gather(call, FLOAT64, length, root, { buf: lengths, layout: evenLayout(this.size, 1) });
    const layout = layoutOf(lengths);
    const all = new Uint8Array(total(layout));
    this.transport.gather(call, OBJECT, bytes, root, { buf: all, layout });
    return unpackAll(all, lengths);
  }

  /** The values of all ranks, for the method `call`. */
  protected collect<T>(call: number, value: T): T[] {
    this.begin(call);
    const bytes = pack(call, value);
    const lengths = new Float64Array(this.size);
    const ones = evenLayout(this.size, 1);
    this.transport.allgather(call, FLOAT64, Float64Array.of(bytes.length), { buf: lengths, layout: ones });
    const layout = layoutOf(lengths);
    const all = new Uint8Array(total(layout));
    this.transport.allgather(call, OBJECT, bytes, { buf: all, layout });
    return unpackAll(all, lengths);
  }

  private checkValues<T>(call: number, values: readonly T[] | null | undefined): readonly T[] {
    if (Array.isArray(values) && values.length === this.size) return values;
    const name = CALLS[call];
    const message = `${name}: values must be an Array with one value for each of the ${this.size} ranks, found ${describe(values)}`;
    throw new TuttiError("argument", message, { call: name, argument: "values" });
  }

  private checkFunction(call: number, op: unknown): void {
    if (typeof op === "function") return;
    const name = CALLS[call];
    throw new TuttiError("argument", `${name}: op must be a function of two values, found ${describe(op)}`, {
      call: name,
      argument: "op",
    });
  }
}

function layoutOf(lengths: Float64Array): Layout {
  const counts = Array.from(lengths);
  return { counts, displs: offsets(counts), given: true };
}

function total({ counts }: Layout): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
