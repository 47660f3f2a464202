import { TuttiError } from "../errors.js";
import { CALL, CALLS } from "./calls.js";
import {
  checkBuffer,
  checkDest,
  checkInteger,
  checkLength,
  checkOut,
  checkOverlap,
  checkRecvTag,
  checkRoot,
  checkSource,
  checkTag,
} from "./check.js";
import {
  type AlltoallOptions,
  ANY_SOURCE,
  ANY_TAG,
  type Comm,
  type Engine,
  type GatherOptions,
  PROC_NULL,
  type ReduceOptions,
  type ReduceScatterOptions,
  type RootOptions,
  type ScatterOptions,
  type SendrecvTags,
} from "./comm.js";
import { createLike, type ElementType, FLOAT64, type TypedArray } from "./elements.js";
import { evenLayout, extent, makeLayout } from "./layout.js";
import { ObjectCalls } from "./object-calls.js";
import { type AnyOp, type Op, resolveOp } from "./ops.js";
import { CompletedRequest, markOwn, type Request } from "./request.js";
import { Status } from "./status.js";
import { topologyClasses } from "./topology/communicators.js";
import { Edges, throwDisagreement } from "./topology/edges.js";
import { chooseGrid } from "./topology/grid.js";
import { checkGroup, sameGrids, sameGroups } from "./topology/group.js";
import type { CartComm, CartOptions, GraphComm } from "./topology/types.js";
import type { Transport } from "./transport.js";

const COUNTS = { counts: "counts", displs: "displs" };
const SEND_COUNTS = { counts: "sendCounts", displs: "sendDispls" };
const RECV_COUNTS = { counts: "recvCounts", displs: "recvDispls" };

/** Options of a reduction whatever the type of its buffer. */
interface AnyReduceOptions extends RootOptions {
  readonly op?: AnyOp;
  readonly out?: TypedArray;
}

/** The one implementation of {@link Comm}: it checks arguments, chooses defaults, and leaves the rest to an engine's transport. */
export class Communicator extends ObjectCalls implements Comm {
  readonly engine: Engine;
  private freed = false;

  /** @param permanent whether `free` is an error, as it is for the world */
  constructor(
    transport: Transport,
    private readonly permanent = false,
  ) {
    super(transport);
    this.engine = transport.engine;
  }

  send(buf: TypedArray, dest: number, tag = 0): void {
    this.sendBuffer(CALL.send, buf, dest, tag, false);
  }

  ssend(buf: TypedArray, dest: number, tag = 0): void {
    this.sendBuffer(CALL.ssend, buf, dest, tag, true);
  }

  isend(buf: TypedArray, dest: number, tag = 0): Request<void> {
    this.begin(CALL.isend);
    const type = this.checkSend(CALL.isend, buf, dest, tag);
    if (dest === PROC_NULL) return new CompletedRequest(undefined);
    return this.transport.isend(CALL.isend, type, buf, dest, tag);
  }

  recv(buf: TypedArray, source = ANY_SOURCE, tag = ANY_TAG): Status {
    this.begin(CALL.recv);
    const type = this.checkReceive(CALL.recv, buf, source, tag);
    if (source === PROC_NULL) return noMessage();
    return this.transport.recv(CALL.recv, type, buf, source, tag);
  }

  irecv(buf: TypedArray, source = ANY_SOURCE, tag = ANY_TAG): Request<Status> {
    this.begin(CALL.irecv);
    const type = this.checkReceive(CALL.irecv, buf, source, tag);
    if (source === PROC_NULL) return new CompletedRequest(noMessage());
    const request = this.transport.irecv(CALL.irecv, type, buf, source, tag);
    return source === this.rank || this.size === 1 ? markOwn(request) : request;
  }

  sendrecv(
    sendBuf: TypedArray,
    dest: number,
    recvBuf: TypedArray,
    source = ANY_SOURCE,
    { sendTag = 0, recvTag = ANY_TAG }: SendrecvTags = {},
  ): Status {
    const call = CALL.sendrecv;
    this.begin(call);
    const sendType = this.checkSend(call, sendBuf, dest, sendTag);
    const recvType = this.checkReceive(call, recvBuf, source, recvTag);
    checkOverlap(call, "recvBuf", sendBuf, recvBuf);
    const received =
      source === PROC_NULL
        ? new CompletedRequest(noMessage())
        : this.transport.irecv(call, recvType, recvBuf, source, recvTag);
    if (dest !== PROC_NULL) this.transport.send(call, sendType, sendBuf, dest, sendTag, false);
    return received.wait();
  }

