import { type ElementType, OBJECT, type TypedArray } from "../elements.js";
import type { Matched } from "../message.js";
import type { Request } from "../request.js";
import type { Status } from "../status.js";
import { MpiRequest } from "./requests.js";
import type { MpiTransport } from "./transport.js";

/** A message that the library has taken out of matching. */
export class MpiMatched implements Matched {
  readonly status: Status;

  /**
   * To be made at once after the probe, whose status is the library's last.
   *
   * @param handle where the library has written the message's handle
   */
  constructor(
    private readonly transport: MpiTransport,
    private readonly handle: Int32Array,
  ) {
    this.status = transport.mpi.readStatus();
  }

  recv(call: number, type: ElementType, buf: TypedArray): Status {
    const { transport, handle } = this;
    const { mpi } = transport;
    transport.checkElements(call, type, this.status);
    const item = mpi.itemType(type, buf.length);
    const [at, message] = [mpi.address(buf), mpi.address(handle)];
    this.check(call, buf, mpi.f.Mrecv(at, mpi.items(buf.length), item, message, mpi.statusAddress));
    return this.status;
  }

  irecv(call: number, type: ElementType, buf: TypedArray): Request<Status> {
    const { transport, handle, status } = this;
    const { mpi } = transport;
    transport.checkElements(call, type, status);
    const request = new MpiRequest<Status>(mpi, buf, (code) => {
      this.check(call, buf, code);
      return status;
    });
    const item = mpi.itemType(type, buf.length);
    const [at, message] = [mpi.address(buf), mpi.address(handle)];
    return request.started(mpi.f.Imrecv(at, mpi.items(buf.length), item, message, request.slot));
  }

  irecvObject<T>(call: number, open: (bytes: Uint8Array) => T): Request<T> {
    const { transport, handle, status } = this;
    const { mpi } = transport;
    const bytes = new Uint8Array(status.bytes);
    const request = new MpiRequest<T>(mpi, bytes, (code) => {
      this.check(call, bytes, code);
      return open(bytes);
    });
    const item = mpi.itemType(OBJECT, bytes.length);
    const [at, message] = [mpi.address(bytes), mpi.address(handle)];
    return request.started(mpi.f.Imrecv(at, mpi.items(bytes.length), item, message, request.slot));
  }

  private check(call: number, buf: TypedArray, code: number): void {
    const { source, tag } = this.status;
    if (code !== 0) throw this.transport.messageError(call, code, buf, source, tag);
  }
}
