import * as fs from "node:fs";
import { bytesOf, type TypedArray } from "../elements.js";
import type { Transport } from "../transport.js";
import { readRuns, writeRuns } from "./local-runs.js";
import { Runs } from "./runs.js";
import type { Access, FileTransport } from "./transport.js";
import { BYTES, type View } from "./view.js";

/** Access without creating or emptying: what writes only must not be made anew. */
const FLAGS: Readonly<Record<Access, string | number>> = { r: "r", "r+": "r+", w: fs.constants.O_WRONLY };

/** A file that Node itself reads and writes: all ranks are threads of one process, each with a descriptor of its own. */
export class LocalFile implements FileTransport {
  protected readonly fd: number;
  protected view: View = BYTES;

  constructor(
    readonly lane: Transport,
    path: string,
    access: Access,
  ) {
    this.fd = fs.openSync(path, FLAGS[access]);
  }

  size(): number {
    return fs.fstatSync(this.fd).size;
  }

  setView(views: readonly View[]): void {
    this.view = views[this.lane.rank];
  }

  read(_call: number, offset: number, buf: TypedArray, _collective: boolean): void {
    readRuns(this.fd, this.runs(offset, buf), bytesOf(buf));
  }

  write(_call: number, offset: number, buf: TypedArray, _collective: boolean): void {
    writeRuns(this.fd, this.runs(offset, buf), bytesOf(buf));
  }

  /** One rank is enough, since all have the same file; {@link File} lets all wait for it. */
  resize(_call: number, bytes: number): void {
    if (this.lane.rank === 0) fs.ftruncateSync(this.fd, bytes);
  }

  /** What one rank flushes is all that has been written, through whatever descriptor. */
  sync(call: number): void {
    this.lane.barrier(call);
    if (this.lane.rank === 0) fs.fsyncSync(this.fd);
  }

  close(): void {
    this.release();
  }

  release(): void {
    fs.closeSync(this.fd);
    this.lane.free?.();
  }

  protected runs(offset: number, buf: TypedArray): Runs {
    return new Runs(this.view, offset, buf.byteLength / this.view.type.bytes);
  }
}