  probe(source = ANY_SOURCE, tag = ANY_TAG): Status {
    this.begin(CALL.probe);
    checkSource(CALL.probe, source, this.size);
    checkRecvTag(CALL.probe, tag);
    return source === PROC_NULL ? noMessage() : this.transport.probe(CALL.probe, source, tag);
  }

  iprobe(source = ANY_SOURCE, tag = ANY_TAG): Status | undefined {
    this.begin(CALL.iprobe);
    checkSource(CALL.iprobe, source, this.size);
    checkRecvTag(CALL.iprobe, tag);
    return source === PROC_NULL ? noMessage() : this.transport.iprobe(source, tag);
  }

  barrier(): void {
    this.begin(CALL.barrier);
    this.transport.barrier(CALL.barrier);
  }

  bcast<A extends TypedArray>(buf: A, { root = 0 }: RootOptions = {}): A {
    this.begin(CALL.bcast);
    const type = checkBuffer(CALL.bcast, "buf", buf);
    checkRoot(CALL.bcast, root, this.size);
    this.transport.bcast(CALL.bcast, type, buf, root);
    return buf;
  }

  gather<A extends TypedArray>(buf: A, options: GatherOptions<A> & RootOptions = {}): A | undefined {
    const call = CALL.gather;
    const { root = 0 } = options;
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    checkRoot(call, root, this.size);
    const into = this.rank === root ? this.gatherInto(call, type, buf, options) : undefined;
    this.transport.gather(call, type, buf, root, into);
    return into?.buf;
  }

  scatter<A extends TypedArray>(buf: A | null | undefined, options: ScatterOptions<A>): A {
    const call = CALL.scatter;
    const { root = 0, out, counts, displs } = options;
    this.begin(call);
    checkRoot(call, root, this.size);
    const type = checkBuffer(call, "out", out);
    if (this.rank !== root) {
      this.transport.scatter(call, type, undefined, root, out);
      return out;
    }
    const layout = makeLayout("scatter", COUNTS, counts, displs, this.size, out.length);
    checkOut(call, "buf", buf as A, type, extent(layout), counts !== undefined || displs !== undefined);
    checkLength(call, "out", out, layout.counts[root]);
    checkOverlap(call, "out", buf as A, out, layout.displs[root]);
    this.transport.scatter(call, type, { buf: buf as A, layout }, root, out);
    return out;
  }

  allgather<A extends TypedArray>(buf: A, options: GatherOptions<A> = {}): A {
    const call = CALL.allgather;
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    const into = this.gatherInto(call, type, buf, options);
    this.transport.allgather(call, type, buf, into);
    return into.buf;
  }

  alltoall<A extends TypedArray>(buf: A, options: AlltoallOptions<A> = {}): A {
    const call = CALL.alltoall;
    const { sendCounts, sendDispls, recvCounts, recvDispls } = options;
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    if ((sendCounts === undefined) !== (recvCounts === undefined)) {
      throw new TuttiError("argument", "alltoall: sendCounts and recvCounts must be given together", {
        call: "alltoall",
      });
    }
    const share = sendCounts === undefined ? this.share(call, buf) : 0;
    const sent = makeLayout("alltoall", SEND_COUNTS, sendCounts, sendDispls, this.size, share);
    const received = makeLayout("alltoall", RECV_COUNTS, recvCounts, recvDispls, this.size, share);
    checkLength(call, "buf", buf, extent(sent), true);
    const out = options.out ?? createLike(buf, type, extent(received));
    checkOut(call, "out", out, type, extent(received), true);
    checkOverlap(call, "out", buf, out);
    this.transport.alltoall(call, type, { buf, layout: sent }, { buf: out, layout: received });
    return out as A;
  }

