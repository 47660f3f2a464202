import { CALL, CALLS } from "../../calls.js";
import type { Collective } from "../../collective.js";
import { ANY_SOURCE } from "../../comm.js";
import { bytesOf, type ElementType, FLOAT64, OBJECT, type TypedArray } from "../../elements.js";
import { type Operation, waitingIn } from "../../explain/operation.js";
import type { Access, FileTransport } from "../../file/transport.js";
import type { Layout } from "../../layout.js";
import type { Arrival, Group } from "../../matching.js";
import type { Matched } from "../../message.js";
import type { Reduction } from "../../ops.js";
import type { Request } from "../../request.js";
import { signature, signatureOf } from "../../signature.js";
import { Status } from "../../status.js";
import type { MpiComm, Pieces, Transport } from "../../transport.js";
import type { WindowSpec, WindowTransport } from "../../window/transport.js";
import { type MpiOperation, MpiRequest } from "../requests.js";
import type { MpiTransport } from "../transport.js";
import { Agreement } from "./agreement.js";
import { countsOf } from "./collectives.js";
import { Exchanges } from "./exchanges.js";
import { CheckedFile } from "./file.js";
import { Channel, CheckedReceive } from "./inbox.js";
import { CheckedRequest, finish, type Task } from "./requests.js";
import type { Supervision } from "./supervision.js";
import { wireTag } from "./wire-tag.js";

/** A communicator of an MPI library whose ranks are being checked. */
export class CheckedTransport implements Transport {
  readonly engine = "mpi";
  readonly rank: number;
  readonly size: number;
  readonly name: string;
  private readonly group: Group;

  /** Collective. */
  static open(inner: MpiTransport, supervision: Supervision): CheckedTransport {
    const { rank, size, name, mpi } = inner;
    const [first, further] = [0, 1].map(() => new Exchanges(mpi, inner.comm, size));
    // the first rank numbers the communicator
    const member = Float64Array.of(supervision.rank, supervision.nextContext());
    const members = further.begin(new Uint8Array(member.buffer)).wait();
    const all = Array.from({ length: size }, (_, r) => new Float64Array(members.of(r).slice().buffer));
    const ranks = all.map(([worldRank]) => worldRank);
    const channel = new Channel(inner.comm, { context: all[0][1], name, ranks, rank });
    const agreement = new Agreement(supervision.watch, channel, first, further);
    return new CheckedTransport(inner, supervision, agreement);
  }

  private constructor(
    private readonly inner: MpiTransport,
    private readonly supervision: Supervision,
    private readonly agreement: Agreement,
  ) {
    this.rank = inner.rank;
    this.size = inner.size;
    this.name = inner.name;
    this.group = agreement.channel.group;
    supervision.open(agreement);
    supervision.watch.movers.add(inner.mpi.schedules);
  }

  get mpiComm(): MpiComm {
    return this.inner.mpiComm;
  }

  check(): void {
    this.inner.check();
  }

  send(
    call: number,
    type: ElementType,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous: boolean,
  ): void {
    finish(this.supervision.watch, this.startSend(call, type, buf, dest, tag, synchronous));
  }

  isend(
    call: number,
    type: ElementType,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous = false,
  ): Request<void> {
    return this.request(this.startSend(call, type, buf, dest, tag, synchronous));
  }

  recv(call: number, type: ElementType, buf: TypedArray, source: number, tag: number): Status {
    return finish(this.supervision.watch, this.startReceive(call, type, buf, source, tag));
  }

  irecv(call: number, type: ElementType, buf: TypedArray, source: number, tag: number): Request<Status> {
    return this.request(this.startReceive(call, type, buf, source, tag));
  }

  probe(call: number, source: number, tag: number): Status {
    let found: Arrival | undefined;
    return finish(this.supervision.watch, {
      waiting: waitingIn(this.receiving(call, source, tag)),
      ready: () => {
        found ??= this.find(source, tag);
        return found !== undefined;
      },
      result: () => statusOf(found!),
    });
  }

  iprobe(source: number, tag: number): Status | undefined {
    this.supervision.watch.progress();
    const found = this.find(source, tag);
    return found && statusOf(found);
  }

  mprobe(call: number, source: number, tag: number): Matched {
    this.probe(call, source, tag);
    return this.improbe(source, tag)!;
  }

