import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { systemReason, TuttiError } from "../errors.js";

/** A file that is read whole may not be larger than this, decompressed, unless the caller says otherwise. */
const MAX_BYTES = 2 ** 32;

/** Options of every reader of whole files. */
export interface ReadOptions {
  /** Read into a SharedArrayBuffer, so that other threads can be given the result without a copy. */
  shared?: boolean;
  /** Refuse a file that is larger than this once decompressed. 4 GiB when absent. */
  maxBytes?: number;
}

/**
 * The content of a file or pipe; a name that ends in `.gz` is decompressed (RFC 1952).
 *
 * @throws TuttiError "file" if it cannot be read or is larger than `maxBytes`, "format" if it is not the gzip file
 *   that its name says.
 */
export function readBytes(path: string, options: ReadOptions = {}): Uint8Array {
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  const gzip = path.endsWith(".gz");
  const raw = readRaw(path, maxBytes, options.shared === true && !gzip);
  if (!gzip) return raw;
  const bytes = gunzip(raw, path, maxBytes);
  return options.shared ? intoShared(bytes) : bytes;
}

function readRaw(path: string, maxBytes: number, shared: boolean): Uint8Array {
  let fd: number | undefined;
  try {
    fd = fs.openSync(path, "r");
    const stat = fs.fstatSync(fd);
    if (stat.size > maxBytes) throw tooLarge(path, maxBytes);
    if (!stat.isFile()) return readStream(fd, path, maxBytes, shared);
    const bytes = new Uint8Array(shared ? new SharedArrayBuffer(stat.size) : new ArrayBuffer(stat.size));
    return bytes.subarray(0, fill(fd, bytes));
  } catch (cause) {
    throw fileError("readBytes", "read", path, cause);
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Reads until `bytes` is full or the file ends; one read returns at most 2 GiB. */
function fill(fd: number, bytes: Uint8Array): number {
  let end = 0;
  while (end < bytes.length) {
    const count = fs.readSync(fd, bytes, end, Math.min(bytes.length - end, 2 ** 30), null);
    if (count === 0) break;
    end += count;
  }
  return end;
}

/** A pipe or a device has no size in advance. */
function readStream(fd: number, path: string, maxBytes: number, shared: boolean): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const chunk = new Uint8Array(2 ** 20);
    const count = fill(fd, chunk);
    if (count === 0) break;
    total += count;
    if (total > maxBytes) throw tooLarge(path, maxBytes);
    chunks.push(chunk.subarray(0, count));
  }
  const bytes = Buffer.concat(chunks);
  return shared ? intoShared(bytes) : bytes;
}

function intoShared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

function gunzip(bytes: Uint8Array, path: string, maxBytes: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(path, maxBytes);
    const message = `readBytes: '${path}' ends in .gz but does not decompress: ${(cause as Error).message}`;
    throw new TuttiError("format", message, { file: path }, { cause });
  }
}

/**
 * Writes a file so that at every moment, even after a crash or a power cut, `path` is either the old file or the
 * whole new one.
 *
 * The chunks go to a temporary file in the same folder, which is flushed to disk and renamed. An existing file's
 * permissions are kept, a symbolic link is followed, and a pipe or a device is written to directly.
 *
 * @throws TuttiError "file", after the temporary file is removed, if anything cannot be written.
 */
export function atomicWriteFile(path: string, chunks: Iterable<Uint8Array | string>): void {
  try {
    const old = fs.statSync(path, { throwIfNoEntry: false });
    if (old === undefined) replaceFile(path, chunks);
    else if (old.isFile()) replaceFile(fs.realpathSync(path), chunks, old.mode & 0o7777);
    else writeThrough(path, chunks);
  } catch (cause) {
    throw fileError("atomicWriteFile", "write", path, cause);
  }
}

function replaceFile(path: string, chunks: Iterable<Uint8Array | string>, mode?: number): void {
  const folder = dirname(path);
  const unique = `${process.pid}-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
  const temporary = join(folder, `.${basename(path).slice(0, 180)}.${unique}.tmp`);
  // A new file gets what the umask leaves of 0666. What replaces a private file is private from its first byte.
  const fd = fs.openSync(temporary, "wx", mode === undefined ? 0o666 : 0o600);
  try {
    try {
      for (const chunk of chunks) writeAll(fd, chunk);
      if (mode !== undefined) fs.fchmodSync(fd, mode);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  flushFolder(folder);
}

/** A pipe such as /dev/stdout cannot be replaced by a rename. */
function writeThrough(path: string, chunks: Iterable<Uint8Array | string>): void {
  const fd = fs.openSync(path, "w");
  try {
    for (const chunk of chunks) writeAll(fd, chunk);
  } finally {
    fs.closeSync(fd);
  }
}

function writeAll(fd: number, chunk: Uint8Array | string): void {
  const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
  let start = 0;
  while (start < bytes.length) {
    start += fs.writeSync(fd, bytes, start, Math.min(bytes.length - start, 2 ** 30));
  }
}

/** The new name is on disk only once its folder is. Not every system can open a folder; the rename holds all the same. */
function flushFolder(folder: string): void {
  let fd: number | undefined;
  try {
    fd = fs.openSync(folder, "r");
    fs.fsyncSync(fd);
  } catch {
    // Windows and some network file systems.
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

function tooLarge(path: string, maxBytes: number): TuttiError {
  const message = `readBytes: '${path}' is larger than ${maxBytes} bytes (maxBytes)`;
  return new TuttiError("file", message, { file: path, maxBytes });
}

/** The error of an operation on a file, with the reason in words. */
export function fileError(where: string, verb: string, path: string, cause: unknown): unknown {
  if (cause instanceof TuttiError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  const message = `${where}: cannot ${verb} '${path}': ${systemReason(cause)}`;
  return new TuttiError("file", message, { file: path, code }, { cause });
}
