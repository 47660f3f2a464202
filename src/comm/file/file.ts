import { TuttiError } from "../../errors.js";
import { CALL, type CallName } from "../calls.js";
import { checkBuffer } from "../check.js";
import type { Comm } from "../comm.js";
import { bytesOf, describe, type TypedArray } from "../elements.js";
import { type FileMode, meaningOf } from "./mode.js";
import { openFile } from "./open.js";
import { FileRanks, fileError } from "./ranks.js";
import { byteOf, elementsIn } from "./runs.js";
import type { FileTransport } from "./transport.js";
import { BYTES, type FileView, makeView, type View } from "./view.js";

/**
 * A file that all ranks of a communicator read and write together (MPI 4.1, chapter 14).
 *
 * Offsets count bytes, as in MPI and in Node's `fs`, and buffers may have any type, until {@link File.setView} chooses the
 * elements that this rank sees; from then on offsets count those, and buffers must have their type. Elements are in the
 * machine's own byte order. Methods whose name ends in `All`, and those that say so, are collective: all ranks call them,
 * each for its own part, which may be nothing. They can put the parts of all ranks together to long accesses, which is
 * much faster than the others are where views interleave finely.
 *
 * Ranks that write the same place leave one's bytes or another's, or a mixture. What a rank has written is there for the
 * others after {@link File.sync}, or after all have closed the file.
 *
 * Every method throws a {@link TuttiError}: `"argument"` for a wrong argument, `"file"` with the path, the reason and
 * the byte at which it happened when the file cannot be read or written, `"mismatch"` when ranks disagree, and
 * `"freed"` after {@link File.close}.
 */
export class File {
  /**
   * Opens a file. Collective, with the same path and mode; every rank learns why a file cannot be opened.
   *
   * @throws TuttiError "file" with `data.code` such as ENOENT, "argument", or "mismatch"
   */
  static open(comm: Comm, path: string, mode: FileMode = "r"): File {
    return new File(openFile(comm, path, mode), path, mode);
  }

  private readonly ranks: FileRanks;
  private view: View = BYTES;
  private typed = false;
  private next = 0;
  private closed = false;

  private constructor(
    private readonly transport: FileTransport,
    /** The name that it was opened by. */
    readonly path: string,
    readonly mode: FileMode,
  ) {
    this.ranks = new FileRanks(transport.lane);
    if (mode.startsWith("a")) this.next = this.size;
  }

  /** Length of the file in bytes (MPI_File_get_size). */
  get size(): number {
    this.begin("file.size");
    return this.perform("file.size", "look at", () => this.transport.size());
  }

  /** Where {@link File.read} and {@link File.write} go on on this rank: an offset as of {@link File.readAt}. */
  get position(): number {
    return this.next;
  }

  set position(offset: number) {
    checkOffset("file.position", "position", offset);
    this.next = offset;
  }

  /**
   * Chooses the elements that this rank sees, counted from 0 again; all bytes without an argument. Collective, with the same
   * type (MPI 4.1, section 14.3, MPI_File_set_view).
   */
  setView(view?: FileView): void {
    this.begin("setView");
    const mine = view === undefined ? BYTES : makeView(view);
    const name = view === undefined ? "bytes" : mine.type.name;
    const call = CALL.setView;
    this.ranks.requireSame(call, "type", name);
    const { type } = mine;
    const views = this.ranks.all(call, { offset: mine.offset, pattern: mine.pattern });
    this.perform("setView", "set a view of", () =>
      this.transport.setView(views.map((v) => ({ ...v, type }))),
    );
    this.view = mine;
    this.typed = view !== undefined;
    this.next = 0;
  }

  /** Reads elements from `offset` on into `buf`; their number, which is less than `buf` holds at the end of the file. */
  readAt(offset: number, buf: TypedArray): number {
    return this.get("readAt", offset, buf, false);
  }

  /** As {@link File.readAt}, by all ranks together. Collective. */
  readAtAll(offset: number, buf: TypedArray): number {
    return this.get("readAtAll", offset, buf, true);
  }

  /** Writes the elements of `buf` from `offset` on; the file grows as needed. */
  writeAt(offset: number, buf: TypedArray): void {
    this.put("writeAt", offset, buf, false);
  }

  /** As {@link File.writeAt}, by all ranks together. Collective. */
  writeAtAll(offset: number, buf: TypedArray): void {
    this.put("writeAtAll", offset, buf, true);
  }

  /** Reads at {@link File.position}, and moves it on by what has been read. */
  read(buf: TypedArray): number {
    return this.advance(buf, this.get("file.read", this.next, buf, false));
  }

  /** As {@link File.read}, by all ranks together, each at its own position. Collective. */
  readAll(buf: TypedArray): number {
    return this.advance(buf, this.get("file.readAll", this.next, buf, true));
  }

  /** Writes at {@link File.position}, and moves it on. */
  write(buf: TypedArray): void {
    this.put("file.write", this.next, buf, false);
    this.advance(buf, buf.length);
  }

