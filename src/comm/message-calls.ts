import { CALL, CALLS } from "./calls.js";
import { checkBuffer, checkDest, checkOverlap, checkRecvTag, checkSource, checkTag } from "./check.js";
import { ANY_SOURCE, ANY_TAG, PROC_NULL, type SendrecvTags } from "./comm.js";
import { CommunicatorBase } from "./communicator-base.js";
import type { ElementType, TypedArray } from "./elements.js";
import { type Matched, Message } from "./message.js";
import { type PersistentRequest, RestartableRequest } from "./persistent.js";
import { CompletedRequest, markOwn, type Request } from "./request.js";
import { Status } from "./status.js";

/** The methods that carry a buffer from one rank to one other rank. */
export abstract class MessageCalls extends CommunicatorBase {
  send(buf: TypedArray, dest: number, tag = 0): void {
    this.sendBuffer(CALL.send, buf, dest, tag, false);
  }

  ssend(buf: TypedArray, dest: number, tag = 0): void {
    this.sendBuffer(CALL.ssend, buf, dest, tag, true);
  }

  isend(buf: TypedArray, dest: number, tag = 0): Request<void> {
    return this.startSend(CALL.isend, buf, dest, tag, false);
  }

  issend(buf: TypedArray, dest: number, tag = 0): Request<void> {
    return this.startSend(CALL.issend, buf, dest, tag, true);
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

  sendInit(buf: TypedArray, dest: number, tag = 0): PersistentRequest<void> {
    return this.prepareSend(CALL.sendInit, buf, dest, tag, false);
  }

  ssendInit(buf: TypedArray, dest: number, tag = 0): PersistentRequest<void> {
    return this.prepareSend(CALL.ssendInit, buf, dest, tag, true);
  }

  recvInit(buf: TypedArray, source = ANY_SOURCE, tag = ANY_TAG): PersistentRequest<Status> {
    const call = CALL.recvInit;
    this.begin(call);
    const type = this.checkReceive(call, buf, source, tag);
    const nothing = new Status(ANY_SOURCE, ANY_TAG, 0);
    const request = new RestartableRequest(CALLS[call], nothing, () => {
      this.begin(call);
      if (source === PROC_NULL) return new CompletedRequest(noMessage());
      return this.transport.irecv(call, type, buf, source, tag);
    });
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

  mprobe(source = ANY_SOURCE, tag = ANY_TAG): Message {
    const call = CALL.mprobe;
    this.begin(call);
    checkSource(call, source, this.size);
    checkRecvTag(call, tag);
    return this.message(source === PROC_NULL ? NOBODYS : this.transport.mprobe(call, source, tag));
  }

  improbe(source = ANY_SOURCE, tag = ANY_TAG): Message | undefined {
    const call = CALL.improbe;
    this.begin(call);
    checkSource(call, source, this.size);
    checkRecvTag(call, tag);
    const found = source === PROC_NULL ? NOBODYS : this.transport.improbe(source, tag);
    return found && this.message(found);
  }

  private message(matched: Matched): Message {
    return new Message(matched, (call) => this.begin(call), this.name);
  }

  private startSend(
    call: number,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous: boolean,
  ): Request<void> {
    this.begin(call);
    const type = this.checkSend(call, buf, dest, tag);
    if (dest === PROC_NULL) return new CompletedRequest(undefined);
    const request = this.transport.isend(call, type, buf, dest, tag, synchronous);
    return synchronous && dest === this.rank ? markOwn(request) : request;
  }

  private prepareSend(
    call: number,
    buf: TypedArray,
    dest: number,
    tag: number,
    synchronous: boolean,
  ): PersistentRequest<void> {
    this.begin(call);
    const type = this.checkSend(call, buf, dest, tag);
    const request = new RestartableRequest(CALLS[call], undefined, () => {
      this.begin(call);
      if (dest === PROC_NULL) return new CompletedRequest(undefined);
      return this.transport.isend(call, type, buf, dest, tag, synchronous);
    });
    return synchronous && dest === this.rank ? markOwn(request) : request;
  }

  private sendBuffer(call: number, buf: TypedArray, dest: number, tag: number, synchronous: boolean): void {
    this.begin(call);
    const type = this.checkSend(call, buf, dest, tag);
    if (dest !== PROC_NULL) this.transport.send(call, type, buf, dest, tag, synchronous);
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
}

/** What a matched probe of PROC_NULL finds (MPI 4.1, section 3.10). */
const NOBODYS: Matched = {
  status: noMessage(),
  recv: noMessage,
  irecv: () => new CompletedRequest(noMessage()),
  irecvObject: <T>() => new CompletedRequest(undefined as T),
};

function noMessage(): Status {
  return new Status(PROC_NULL, ANY_TAG, 0);
}
