import { CALL } from "../../calls.js";
import type { TypedArray } from "../../elements.js";
import type { FileTransport } from "../../file/transport.js";
import type { View } from "../../file/view.js";
import type { Transport } from "../../transport.js";

/** A communicator that can compare calls. */
interface Lane extends Transport {
  meet(call: number): void;
  free(): void;
}

/** An open file whose collective calls are compared before they start. */
export class CheckedFile implements FileTransport {
  /** @param lane a communicator of the file's own, beside that of `inner` */
  constructor(
    private readonly inner: FileTransport,
    readonly lane: Lane,
  ) {}

  size(): number {
    return this.inner.size();
  }

  setView(views: readonly View[]): void {
    this.inner.setView(views); // the views of all ranks have come over the lane
  }

  read(call: number, offset: number, buf: TypedArray, collective: boolean): void {
    if (collective) this.lane.meet(call);
    this.inner.read(call, offset, buf, collective);
  }

  write(call: number, offset: number, buf: TypedArray, collective: boolean): void {
    if (collective) this.lane.meet(call);
    this.inner.write(call, offset, buf, collective);
  }

  resize(call: number, bytes: number): void {
    this.lane.meet(call);
    this.inner.resize(call, bytes);
  }

  sync(call: number): void {
    this.lane.meet(call);
    this.inner.sync(call);
  }

  close(): void {
    this.lane.meet(CALL["file.close"]);
    this.inner.close();
    this.lane.free();
  }

  release(): void {
    this.inner.release();
    this.lane.free();
  }
}
