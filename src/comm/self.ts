import { TuttiError } from "../errors.js";
import { CALLS } from "./calls.js";
import { type Collective, perform } from "./collective.js";
import { ANY_TAG } from "./comm.js";
import { bytesOf, type ElementType, OBJECT, type TypedArray } from "./elements.js";
import { LocalFile } from "./file/local.js";
import type { Access, FileTransport } from "./file/transport.js";
import type { Layout } from "./layout.js";
import { type Arrival, type Group, Matcher, Receive } from "./matching.js";
import type { Matched } from "./message.js";
import type { Reduction } from "./ops.js";
import { AwaitableRequest, CompletedRequest, type Request } from "./request.js";
import { Status } from "./status.js";
import type { Pieces, Transport } from "./transport.js";
import { nextTurn } from "./turns.js";
import { ownWindow } from "./window/direct.js";
import type { WindowSpec, WindowTransport } from "./window/transport.js";

/** The world of a process that is alone, or whatever `name` says. */
export function selfWorld(name = "world"): Transport {
  return new SelfTransport(name, { matcher: new Matcher(), contexts: 1 }, 0);
}

interface Process {
  readonly matcher: Matcher;
  contexts: number;
}

/** A communicator of one rank: collectives copy, messages go from the rank to itself. */
class SelfTransport implements Transport {
  readonly engine = "self";
  readonly rank = 0;
  readonly size = 1;
  private readonly group: Group;

  constructor(
    readonly name: string,
    private readonly process: Process,
    context: number,
  ) {
    this.group = { context, name, ranks: [0], rank: 0 };
  }

  check(): void {}

  send(
    call: number,
    type: ElementType,
    buf: TypedArray,
    _dest: number,
    tag: number,
    synchronous: boolean,
  ): void {
    const { matcher } = this.process;
    const arrival = new OwnMessage(this.group.context, tag, type.code, bytesOf(buf));
    if (matcher.offer(arrival)) return;
    if (synchronous) throw deadlock(call, this.name, tag, "sends to itself before it has started to receive");
    arrival.keep();
    matcher.keep(arrival);
  }

  isend(
    call: number,
    type: ElementType,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous = false,
  ): Request<void> {
    if (!synchronous) {
      this.send(call, type, buf, dest, tag, false);
      return new CompletedRequest(undefined);
    }
    const { matcher } = this.process;
    const message = new OwnMessage(this.group.context, tag, type.code, bytesOf(buf));
    if (!matcher.offer(message)) matcher.keep(message);
    return new SelfSend(call, this.name, message);
  }

  recv(call: number, type: ElementType, buf: TypedArray, source: number, tag: number): Status {
    return this.irecv(call, type, buf, source, tag).wait();
  }

  irecv(call: number, type: ElementType, buf: TypedArray, source: number, tag: number): Request<Status> {
    const receive = new Receive(call, this.group, source, tag, type, bytesOf(buf));
    this.process.matcher.post(receive);
    return new SelfReceive(receive, this.process.matcher, () => receive.result());
  }

  isendObject(call: number, bytes: Uint8Array, dest: number, tag: number): Request<void> {
    return this.isend(call, OBJECT, bytes, dest, tag);
  }

  irecvObject<T>(call: number, source: number, tag: number, open: (bytes: Uint8Array) => T): Request<T> {
    const receive = new Receive(call, this.group, source, tag, OBJECT);
    this.process.matcher.post(receive);
    return new SelfReceive(receive, this.process.matcher, () => receive.value(open));
  }

  probe(call: number, source: number, tag: number): Status {
    const found = this.iprobe(source, tag);
    if (found !== undefined) return found;
    throw deadlock(call, this.name, tag, "waits for a message that nobody but itself could send");
  }

  iprobe(source: number, tag: number): Status | undefined {
    const found = this.process.matcher.find(this.group.context, source, tag);
    return found && new Status(found.source, found.tag, found.bytes);
  }

  mprobe(call: number, source: number, tag: number): Matched {
    this.probe(call, source, tag);
    return this.improbe(source, tag)!;
  }

  improbe(source: number, tag: number): Matched | undefined {
    return this.process.matcher.take(this.group, source, tag);
  }

  barrier(): void {}

  bcast(): void {}

  gather(_call: number, _type: ElementType, buf: TypedArray, _root: number, into: Pieces | undefined): void {
    if (into !== undefined) copy(buf, into.buf, into.layout.displs[0]);
  }

  scatter(_call: number, type: ElementType, from: Pieces | undefined, _root: number, out: TypedArray): void {
    if (from !== undefined) this.takePiece(type, from, out, 0);
  }

  allgather(_call: number, _type: ElementType, buf: TypedArray, into: Pieces): void {
    copy(buf, into.buf, into.layout.displs[0]);
  }