  /** As {@link File.write}, by all ranks together, each at its own position. Collective. */
  writeAll(buf: TypedArray): void {
    this.put("file.writeAll", this.next, buf, true);
    this.advance(buf, buf.length);
  }

  /** Cuts the file off after `bytes` bytes, or adds zeros up to there. Collective, with the same length (MPI_File_set_size). */
  resize(bytes: number): void {
    this.begin("resize");
    checkOffset("resize", "bytes", bytes);
    this.requireWriting("resize");
    this.ranks.requireSame(CALL.resize, "length", bytes);
    this.together("resize", "resize", () => this.transport.resize(CALL.resize, bytes));
  }

  /** Brings what all ranks have written to the disk; from then on every rank reads it (MPI_File_sync). Collective. */
  sync(): void {
    this.begin("file.sync");
    this.together("file.sync", "sync", () => this.transport.sync(CALL["file.sync"]));
  }

  /** Ends the use of the file. Collective; a second call does nothing. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.perform("file.close", "close", () => this.transport.close());
  }

  /**
   * What `using` calls: ends the use of the file on this rank without waiting for the others, so that a rank that fails ends
   * the job rather than waiting for ranks that never come.
   */
  [Symbol.dispose](): void {
    if (this.closed) return;
    this.closed = true;
    this.perform("file.close", "close", () => this.transport.release());
  }

  private get(name: CallName, offset: number, buf: TypedArray, collective: boolean): number {
    const elements = this.check(name, offset, buf);
    if (meaningOf(this.mode).access === "w") throw this.wrongMode(name, "read", `"${this.mode}+"`);
    const { view, transport } = this;
    const action = () => {
      // elements of the view in each of the buffer: 1, but for the view of bytes
      const each = buf.BYTES_PER_ELEMENT / view.type.bytes;
      const there = Math.max(0, elementsIn(view, transport.size()) - offset);
      const count = Math.min(buf.length, Math.floor(there / each));
      const wanted = elements.subarray(0, count * each);
      if (count > 0 || collective) transport.read(CALL[name], offset, wanted, collective);
      return count;
    };
    if (collective) return this.together(name, "read", action, offset);
    return this.perform(name, "read", action, offset);
  }

  private put(name: CallName, offset: number, buf: TypedArray, collective: boolean): void {
    const elements = this.check(name, offset, buf);
    this.requireWriting(name);
    const action = () => this.transport.write(CALL[name], offset, elements, collective);
    if (collective) this.together(name, "write", action, offset);
    else if (elements.length > 0) this.perform(name, "write", action, offset);
  }

  private advance(buf: TypedArray, count: number): number {
    this.next += this.typed ? count : count * buf.BYTES_PER_ELEMENT;
    return count;
  }

  /** A buffer that can be read or written at an offset, as elements of the view. */
  private check(name: CallName, offset: number, buf: TypedArray): TypedArray {
    this.begin(name);
    checkOffset(name, "offset", offset);
    const type = checkBuffer(CALL[name], "buf", buf);
    if (!this.typed) return bytesOf(buf);
    const { type: wanted, pattern } = this.view;
    if (type !== wanted) {
      const message = `${name}: buf must have ${wanted.name} elements as the view of '${this.path}' has, found ${type.name}`;
      throw new TuttiError("argument", message, { call: name, argument: "buf", found: type.name });
    }
    if (pattern.length > 0 || buf.length === 0) return buf;
    const message = `${name}: buf must be empty, since this rank's view of '${this.path}' has no elements, found ${buf.length}`;
    throw new TuttiError("argument", message, { call: name, argument: "buf", found: buf.length });
  }

  private requireWriting(name: CallName): void {
    if (meaningOf(this.mode).access === "r") throw this.wrongMode(name, "write", '"r+"');
  }

  private wrongMode(name: CallName, verb: string, better: string): TuttiError {
    const message = `${name}: cannot ${verb} '${this.path}': it was opened with mode "${this.mode}"; open it with ${better}`;
    return new TuttiError("file", message, { call: name, file: this.path, mode: this.mode });
  }

  private begin(name: CallName): void {
    if (this.closed) {
      const message = `${name}: the file '${this.path}' has been closed`;
      throw new TuttiError("freed", message, { call: name, file: this.path });
    }
    this.transport.lane.check();
  }

  /** Does something with the file; says what and where if it fails. */
  private perform<T>(name: CallName, verb: string, action: () => T, offset?: number): T {
    try {
      return action();
    } catch (error) {
      const known = offset !== undefined && this.view.pattern.length > 0;
      const byte = known ? byteOf(this.view, offset) : undefined;
      throw fileError(CALL[name], verb, this.path, error, byte);
    }
  }

  /** As perform, on all ranks; if it fails on one, all of them throw. */
  private together<T>(name: CallName, verb: string, action: () => T, offset?: number): T {
    return this.perform(name, verb, () => this.ranks.attempt(CALL[name], action), offset);
  }
}

function checkOffset(name: CallName, argument: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  const message = `${name}: ${argument} must be a whole number from 0, found ${describe(value)}`;
  throw new TuttiError("argument", message, { call: name, argument, found: value });
}
