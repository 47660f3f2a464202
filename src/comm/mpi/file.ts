import { statfsSync } from "node:fs";
import { CALL } from "../calls.js";
import { FLOAT64, type TypedArray, UINT8 } from "../elements.js";
import type { Access, FileTransport } from "../file/transport.js";
import { BYTES, type View } from "../file/view.js";
import { resolveOp } from "../ops.js";
import { type FileFunctions, fileFunctions } from "./file-functions.js";
import { fileType } from "./file-type.js";
import type { Mpi } from "./mpi.js";
import type { MpiTransport } from "./transport.js";

/** Most bytes in one call: counts are C ints, and libraries have had their troubles beyond 2 GiB. */
const MOST = 2 ** 30;

/** What the system says in errors whose class says only that something has failed. */
const PHRASES: readonly (readonly [string, string])[] = [
  ["No space left on device", "ENOSPC"],
  ["Disk quota exceeded", "EDQUOT"],
  ["File too large", "EFBIG"],
  ["Read-only file system", "EROFS"],
  ["Permission denied", "EACCES"],
  ["Input/output error", "EIO"],
];

/** Opens a file that is there on all ranks of a communicator. */
export function openMpiFile(comm: MpiTransport, call: number, path: string, access: Access): MpiFile {
  closeReleased(comm, call);
  const lane = comm.split(call, 0, comm.rank, `file '${path}'`) as MpiTransport;
  const file = new MpiFile(comm, lane, path, access);
  comm.files.push(file);
  return file;
}

/** Closes files that all ranks have let go of. */
export function closeReleased(comm: MpiTransport, call: number): void {
  const { files } = comm;
  if (files.length === 0) return;
  const released = Uint8Array.from(files, (file) => Number(file.released));
  comm.allreduce(call, UINT8, released, resolveOp("file", "band", UINT8), released);
  for (const file of files.filter((_, i) => released[i] === 1)) file.close();
}

/** A file as the MPI library has it. */
export class MpiFile implements FileTransport {
  released = false;
  private readonly mpi: Mpi;
  private readonly f: FileFunctions;
  private readonly handle: number;
  private view: View = BYTES;
  private type: number;

  constructor(
    private readonly comm: MpiTransport,
    readonly lane: MpiTransport,
    private readonly path: string,
    access: Access,
  ) {
    const { mpi } = lane;
    const { infoNull, files } = mpi.abi;
    this.mpi = mpi;
    this.f = fileFunctions(mpi);
    const mode = { r: files.readOnly, w: files.writeOnly, "r+": files.readWrite }[access];
    const made = new Int32Array(2);
    const open = (path: string) => {
      const name = cString(path);
      return this.f.File_open(lane.comm, mpi.address(name), mode, infoNull, mpi.address(made));
    };
    const code = open(path);
    // ROMIO takes what stands before a colon for a kind of file system
    this.must(code !== 0 && path.includes(":") ? open(`ufs:${path}`) : code);
    this.handle = pointerAt(made);
    this.type = mpi.types[BYTES.type.code];
  }

  size(): number {
    const bytes = new BigInt64Array(1);
    this.must(this.f.File_get_size(this.handle, this.mpi.address(bytes)));
    return Number(bytes[0]);
  }

  setView(views: readonly View[]): void {
    const { mpi, f, lane } = this;
    lane.enter();
    this.view = views[lane.rank];
    const { type, offset, pattern } = this.view;
    const origin = offset + pattern.start * type.bytes;
    this.type = mpi.types[type.code];
    const made = fileType(mpi, f, this.view, (code) => this.must(code));
    const name = cString("native");
    const { infoNull } = mpi.abi;
    const code = f.File_set_view(this.handle, origin, this.type, made.handle, mpi.address(name), infoNull);
    made.free();
    this.must(code);
  }

  read(call: number, offset: number, buf: TypedArray, collective: boolean): void {
    this.move(call, offset, buf, collective, collective ? this.f.File_read_at_all : this.f.File_read_at);
  }

  write(call: number, offset: number, buf: TypedArray, collective: boolean): void {
    this.move(call, offset, buf, collective, collective ? this.f.File_write_at_all : this.f.File_write_at);
  }

  resize(_call: number, bytes: number): void {
    this.lane.enter();
    this.must(this.f.File_set_size(this.handle, bytes));
  }

  sync(): void {
    // before the barrier what this rank has written, after it what it may have kept of older bytes (section 14.6.1)
    this.must(this.f.File_sync(this.handle));
    this.lane.barrier(CALL["file.sync"]);
    this.must(this.f.File_sync(this.handle));
  }

  close(): void {
    const { files } = this.comm;
    this.lane.enter();
    files.splice(files.indexOf(this), 1);
    const handle = BigUint64Array.of(BigInt(this.handle));
    this.must(this.f.File_close(this.mpi.address(handle)));
    this.lane.free();
  }

  /** Closing waits for the other ranks. It is made up for when all of them open the next file, or finish. */
  release(): void {
    this.released = true;
  }

  /** Moves a buffer in parts; in collective calls all ranks take as many steps as the one with the longest buffer. */
  private move(
    call: number,
    offset: number,
    buf: TypedArray,
    collective: boolean,
    step: (...args: number[]) => number,
  ): void {
    const { mpi, lane, handle, type } = this;
    const { bytes } = this.view.type;
    const count = buf.byteLength / bytes;
    const part = MOST / bytes;
    const mine = Math.ceil(count / part);
    const steps = collective ? lane.allreduceNumber(call, resolveOp("file", "max", FLOAT64), mine) : mine;
    const address = mpi.address(buf);
    for (let i = 0, done = 0; i < steps; i++, done += part) {
      const length = Math.max(0, Math.min(part, count - done));
      const from = Math.min(done, count);
      this.must(step(handle, offset + from, address + from * bytes, length, type, mpi.statusAddress));
      this.mustHaveMoved(length * bytes);
    }
  }

  /** OMPIO, of Open MPI 4.1, reports no error when a disk is full, only that it has written less than it was given. */
  private mustHaveMoved(bytes: number): void {
    const moved = this.mpi.readStatus().bytes;
    if (moved >= bytes) return; // ROMIO says nothing about a rank that has nothing to move
    const error = new Error(`${this.mpi.abi.name} has moved only ${moved} of ${bytes} bytes`);
    throw Object.assign(error, { code: this.likelyCode() });
  }

  /** Throws what the library says, with the code that the system has for it. */
  private must(code: number): void {
    if (code === 0) return;
    const { abi } = this.mpi;
    const text = this.mpi.errorText(code);
    const known = PHRASES.find(([phrase]) => text.includes(phrase));
    const error = new Error(`${abi.name} says: ${text.replace(/\s+/g, " ").trim()}`);
    const named = abi.files.errors[this.mpi.errorClass(code)];
    throw Object.assign(error, { code: known?.[1] ?? named ?? this.likelyCode() });
  }

  /** Where the library gives no reason: that of a full disk can be seen. */
  private likelyCode(): string | undefined {
    try {
      return statfsSync(this.path).bavail === 0 ? "ENOSPC" : undefined;
    } catch {
      return undefined;
    }
  }
}

function cString(text: string): Uint8Array {
  return Buffer.from(`${text}\0`);
}

/** A handle of a file, which is an address in every interface. */
function pointerAt(memory: Int32Array): number {
  return (memory[0] >>> 0) + memory[1] * 2 ** 32;
}