  improbe(source: number, tag: number): Matched | undefined {
    const { watch, inbox } = this.supervision;
    watch.progress();
    const arrival = inbox.matcher.takeArrival(this.group.context, source, tag);
    if (arrival === undefined) return undefined;
    const accept = (call: number, type: ElementType, buf: TypedArray): Task<Status> => {
      const receive = new CheckedReceive(call, this.group, arrival.source, arrival.tag, type, bytesOf(buf));
      receive.accept(arrival);
      return this.taskOf(receive, buf);
    };
    return {
      status: statusOf(arrival),
      recv: (call, type, buf) => finish(watch, accept(call, type, buf)),
      irecv: (call, type, buf) => this.request(accept(call, type, buf)),
      irecvObject: (call, open) => {
        const receive = new CheckedReceive(call, this.group, arrival.source, arrival.tag, OBJECT);
        receive.accept(arrival);
        return this.request(this.valueOf(receive, open));
      },
    };
  }

  isendObject(call: number, bytes: Uint8Array, dest: number, tag: number): Request<void> {
    return this.isend(call, OBJECT, bytes, dest, tag);
  }

  irecvObject<T>(call: number, source: number, tag: number, open: (bytes: Uint8Array) => T): Request<T> {
    const receive = new CheckedReceive(call, this.group, source, tag, OBJECT);
    this.supervision.inbox.matcher.post(receive);
    return this.request(this.valueOf(receive, open));
  }

  barrier(call: number): void {
    this.agree({ kind: "barrier", call });
    this.inner.barrier(call);
  }

  bcast(call: number, type: ElementType, buf: TypedArray, root: number): void {
    this.agree({ kind: "bcast", call, type, buf, root });
    this.inner.bcast(call, type, buf, root);
  }

  gather(call: number, type: ElementType, buf: TypedArray, root: number, into: Pieces | undefined): void {
    this.agree({ kind: "gather", call, type, buf, root, into });
    this.inner.gather(call, type, buf, root, into);
  }

  scatter(call: number, type: ElementType, from: Pieces | undefined, root: number, out: TypedArray): void {
    this.agree({ kind: "scatter", call, type, from, root, out });
    this.inner.scatter(call, type, from, root, out);
  }

  allgather(call: number, type: ElementType, buf: TypedArray, into: Pieces): void {
    this.agree({ kind: "allgather", call, type, buf, into });
    this.inner.allgather(call, type, buf, into);
  }

  alltoall(call: number, type: ElementType, from: Pieces, into: Pieces): void {
    this.agree({ kind: "alltoall", call, type, from, into });
    this.inner.alltoall(call, type, from, into);
  }

  reduce(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    root: number,
    out: TypedArray | undefined,
  ): void {
    this.agree({ kind: "reduce", call, type, buf, reduction, root, out });
    this.inner.reduce(call, type, buf, reduction, root, out);
  }

  allreduce(call: number, type: ElementType, buf: TypedArray, reduction: Reduction, out: TypedArray): void {
    this.agree({ kind: "allreduce", call, type, buf, reduction, out });
    this.inner.allreduce(call, type, buf, reduction, out);
  }

  allreduceNumber(call: number, reduction: Reduction, value: number): number {
    this.agreement.agree(signature(call, FLOAT64, { reduction, count: 1 }));
    return this.inner.allreduceNumber(call, reduction, value);
  }

  reduceScatter(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    layout: Layout,
    out: TypedArray,
  ): void {
    this.agree({ kind: "reduceScatter", call, type, buf, reduction, layout, out });
    this.inner.reduceScatter(call, type, buf, reduction, layout, out);
  }

  scan(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    exclusive: boolean,
    out: TypedArray,
  ): void {
    this.agree({ kind: "scan", call, type, buf, reduction, exclusive, out });
    this.inner.scan(call, type, buf, reduction, exclusive, out);
  }

  start<T>(collective: Collective, result: () => T): Request<T> {
    return this.request(this.startCollective(collective, result));
  }

  split(call: number, color: number | undefined, key: number, name: string): Transport | undefined {
    this.meet(call);
    const part = this.inner.split(call, color, key, name);
    return part && CheckedTransport.open(part, this.supervision);
  }

  memoryDomain(call: number): number {
    this.meet(call);
    return this.inner.memoryDomain(call);
  }

  /** Fences are compared as collectives of a communicator of their own; locks are the library's, which nobody can look into. */
  window(call: number, spec: WindowSpec): WindowTransport {
    const lane = this.split(call, 0, this.rank, spec.name) as CheckedTransport;
    return lane.inner.window(call, spec, (fence) => lane.meet(fence));
  }

  openFile(call: number, path: string, access: Access): FileTransport {
    this.meet(call);
    const made = this.inner.split(call, 0, this.rank, `file '${path}'`)!;
    const lane = CheckedTransport.open(made, this.supervision);
    try {
      return new CheckedFile(this.inner.openFile(call, path, access), lane);
    } catch (error) {
      lane.free();
      throw error;
    }
  }

