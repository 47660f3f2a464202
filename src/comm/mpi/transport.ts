import { TuttiError } from "../../errors.js";
import { CALL, CALLS } from "../calls.js";
import type { Collective } from "../collective.js";
import { ANY_SOURCE, ANY_TAG } from "../comm.js";
import { type ElementType, FLOAT64, OBJECT, type TypedArray } from "../elements.js";
import type { Access, FileTransport } from "../file/transport.js";
import { evenLayout, type Layout } from "../layout.js";
import type { Matched } from "../message.js";
import type { Reduction } from "../ops.js";
import { CompletedRequest, type Request } from "../request.js";
import type { Status } from "../status.js";
import type { MpiComm, Pieces, Transport } from "../transport.js";
import { ownWindow } from "../window/direct.js";
import type { WindowSpec, WindowTransport } from "../window/transport.js";
import { UNDEFINED } from "./abi.js";
import { closeReleased, type MpiFile, openMpiFile } from "./file.js";
import { MpiLane } from "./lane.js";
import { allgather, alltoall, bcast, gather, scatter } from "./long-collectives.js";
import { MpiMatched } from "./matched.js";
import type { Mpi } from "./mpi.js";
import { startCollective } from "./nonblocking.js";
import { ObjectReceives } from "./object-receives.js";
import { start } from "./prepared.js";
import { letTell } from "./process.js";
import { allreduce, allreduceNumber, reduce, reduceScatter, scan } from "./reductions.js";
import { type MpiOperation, MpiRequest } from "./requests.js";
import { openWindow } from "./window.js";

/** Every library has at least so many tags (MPI 4.1, section 9.1.2). */
const MAX_LANE_TAG = 32767;

/** One communicator of an MPI library, and a duplicate of it for messages of our own. */
export class MpiTransport implements Transport {
  readonly engine = "mpi";
  readonly rank: number;
  readonly size: number;
  /** Files that this communicator has opened and not closed yet, the same on every rank. */
  readonly files: MpiFile[] = [];
  private readonly objects = new ObjectReceives(this);
  /** Schedules started so far. */
  private started = 0;
  /** Whether some of them may still be under way on some rank; the same on all ranks at the same collective. */
  private scheduling = false;

  /** The transport of a communicator that the library has just made. Collective. */
  static open(mpi: Mpi, comm: number, name: string): MpiTransport {
    const made = new Int32Array(2);
    mpi.f.Comm_dup(comm, mpi.address(made));
    return new MpiTransport(mpi, comm, name, new MpiTransport(mpi, mpi.handleAt(made, 0), name));
  }

  /** @param lane carries what belongs to collectives, so that it never meets the user's messages */
  private constructor(
    readonly mpi: Mpi,
    readonly comm: number,
    readonly name: string,
    readonly lane?: MpiTransport,
  ) {
    const { f, ints, intsAddress } = mpi;
    f.Comm_rank(comm, intsAddress);
    this.rank = ints[0];
    f.Comm_size(comm, intsAddress);
    this.size = ints[0];
  }

  get mpiComm(): MpiComm {
    const { comm, mpi } = this;
    return { handle: comm, abi: mpi.abi.name, library: mpi.library.path };
  }

  check(): void {
    if (!this.mpi.ended) return;
    throw new TuttiError("freed", `${this.name}: MPI has ended on this rank, which is about to exit`);
  }

  send(
    call: number,
    type: ElementType,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous: boolean,
  ): void {
    const { mpi } = this;
    if (mpi.schedules.count > 0) {
      this.isend(call, type, buf, dest, tag, synchronous).wait();
      return;
    }
    const send = synchronous ? mpi.f.Ssend : mpi.f.Send;
    const { length } = buf;
    const item = mpi.itemType(type, length);
    const code = send(mpi.address(buf), mpi.items(length), item, dest, tag, this.comm);
    if (code !== 0) throw this.messageError(call, code, buf, dest, tag);
  }

