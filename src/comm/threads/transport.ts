import { MAX_TAG } from "../check.js";
import type { Collective } from "../collective.js";
import { bytesOf, type ElementType, FLOAT64, OBJECT, type TypedArray } from "../elements.js";
import type { Access, FileTransport } from "../file/transport.js";
import type { Layout } from "../layout.js";
import { type Group, Receive } from "../matching.js";
import type { Matched } from "../message.js";
import type { Reduction } from "../ops.js";
import type { Request } from "../request.js";
import { signature, signatureOf } from "../signature.js";
import { Status } from "../status.js";
import type { Pieces, Transport } from "../transport.js";
import type { WindowSpec, WindowTransport } from "../window/transport.js";
import { Announcements } from "./announcements.js";
import { announcementsBegin } from "./area.js";
import { bcast } from "./bcast.js";
import { CollectiveRequest } from "./collective-request.js";
import { allgather, alltoall, gather, reduceScatter, scan, scatter } from "./collectives.js";
import type { Endpoint } from "./endpoint.js";
import { ThreadsFile } from "./file.js";
import { Meeting } from "./meeting.js";
import { allreduceNumber, reduceTo } from "./reduce.js";
import { ReceiveRequest, SendRequest } from "./requests.js";
import { Send } from "./send.js";
import { splitGroup } from "./split.js";
import { openWindow } from "./window.js";