  alltoall(call: number, type: ElementType, from: Pieces, into: Pieces): void {
    const [sent, expected] = [from.layout.counts[0], into.layout.counts[0]];
    if (sent !== expected) {
      const message = `${CALLS[call]}: rank 0 of ${this.name} sends ${sent} elements to itself but expects ${expected}`;
      throw new TuttiError("mismatch", message, { call: CALLS[call], sent, expected });
    }
    this.takePiece(type, from, into.buf, into.layout.displs[0]);
  }

  reduce(
    _call: number,
    _type: ElementType,
    buf: TypedArray,
    _reduction: Reduction,
    _root: number,
    out: TypedArray | undefined,
  ): void {
    if (out !== undefined) copy(buf, out);
  }

  allreduce(
    _call: number,
    _type: ElementType,
    buf: TypedArray,
    _reduction: Reduction,
    out: TypedArray,
  ): void {
    copy(buf, out);
  }

  allreduceNumber(_call: number, _reduction: Reduction, value: number): number {
    return value;
  }

  reduceScatter(
    _call: number,
    _type: ElementType,
    buf: TypedArray,
    _reduction: Reduction,
    _layout: Layout,
    out: TypedArray,
  ): void {
    copy(buf, out);
  }

  scan(
    _call: number,
    _type: ElementType,
    buf: TypedArray,
    _reduction: Reduction,
    exclusive: boolean,
    out: TypedArray,
  ): void {
    if (!exclusive) copy(buf, out);
  }

  start<T>(collective: Collective, result: () => T): Request<T> {
    perform(this, collective);
    return new CompletedRequest(result());
  }

  split(_call: number, color: number | undefined, _key: number, name: string): Transport | undefined {
    return color === undefined ? undefined : new SelfTransport(name, this.process, this.process.contexts++);
  }

  memoryDomain(): number {
    return 0;
  }

  openFile(call: number, path: string, access: Access): FileTransport {
    return new LocalFile(this.split(call, 0, 0, `file '${path}'`)!, path, access);
  }

  window(_call: number, spec: WindowSpec): WindowTransport {
    return ownWindow(spec);
  }

  abort(code: number): never {
    process.exit(code);
  }

  private takePiece(type: ElementType, { buf, layout }: Pieces, out: TypedArray, to: number): void {
    const begin = layout.displs[0] * type.bytes;
    bytesOf(out).set(bytesOf(buf).subarray(begin, begin + layout.counts[0] * type.bytes), to * type.bytes);
  }
}

/** A message on its way from the rank to itself. */
class OwnMessage implements Arrival {
  readonly source = 0;
  taken = false;

  constructor(
    readonly context: number,
    readonly tag: number,
    readonly type: number,
    private message: Uint8Array,
  ) {}

  get bytes(): number {
    return this.message.length;
  }

  /** The sender may change its buffer from now on. */
  keep(): void {
    this.message = this.message.slice();
  }

  deliver(into: Uint8Array | undefined): void {
    into?.set(this.message);
    this.taken = true;
  }
}

/** A synchronous send to itself. */
class SelfSend extends AwaitableRequest<void> {
  constructor(
    private readonly call: number,
    private readonly name: string,
    private readonly message: OwnMessage,
  ) {
    super();
  }

  wait(): void {
    if (this.message.taken) return;
    throw deadlock(
      this.call,
      this.name,
      this.message.tag,
      "waits for itself to receive, which it cannot do meanwhile",
    );
  }

  test(): boolean {
    return this.message.taken;
  }

  protected async turn(): Promise<void> {
    if ((await nextTurn(this)) && !this.test()) this.wait(); // which says why it is in vain
  }
}

class SelfReceive<T> extends AwaitableRequest<T> {
  constructor(
    private readonly receive: Receive,
    private readonly matcher: Matcher,
    private readonly result: () => T,
  ) {
    super();
  }

  wait(): T {
    const { receive } = this;
    if (receive.done) return this.result();
    this.matcher.withdraw(receive);
    throw deadlock(
      receive.call,
      receive.group.name,
      receive.tag,
      "waits for a message that nobody but itself could send",
    );
  }

  test(): boolean {
    if (this.receive.done) this.receive.result();
    return this.receive.done;
  }

  protected async turn(): Promise<void> {
    if ((await nextTurn(this)) && !this.test()) this.wait(); // which says why it is in vain
  }
}

function copy(from: TypedArray, to: TypedArray, at = 0): void {
  if (from !== to) bytesOf(to).set(bytesOf(from), at * to.BYTES_PER_ELEMENT);
}

function deadlock(call: number, name: string, tag: number, what: string): TuttiError {
  const which = `${tag === ANY_TAG ? "any tag" : `tag ${tag}`}, on ${name}`;
  const message = `${CALLS[call]}: rank 0, the only one, ${what} (${which})`;
  return new TuttiError("deadlock", message, {
    call: CALLS[call],
    rank: 0,
    peer: 0,
    tag,
    communicator: name,
  });
}
