import type { TypedArray } from "../elements.js";
import type { Transport } from "../transport.js";
import type { View } from "./view.js";

/** What of a file a rank may do. */
export type Access = "r" | "w" | "r+";

/**
 * What an engine has to provide for one open file.
 *
 * {@link File} has checked every argument before it calls: a buffer holds whole elements of the view, and what is to be read
 * is there. What fails throws what the system or the library says, which {@link File} puts into words.
 */
export interface FileTransport {
  /** A communicator of the file's own. */
  readonly lane: Transport;

  /** Length of the file in bytes. */
  size(): number;
  /** From now on elements are those of `views[rank]`; collective, with the views of all ranks. */
  setView(views: readonly View[]): void;
  /** Reads elements of the view, the first of which is number `offset`. */
  read(call: number, offset: number, buf: TypedArray, collective: boolean): void;
  /** Writes elements of the view, the first of which is number `offset`. */
  write(call: number, offset: number, buf: TypedArray, collective: boolean): void;
  /** Sets the length of the file; collective. */
  resize(call: number, bytes: number): void;
  /** Brings what has been written to the disk; collective. */
  sync(call: number): void;
  /** Collective. */
  close(): void;
  /** As close, but without waiting for other ranks. */
  release(): void;
}