/** One communicator of the threads engine, as one of its ranks uses it. */
export class ThreadsTransport implements Transport {
  readonly engine = "threads";
  readonly rank: number;
  readonly size: number;
  readonly name: string;
  private readonly meeting: Meeting;
  private readonly announcements: Announcements;
  private readonly everybody: readonly number[];
  /** Nonblocking collectives started so far. */
  private started = 0;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly group: Group,
    area: SharedArrayBuffer,
  ) {
    this.rank = group.rank;
    this.size = group.ranks.length;
    this.name = group.name;
    this.meeting = new Meeting(endpoint, group, area);
    this.announcements = new Announcements(area, announcementsBegin(this.size), group);
    endpoint.groups.set(group.context, group);
    this.everybody = group.ranks.map((_, rank) => rank);
  }

  check(): void {
    this.endpoint.control.throwIfAborted();
  }

  send(
    call: number,
    type: ElementType,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous: boolean,
  ): void {
    this.endpoint.finish(this.startSend(call, type, buf, dest, tag, synchronous));
  }

  isend(
    call: number,
    type: ElementType,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous = false,
  ): Request<void> {
    return new SendRequest(this.endpoint, this.startSend(call, type, buf, dest, tag, synchronous));
  }

  recv(call: number, type: ElementType, buf: TypedArray, source: number, tag: number): Status {
    return this.irecv(call, type, buf, source, tag).wait();
  }

  irecv(call: number, type: ElementType, buf: TypedArray, source: number, tag: number): Request<Status> {
    const receive = new Receive(call, this.group, source, tag, type, bytesOf(buf));
    this.endpoint.matcher.post(receive);
    return new ReceiveRequest(this.endpoint, receive, () => receive.result());
  }

  isendObject(call: number, bytes: Uint8Array, dest: number, tag: number): Request<void> {
    return this.isend(call, OBJECT, bytes, dest, tag);
  }

  irecvObject<T>(call: number, source: number, tag: number, open: (bytes: Uint8Array) => T): Request<T> {
    const receive = new Receive(call, this.group, source, tag, OBJECT);
    this.endpoint.matcher.post(receive);
    return new ReceiveRequest(this.endpoint, receive, () => receive.value(open));
  }

  probe(call: number, source: number, tag: number): Status {
    const found = this.endpoint.probe(call, this.group, source, tag);
    return new Status(found.source, found.tag, found.bytes);
  }

  iprobe(source: number, tag: number): Status | undefined {
    this.endpoint.links.progress();
    const found = this.endpoint.matcher.find(this.group.context, source, tag);
    return found && new Status(found.source, found.tag, found.bytes);
  }

  mprobe(call: number, source: number, tag: number): Matched {
    this.endpoint.probe(call, this.group, source, tag);
    return this.endpoint.matcher.take(this.group, source, tag)!;
  }

  improbe(source: number, tag: number): Matched | undefined {
    this.endpoint.links.progress();
    return this.endpoint.matcher.take(this.group, source, tag);
  }

  barrier(call: number): void {
    this.meeting.area.next();
    this.meeting.meet(signature(call, undefined));
  }

  bcast(call: number, type: ElementType, buf: TypedArray, root: number): void {
    bcast(this.meeting, call, type, buf, root);
  }

  gather(call: number, type: ElementType, buf: TypedArray, root: number, into: Pieces | undefined): void {
    gather(this.meeting, call, type, buf, root, into);
  }

  scatter(call: number, type: ElementType, from: Pieces | undefined, root: number, out: TypedArray): void {
    scatter(this.meeting, call, type, from, root, out);
  }

  allgather(call: number, type: ElementType, buf: TypedArray, into: Pieces): void {
    allgather(this.meeting, call, type, buf, into);
  }

  alltoall(call: number, type: ElementType, from: Pieces, into: Pieces): void {
    alltoall(this.meeting, call, type, from, into);
  }

  reduce(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    root: number,
    out: TypedArray | undefined,
  ): void {
    const same = signature(call, type, { reduction, count: buf.length, root });
    reduceTo(this.meeting, { signature: same, type, reduction, buf, receivers: [root], out });
  }

  allreduce(call: number, type: ElementType, buf: TypedArray, reduction: Reduction, out: TypedArray): void {
    const same = signature(call, type, { reduction, count: buf.length });
    reduceTo(this.meeting, { signature: same, type, reduction, buf, receivers: this.everybody, out });
  }

  allreduceNumber(call: number, reduction: Reduction, value: number): number {
    return allreduceNumber(this.meeting, signature(call, FLOAT64, { reduction, count: 1 }), reduction, value);
  }

  reduceScatter(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    layout: Layout,
    out: TypedArray,
  ): void {
    reduceScatter(this.meeting, call, type, buf, reduction, layout, out);
  }

  scan(
    call: number,
    type: ElementType,
    buf: TypedArray,
    reduction: Reduction,
    exclusive: boolean,
    out: TypedArray,
  ): void {
    scan(this.meeting, call, type, buf, reduction, exclusive, out);
  }

  start<T>(collective: Collective, result: () => T): Request<T> {
    const number = this.started;
    this.started = (number + 1) & MAX_TAG;
    const { endpoint, group, announcements } = this;
    const signature = signatureOf(collective);
    announcements.show(number, signature);
    const disagreement = () => announcements.disagreement(number, signature);
    const error = disagreement();
    if (error === undefined)
      return new CollectiveRequest(endpoint, group, number, collective, result, disagreement);
    for (const rank of group.ranks) if (rank !== endpoint.rank) endpoint.control.wake(rank); // so that they see it, too
    throw error;
  }

  split(call: number, color: number | undefined, key: number, name: string): Transport | undefined {
    const part = splitGroup(this.meeting, call, color, key, name);
    return part && new ThreadsTransport(this.endpoint, part.group, part.area);
  }

  openFile(call: number, path: string, access: Access): FileTransport {
    const { group, area } = splitGroup(this.meeting, call, 0, this.rank, `file '${path}'`)!;
    const lane = new ThreadsTransport(this.endpoint, group, area);
    return new ThreadsFile(lane, lane.meeting, path, access);
  }

  free(): void {
    this.endpoint.groups.delete(this.group.context);
  }

  /** Threads share all of it. */
  memoryDomain(): number {
    return 0;
  }

  window(call: number, spec: WindowSpec): WindowTransport {
    const lane = splitGroup(this.meeting, call, 0, this.rank, spec.name)!;
    return openWindow(new Meeting(this.endpoint, lane.group, lane.area), call, spec);
  }

  abort(code: number): never {
    return this.endpoint.abort(code);
  }

  private startSend(
    call: number,
    type: ElementType,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous: boolean,
  ): Send {
    const send = new Send(this.endpoint, call, this.group, dest, tag, type, bytesOf(buf), synchronous);
    this.endpoint.links.start(send);
    return send;
  }
}