  isend(
    call: number,
    type: ElementType,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous = false,
  ): Request<void> {
    const { mpi } = this;
    const send = synchronous ? mpi.f.Issend : mpi.f.Isend;
    const { length } = buf;
    const request = new MpiRequest<void>(mpi, buf, (code) => {
      if (code !== 0) throw this.messageError(call, code, buf, dest, tag);
    });
    const item = mpi.itemType(type, length);
    return request.started(
      send(mpi.address(buf), mpi.items(length), item, dest, tag, this.comm, request.slot),
    );
  }

  recv(call: number, type: ElementType, buf: TypedArray, source: number, tag: number): Status {
    const { mpi, comm } = this;
    if (mpi.schedules.count > 0) return this.irecv(call, type, buf, source, tag).wait();
    const items = mpi.items(buf.length);
    const from = source === ANY_SOURCE ? mpi.abi.anySource : source;
    const which = tag === ANY_TAG ? mpi.abi.anyTag : tag;
    const item = mpi.itemType(type, buf.length);
    const code = mpi.f.Recv(mpi.address(buf), items, item, from, which, comm, mpi.statusAddress);
    if (code !== 0) throw this.messageError(call, code, buf, source, tag);
    return this.received(call, type);
  }

  irecv(call: number, type: ElementType, buf: TypedArray, source: number, tag: number): Request<Status> {
    const { mpi } = this;
    const items = mpi.items(buf.length);
    const from = source === ANY_SOURCE ? mpi.abi.anySource : source;
    const which = tag === ANY_TAG ? mpi.abi.anyTag : tag;
    const request = new MpiRequest<Status>(mpi, buf, (code) => {
      if (code !== 0) throw this.messageError(call, code, buf, source, tag);
      return this.received(call, type);
    });
    const item = mpi.itemType(type, buf.length);
    return request.started(mpi.f.Irecv(mpi.address(buf), items, item, from, which, this.comm, request.slot));
  }

  probe(call: number, source: number, tag: number): Status {
    const { mpi } = this;
    let found: Status | undefined;
    const look = () => {
      found = this.iprobe(source, tag);
      return found !== undefined;
    };
    if (mpi.waitBusily(look)) return found!;
    const from = source === ANY_SOURCE ? mpi.abi.anySource : source;
    const which = tag === ANY_TAG ? mpi.abi.anyTag : tag;
    this.must(call, mpi.f.Probe(from, which, this.comm, mpi.statusAddress));
    return mpi.readStatus();
  }

  iprobe(source: number, tag: number): Status | undefined {
    const { mpi } = this;
    if (mpi.schedules.count > 0) mpi.schedules.advance();
    const from = source === ANY_SOURCE ? mpi.abi.anySource : source;
    const which = tag === ANY_TAG ? mpi.abi.anyTag : tag;
    const code = mpi.f.Iprobe(from, which, this.comm, mpi.intsAddress, mpi.statusAddress);
    this.must(CALL.iprobe, code);
    return mpi.ints[0] === 0 ? undefined : mpi.readStatus();
  }

  mprobe(call: number, source: number, tag: number): Matched {
    const { mpi, comm } = this;
    let found: Matched | undefined;
    const look = () => {
      found = this.improbe(source, tag);
      return found !== undefined;
    };
    if (mpi.waitBusily(look)) return found!;
    const from = source === ANY_SOURCE ? mpi.abi.anySource : source;
    const which = tag === ANY_TAG ? mpi.abi.anyTag : tag;
    const handle = new Int32Array(2);
    this.must(call, mpi.f.Mprobe(from, which, comm, mpi.address(handle), mpi.statusAddress));
    return new MpiMatched(this, handle);
  }

  improbe(source: number, tag: number): Matched | undefined {
    const { mpi, comm } = this;
    if (mpi.schedules.count > 0) mpi.schedules.advance();
    const { f, ints, intsAddress, statusAddress } = mpi;
    const from = source === ANY_SOURCE ? mpi.abi.anySource : source;
    const which = tag === ANY_TAG ? mpi.abi.anyTag : tag;
    const handle = new Int32Array(2);
    const at = mpi.address(handle);
    this.must(CALL.improbe, f.Improbe(from, which, comm, intsAddress, at, statusAddress));
    return ints[0] === 0 ? undefined : new MpiMatched(this, handle);
  }