  free(): void {
    const { inner } = this;
    if (inner.files.length > 0) {
      this.meet(CALL.free);
      inner.closeFiles();
    }
    this.supervision.close(this.agreement, () => inner.release());
  }

  abort(code: number): never {
    this.inner.abort(code);
  }

  /** Returns when all ranks are in this call, of which nothing but its name is compared. */
  meet(call: number): void {
    this.agreement.agree(signature(call, undefined));
  }

  private agree(collective: Collective): void {
    this.agreement.agree(signatureOf(collective), countsOf(collective, this.size));
  }

  /** The library's collective starts when all ranks have called the same. */
  private startCollective<T>(collective: Collective, result: () => T): Task<T> {
    const mine = signatureOf(collective);
    let underway: MpiOperation<T> | undefined;
    let failure: unknown;
    const then = () => {
      try {
        underway = this.inner.start(collective, result);
      } catch (error) {
        failure = error;
      }
    };
    const counts = countsOf(collective, this.size);
    const comparison = this.agreement.begin(mine, { counts, then, called: new Error() });
    return {
      waiting: this.agreement.waitingIn(mine),
      meeting: comparison.number,
      ready: () => comparison.isOver && (underway === undefined || underway.poll()),
      isComing: () => comparison.hasMet,
      result() {
        if (underway !== undefined) return underway.wait();
        throw comparison.failure() ?? failure;
      },
    };
  }

  private startSend(
    call: number,
    type: ElementType,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous: boolean,
  ): Task<void> {
    const { inner, supervision, group } = this;
    const { mpi, comm } = inner;
    const operation: Operation = {
      call: CALLS[call],
      role: "send",
      kind: "any",
      peers: [group.ranks[dest]],
      peer: dest,
      tag,
      ...this.buffer(type, buf),
    };
    const wire = wireTag(call, tag, type);
    const request = new MpiRequest<void>(mpi, buf, (code) => {
      if (code !== 0) throw mpi.error(call, code, `rank ${dest}, tag ${tag}, on ${this.name}`);
    });
    const send = synchronous ? mpi.f.Issend : mpi.f.Isend;
    const [items, item] = [mpi.items(buf.length), mpi.itemType(type, buf.length)];
    request.started(send(mpi.address(buf), items, item, dest, wire, comm, request.slot));
    return {
      waiting: waitingIn(operation),
      ready: () => request.test(),
      untaken: [supervision.inbox.depart(this.agreement.channel, dest)],
      result: () => request.wait(),
    };
  }

  private startReceive(
    call: number,
    type: ElementType,
    buf: TypedArray,
    source: number,
    tag: number,
  ): Task<Status> {
    const receive = new CheckedReceive(call, this.group, source, tag, type, bytesOf(buf));
    this.supervision.inbox.matcher.post(receive);
    return this.taskOf(receive, buf);
  }

  private valueOf<T>(receive: CheckedReceive, open: (bytes: Uint8Array) => T): Task<T> {
    return { ...this.taskOf(receive), result: () => receive.value(open) };
  }

  private taskOf(receive: CheckedReceive, buf?: TypedArray): Task<Status> {
    const { call, source, tag, type } = receive;
    return {
      waiting: waitingIn({ ...this.receiving(call, source, tag), ...(buf && this.buffer(type, buf)) }),
      ready: () => receive.isReady(),
      isComing: () => receive.done,
      result: () => receive.result(),
      giveUp: () => this.supervision.inbox.matcher.withdraw(receive),
    };
  }

  private request<T>(task: Task<T>): Request<T> {
    const { watch, forgotten, blocker } = this.supervision;
    return new CheckedRequest(watch, task, forgotten, blocker);
  }

  private receiving(call: number, source: number, tag: number): Operation {
    const { ranks, rank, name, context } = this.group;
    const anySource = source === ANY_SOURCE;
    return {
      call: CALLS[call],
      role: "receive",
      kind: "any",
      peers: anySource ? ranks.filter((_, r) => r !== rank) : [ranks[source]],
      anySource,
      peer: anySource ? undefined : source,
      tag,
      communicator: name,
      context,
    };
  }

  private buffer(type: ElementType, buf: TypedArray) {
    const { name, context } = this.group;
    return { count: buf.length, type: type.name, communicator: name, context };
  }

  private find(source: number, tag: number): Arrival | undefined {
    return this.supervision.inbox.matcher.find(this.group.context, source, tag);
  }
}

function statusOf({ source, tag, bytes }: Arrival): Status {
  return new Status(source, tag, bytes);
}
