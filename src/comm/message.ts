import { TuttiError } from "../errors.js";
import { CALL, CALLS } from "./calls.js";
import { checkBuffer } from "./check.js";
import type { ElementType, TypedArray } from "./elements.js";
import { unpack } from "./objects.js";
import type { Request } from "./request.js";
import { Status } from "./status.js";

/** A message that an engine has taken out of matching for one receive. */
export interface Matched {
  readonly status: Status;
  /** Takes a message that fits. @throws TuttiError before it has been taken, if its elements are known to be others */
  recv(call: number, type: ElementType, buf: TypedArray): Status;
  irecv(call: number, type: ElementType, buf: TypedArray): Request<Status>;
  /** Takes the bytes of a value, of which `open` makes what the request gives. */
  irecvObject<T>(call: number, open: (bytes: Uint8Array) => T): Request<T>;
}

/**
 * A message that {@link Comm.mprobe} has found and that nobody else can receive any more (MPI 4.1, section 3.8.2).
 *
 * It says what it is, as a {@link Status} does, and is to be received once. A receive that throws because the buffer
 * is too short (`"truncate"`) or of other elements (`"mismatch"`) leaves the message for another one; a second receive
 * is `"argument"`.
 */
export class Message extends Status {
  private received = false;

  /**
   * @param begin throws if the communicator can do nothing any more
   * @param communicator its name, for errors
   */
  constructor(
    private readonly matched: Matched,
    private readonly begin: (call: number) => void,
    private readonly communicator: string,
  ) {
    const { source, tag, bytes } = matched.status;
    super(source, tag, bytes);
  }

  /** Receives it into `buf`, which may be longer (MPI 4.1, section 3.8.3). */
  recv(buf: TypedArray): Status {
    const call = CALL["message.recv"];
    return this.receive(() => this.matched.recv(call, this.checkRoom(call, buf), buf), call);
  }

  /** Starts to receive it into `buf`, which must not be touched before the request is complete (MPI 4.1, section 3.8.3). */
  irecv(buf: TypedArray): Request<Status> {
    const call = CALL["message.irecv"];
    return this.receive(() => this.matched.irecv(call, this.checkRoom(call, buf), buf), call);
  }

  /** Receives the value that {@link Comm.sendObject} has sent. `T` is the caller's word for what it is. */
  recvObject<T = unknown>(): T {
    const call = CALL["message.recvObject"];
    return this.receive(() => this.matched.irecvObject<T>(call, unpack), call).wait();
  }

  /** Starts to receive the value that {@link Comm.sendObject} has sent (MPI 4.1, section 3.8.3). */
  irecvObject<T = unknown>(): Request<T> {
    const call = CALL["message.irecvObject"];
    return this.receive(() => this.matched.irecvObject<T>(call, unpack), call);
  }

  private receive<T>(start: () => T, call: number): T {
    this.begin(call);
    if (this.received) throw this.error("argument", call, "the message has been received already");
    const result = start();
    this.received = true;
    return result;
  }

  private checkRoom(call: number, buf: TypedArray): ElementType {
    const type = checkBuffer(call, "buf", buf);
    if (this.bytes > buf.byteLength) {
      const sent = this.bytes / type.bytes;
      const text = `the buffer holds ${buf.length} ${type.name} elements, but the message has ${sent}`;
      throw this.error("truncate", call, text);
    }
    return type;
  }

  private error(code: "argument" | "truncate", call: number, text: string): TuttiError {
    const { source, tag, communicator } = this;
    const message = `${CALLS[call]}: ${text} (from rank ${source}, tag ${tag}, on ${communicator})`;
    return new TuttiError(code, message, { call: CALLS[call], source, tag, communicator });
  }
}