  isendObject(call: number, bytes: Uint8Array, dest: number, tag: number): Request<void> {
    this.mpi.outbox.post(this.isend(call, OBJECT, bytes, dest, tag));
    return new CompletedRequest(undefined);
  }

  irecvObject<T>(call: number, source: number, tag: number, open: (bytes: Uint8Array) => T): Request<T> {
    return this.objects.start(call, source, tag, open);
  }

  barrier(call: number): void {
    this.enter();
    this.must(call, this.mpi.f.Barrier(this.comm));
  }

  bcast(call: number, type: ElementType, buf: TypedArray, root: number): void {
    this.enter();
    bcast(this, call, type, buf, root);
  }

  gather(call: number, type: ElementType, buf: TypedArray, root: number, into: Pieces | undefined): void {
    this.enter();
    gather(this, call, type, buf, root, into);
  }

  scatter(call: number, type: ElementType, from: Pieces | undefined, root: number, out: TypedArray): void {
    this.enter();
    scatter(this, call, type, from, root, out);
  }

  allgather(call: number, type: ElementType, buf: TypedArray, into: Pieces): void {
    this.enter();
    allgather(this, call, type, buf, into);
  }

  alltoall(call: number, type: ElementType, from: Pieces, into: Pieces): void {
    this.enter();
    alltoall(this, call, type, from, into);
  }

  reduce(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    root: number,
    out: TypedArray | undefined,
  ): void {
    this.enter();
    reduce(this, call, type, buf, reduction, root, out);
  }

  allreduce(call: number, type: ElementType, buf: TypedArray, reduction: Reduction, out: TypedArray): void {
    this.enter();
    allreduce(this, call, type, buf, reduction, out);
  }

  allreduceNumber(call: number, reduction: Reduction, value: number): number {
    this.enter();
    return allreduceNumber(this, call, reduction, value);
  }

  reduceScatter(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    layout: Layout,
    out: TypedArray,
  ): void {
    this.enter();
    reduceScatter(this, call, type, buf, reduction, layout, out);
  }

  scan(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    exclusive: boolean,
    out: TypedArray,
  ): void {
    this.enter();
    scan(this, call, type, buf, reduction, exclusive, out);
  }

  start<T>(collective: Collective, result: () => T): MpiOperation<T> {
    return startCollective(this, collective, () => this.nextLane(collective.call), result);
  }

  /** MPI's colors and keys are ints that are not negative; ours are any integers, so ranks agree on numbers for them first. */
  split(call: number, color: number | undefined, key: number, name: string): MpiTransport | undefined {
    const { mpi, comm, size } = this;
    const choices = new Float64Array(3 * size);
    const layout = evenLayout(size, 3);
    const mine = Float64Array.of(color === undefined ? 0 : 1, color ?? 0, key);
    this.allgather(call, FLOAT64, mine, { buf: choices, layout });
    const column = (i: number) => Array.from({ length: size }, (_, r) => choices[3 * r + i]);
    const position = (values: number[], value: number) =>
      [...new Set(values)].sort((a, b) => a - b).indexOf(value);
    const colorNumber = color === undefined ? UNDEFINED : position(column(1), color);
    const made = new Int32Array(2);
    this.must(call, mpi.f.Comm_split(comm, colorNumber, position(column(2), key), mpi.address(made)));
    return color === undefined ? undefined : MpiTransport.open(mpi, mpi.handleAt(made, 0), name);
  }

  memoryDomain(call: number): number {
    const { mpi, comm } = this;
    this.enter();
    const { infoNull, typeShared, types } = mpi.abi;
    const made = new Int32Array(2);
    this.must(call, mpi.f.Comm_split_type(comm, typeShared, 0, infoNull, mpi.address(made)));
    mpi.ints[0] = this.rank;
    this.must(call, mpi.f.Bcast(mpi.intsAddress, 1, types.int32_t, 0, mpi.handleAt(made, 0)));
    const first = mpi.ints[0];
    mpi.f.Comm_free(mpi.address(made));
    return first;
  }