  reduce(value: number, options?: ReduceOptions<Float64Array> & RootOptions): number | undefined;
  reduce<A extends TypedArray>(buf: A, options?: ReduceOptions<A> & RootOptions): A | undefined;
  reduce(buf: TypedArray | number, options: AnyReduceOptions = {}): TypedArray | number | undefined {
    const call = CALL.reduce;
    if (typeof buf === "number")
      return this.reduce(Float64Array.of(buf), {
        root: options.root,
        op: options.op as Op<Float64Array>,
      })?.[0];
    const { root = 0 } = options;
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    checkRoot(call, root, this.size);
    const reduction = this.reduction(call, type, buf, options);
    const out = this.rank === root ? this.reduceOut(call, type, buf, options) : undefined;
    this.transport.reduce(call, type, buf, reduction, root, out);
    return out;
  }

  allreduce(value: number, options?: ReduceOptions<Float64Array>): number;
  allreduce<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): A;
  allreduce(buf: TypedArray | number, options: AnyReduceOptions = {}): TypedArray | number {
    const call = CALL.allreduce;
    if (typeof buf === "number") {
      const reduction = resolveOp("allreduce", options.op, FLOAT64);
      if (reduction.element === undefined)
        return this.allreduce(Float64Array.of(buf), { op: options.op as Op<Float64Array> })[0];
      this.begin(call);
      return this.transport.allreduceNumber(call, reduction, buf);
    }
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    const reduction = this.reduction(call, type, buf, options);
    const out = this.reduceOut(call, type, buf, options);
    this.transport.allreduce(call, type, buf, reduction, out);
    return out;
  }

  reduceScatter<A extends TypedArray>(buf: A, options: ReduceScatterOptions<A> = {}): A {
    const call = CALL.reduceScatter;
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    const { counts } = options;
    const layout = makeLayout(
      "reduceScatter",
      COUNTS,
      counts,
      undefined,
      this.size,
      counts === undefined ? this.share(call, buf) : 0,
    );
    checkLength(call, "buf", buf, extent(layout));
    const reduction = this.reduction(call, type, buf, options);
    for (const count of layout.counts) this.checkWidth(call, reduction.width, count);
    const out = options.out ?? createLike(buf, type, layout.counts[this.rank]);
    checkOut(call, "out", out, type, layout.counts[this.rank]);
    checkOverlap(call, "out", buf, out);
    this.transport.reduceScatter(call, type, buf, reduction, layout, out);
    return out as A;
  }

  scan(value: number, options?: ReduceOptions<Float64Array>): number;
  scan<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): A;
  scan(buf: TypedArray | number, options: AnyReduceOptions = {}): TypedArray | number {
    if (typeof buf === "number")
      return this.scan(Float64Array.of(buf), { op: options.op as Op<Float64Array> })[0];
    return this.scanBuffer(CALL.scan, buf, options, false);
  }

  exscan(value: number, options?: ReduceOptions<Float64Array>): number | undefined;
  exscan<A extends TypedArray>(buf: A, options?: ReduceOptions<A>): A | undefined;
  exscan(buf: TypedArray | number, options: AnyReduceOptions = {}): TypedArray | number | undefined {
    if (typeof buf === "number")
      return this.exscan(Float64Array.of(buf), { op: options.op as Op<Float64Array> })?.[0];
    const out = this.scanBuffer(CALL.exscan, buf, options, true);
    return this.rank === 0 ? undefined : out;
  }

  split(color: number, key?: number): Comm;
  split(color: number | undefined, key?: number): Comm | undefined;
  split(color: number | undefined, key = this.rank): Comm | undefined {
    this.begin(CALL.split);
    if (color !== undefined) checkInteger(CALL.split, "color", color);
    checkInteger(CALL.split, "key", key);
    const part = this.transport.split(CALL.split, color, key, `part ${color} of ${this.name}`);
    return part === undefined ? undefined : new Communicator(part);
  }

  dup(): Comm {
    this.begin(CALL.dup);
    return new Communicator(this.transport.split(CALL.dup, 0, this.rank, `copy of ${this.name}`)!);
  }

  create(ranks: readonly number[]): Comm | undefined {
    const call = CALL.create;
    this.begin(call);
    checkGroup(ranks, this.size);
    sameGroups(this.collect(call, [...ranks]));
    const place = ranks.indexOf(this.rank);
    const color = place < 0 ? undefined : ranks[0];
    const part = this.transport.split(call, color, Math.max(place, 0), `group of ${this.name}`);
    return part && new Communicator(part);
  }

  cart(dims: readonly number[], { periods = false }: CartOptions = {}): CartComm | undefined {
    const call = CALL.cart;
    this.begin(call);
    const grid = chooseGrid(this.size, dims, periods);
    sameGrids(this.collect(call, grid.toString()));
    const color = this.rank < grid.size ? 0 : undefined;
    const part = this.transport.split(call, color, this.rank, `${grid} grid of ${this.name}`);
    return part && new CartCommunicator(part, grid);
  }

  graph(sources: readonly number[], destinations: readonly number[]): GraphComm {
    const call = CALL.graph;
    this.begin(call);
    const edges = new Edges(this.size, sources, destinations);
    throwDisagreement(this.collect(call, edges.disagreement(this.transport)));
    return new GraphCommunicator(this.transport.split(call, 0, this.rank, `graph of ${this.name}`)!, edges);
  }

  free(): void {
    if (this.permanent) {
      throw new TuttiError(
        "argument",
        `free: ${this.name} cannot be freed; free what you split or duplicated`,
      );
    }
    if (!this.freed) this.transport.free?.();
    this.freed = true;
  }

  wtime(): number {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds + nanoseconds * 1e-9;
  }

  abort(code = 1): never {
    return this.transport.abort(code);
  }

  protected begin(call: number): void {
    if (this.freed) {
      throw new TuttiError("freed", `${CALLS[call]}: the communicator ${this.name} has been freed`, {
        call: CALLS[call],
        communicator: this.name,
      });
    }
    this.transport.check();
  }

  private sendBuffer(call: number, buf: TypedArray, dest: number, tag: number, synchronous: boolean): void {
    this.begin(call);
    const type = this.checkSend(call, buf, dest, tag);
    if (dest !== PROC_NULL) this.transport.send(call, type, buf, dest, tag, synchronous);
  }

  private scanBuffer(
    call: number,
    buf: TypedArray,
    options: AnyReduceOptions,
    exclusive: boolean,
  ): TypedArray {
    this.begin(call);
    const type = checkBuffer(call, "buf", buf);
    const reduction = this.reduction(call, type, buf, options);
    const out = this.reduceOut(call, type, buf, options);
    this.transport.scan(call, type, buf, reduction, exclusive, out);
    return out;
  }

  private checkSend(call: number, buf: TypedArray, dest: number, tag: number): ElementType {
    checkDest(call, dest, this.size);
    checkTag(call, tag);
    return checkBuffer(call, "buf", buf);
  }

  private checkReceive(call: number, buf: TypedArray, source: number, tag: number): ElementType {
    checkSource(call, source, this.size);
    checkRecvTag(call, tag);
    return checkBuffer(call, "buf", buf);
  }

  private gatherInto<A extends TypedArray>(
    call: number,
    type: ElementType,
    buf: A,
    options: GatherOptions<A>,
  ) {
    const { counts, displs } = options;
    const layout =
      counts === undefined && displs === undefined
        ? evenLayout(this.size, buf.length)
        : makeLayout(CALLS[call], COUNTS, counts, displs, this.size, buf.length);
    checkLength(call, "buf", buf, layout.counts[this.rank]);
    const out = options.out ?? createLike(buf, type, extent(layout));
    checkOut(call, "out", out, type, extent(layout), counts !== undefined || displs !== undefined);
    checkOverlap(call, "out", buf, out, -layout.displs[this.rank]);
    return { buf: out, layout };
  }

  private reduction(call: number, type: ElementType, buf: TypedArray, { op }: AnyReduceOptions) {
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

  /** Each rank's share of a buffer that must divide evenly. */
  private share(call: number, buf: TypedArray): number {
    if (buf.length % this.size === 0) return buf.length / this.size;
    const message = `${CALLS[call]}: the length of buf must be a multiple of the ${this.size} ranks, found ${buf.length}; give counts for unequal pieces`;
    throw new TuttiError("argument", message, { call: CALLS[call], length: buf.length, size: this.size });
  }
}

const { CartCommunicator, GraphCommunicator } = topologyClasses(Communicator);

function noMessage(): Status {
  return new Status(PROC_NULL, ANY_TAG, 0);
}