  openFile(call: number, path: string, access: Access): FileTransport {
    return openMpiFile(this, call, path, access);
  }

  /** @param meet called before each call on the window that all ranks make together */
  window(call: number, spec: WindowSpec, meet?: (call: number) => void): WindowTransport {
    // Open MPI 4.1 has no windows for communicators of one rank
    if (this.size === 1) return ownWindow(spec);
    return openWindow(this.split(call, 0, this.rank, spec.name) as MpiTransport, call, spec, meet);
  }

  free(): void {
    this.closeFiles();
    this.release();
  }

  /** Closes files that all ranks have let go of; collective if there are any. */
  closeFiles(): void {
    closeReleased(this, CALL["file.close"]);
  }

  /** Gives the communicator itself back. */
  release(): void {
    const { mpi } = this;
    if (this.scheduling) mpi.scheduling--;
    this.scheduling = false;
    this.lane?.free();
    mpi.f.Comm_free(mpi.address(mpi.handles([this.comm])));
  }

  abort(code: number): never {
    process.stderr.write(`rank ${this.rank} ended the job with abort(${code})\n`);
    this.mpi.ended = true;
    letTell();
    this.mpi.f.Abort(this.mpi.abi.world, code);
    process.exit(code);
  }

  /** Throws unless a function on the communicator as a whole has returned 0. */
  must(call: number, code: number): void {
    if (code !== 0) throw this.mpi.error(call, code, `on ${this.name}`, { communicator: this.name });
  }

  /** The status of a message that has been received. */
  private received(call: number, type: ElementType): Status {
    const status = this.mpi.readStatus();
    this.checkElements(call, type, status);
    return status;
  }

  /** MPI does not look at the elements of a message, but one that ends in the middle of one must have others. */
  checkElements(call: number, type: ElementType, { source, tag, bytes }: Status): void {
    if (bytes % type.bytes === 0) return;
    const message =
      `${CALLS[call]}: the buffer has ${type.name} elements, but the message has ${bytes} bytes, no whole number of them ` +
      `(from rank ${source}, tag ${tag}, on ${this.name})`;
    throw new TuttiError("mismatch", message, { source, tag, communicator: this.name, bytes });
  }

  /**
   * To be called before every function of the library in which a rank may have to wait for all others, because schedules stand
   * still there, and another rank may need one of them before it can call the function, too.
   *
   * If schedules of this communicator may be under way, which all of its ranks know, all come together first in a way that
   * moves schedules on. Otherwise the rank completes its schedules on other communicators first.
   */
  enter(): void {
    if (this.mpi.scheduling > 0) this.comeTogether();
  }

  private comeTogether(): void {
    const { mpi } = this;
    if (!this.scheduling) {
      mpi.waitBusily(() => false);
      return;
    }
    const mine = Int32Array.of(mpi.schedules.count > 0 ? 1 : 0);
    const any = new Int32Array(1);
    const args = [mpi.address(mine), mpi.address(any), 1, mpi.abi.types.int32_t, mpi.abi.ops.max];
    start(this, CALL.wait, { name: "Allreduce", args, memory: [mine, any] }, () => undefined).wait();
    if (any[0] > 0) return;
    this.scheduling = false;
    mpi.scheduling--;
  }

  /** Tag 0 is that of the pieces of long collectives. */
  private nextLane(call: number): MpiLane {
    this.started = (this.started % MAX_LANE_TAG) + 1;
    if (!this.scheduling) this.mpi.scheduling++;
    this.scheduling = true;
    return new MpiLane(this, call, this.lane!, this.started);
  }

  /** The error of a message on its way, whose function has returned `code`. */
  messageError(call: number, code: number, buf: TypedArray, peer: number, tag: number): TuttiError {
    const whom = peer === ANY_SOURCE ? "any rank" : `rank ${peer}`;
    const which = tag === ANY_TAG ? "any tag" : `tag ${tag}`;
    const where = `buffer of ${buf.length} elements, ${whom}, ${which}, on ${this.name}`;
    return this.mpi.error(call, code, where, { peer, tag, communicator: this.name, room: buf.length });
  }
}
