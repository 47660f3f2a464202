import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Comm, File, type FileMode, type FileView } from "../../../src/comm/index.js";
import { TuttiError } from "../../../src/errors.js";
import { freshPath } from "./files.js";

const anything = (value: unknown) => value as never;

/** Calls what must fail on this rank. */
function fails(call: () => unknown, code: string, message: RegExp, system?: string): void {
  assert.throws(call, (error) => {
    assert.ok(error instanceof TuttiError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    if (system !== undefined) assert.equal(error.data.code, system);
    return true;
  });
}

/** Every mode does with the file what Node's does. */
export function modes(comm: Comm, folder: string): void {
  const write = (file: File) => file.writeAt(0, Uint8Array.of(5));
  const read = (file: File) => file.readAt(0, new Uint8Array(9));
  const cases: [FileMode, { there: boolean; empties?: boolean; writes: boolean; reads: boolean }][] = [
    ["r", { there: true, writes: false, reads: true }],
    ["r+", { there: true, writes: true, reads: true }],
    ["w", { there: true, empties: true, writes: true, reads: false }],
    ["w", { there: false, writes: true, reads: false }],
    ["w+", { there: true, empties: true, writes: true, reads: true }],
    ["w+", { there: false, writes: true, reads: true }],
    ["wx", { there: false, writes: true, reads: false }],
    ["wx+", { there: false, writes: true, reads: true }],
    ["a", { there: true, writes: true, reads: false }],
    ["a", { there: false, writes: true, reads: false }],
    ["a+", { there: true, writes: true, reads: true }],
    ["a+", { there: false, writes: true, reads: true }],
  ];
  for (const [mode, { there, empties = false, writes, reads }] of cases) {
    const path = freshPath(comm, folder);
    if (there && comm.rank === 0) writeFileSync(path, "abc");
    comm.barrier();
    const file = File.open(comm, path, mode);
    assert.equal(file.mode, mode);
    assert.equal(file.path, path);
    assert.equal(file.size, there && !empties ? 3 : 0, mode);
    assert.equal(file.position, mode.startsWith("a") ? file.size : 0);
    comm.barrier();
    if (writes) write(file);
    else
      fails(
        () => write(file),
        "file",
        /^writeAt: cannot write '.*': it was opened with mode "r"; open it with "r\+"/,
      );
    comm.barrier();
    if (reads) assert.equal(read(file), there && !empties ? 3 : 1);
    else
      fails(
        () => read(file),
        "file",
        /^readAt: cannot read '.*': it was opened with mode "(w|wx|a)"; open it with "\1\+"/,
      );
    file.close();
  }
}

/** What cannot be opened is an error on every rank, with the reason; the communicator works on. */
export function cannotOpen(comm: Comm, folder: string): void {
  const path = freshPath(comm, folder);
  const refuse = (path: string, mode: FileMode, code: string, reason: RegExp) =>
    fails(() => File.open(comm, path, mode), "file", reason, code);
  for (const mode of ["r", "r+"] as const)
    refuse(
      path,
      mode,
      "ENOENT",
      /^File\.open: cannot open '.*': there is no such file or folder \(ENOENT\)$/,
    );
  refuse(`${path}/file`, "w", "ENOENT", /no such file or folder/);
  for (const mode of ["r", "r+", "w", "a"] as const) refuse(folder, mode, "EISDIR", /it is a folder/);
  if (comm.rank === 0) writeFileSync(path, "abc");
  comm.barrier();
  for (const mode of ["wx", "wx+"] as const) refuse(path, mode, "EEXIST", /a file of that name is there/);
  refuse(`${path}/file`, "r", "ENOTDIR", /a part of the path is a file/);
  refuse(`${path}${"x".repeat(300)}`, "w", "ENAMETOOLONG", /the name is too long/);
  assert.equal(readFileSync(path, "utf8"), "abc");
  assert.equal(comm.allreduce(1), comm.size);
}

/** Names that mean something to some libraries, or that are not ASCII, are names like any other. */
export function names(comm: Comm, folder: string): void {
  for (const name of ["nfs:file", "a:b", "Größe ∂.bin", "with space", "-n"]) {
    const path = `${dirname(freshPath(comm, folder))}/${comm.size} ${name}`;
    const file = File.open(comm, path, "w");
    file.writeAtAll(comm.rank, Uint8Array.of(comm.rank));
    file.close();
    comm.barrier();
    assert.deepEqual([...readFileSync(path)], [...Array(comm.size).keys()]);
  }
}

/** Ranks that disagree learn it together. */
export function disagreements(comm: Comm, folder: string): void {
  const { rank, size } = comm;
  if (size === 1) return;
  const path = freshPath(comm, folder);
  const odd = rank === 1;
  fails(
    () => File.open(comm, odd ? `${path}x` : path, "w"),
    "mismatch",
    /^File\.open: all ranks must give the same path and mode: rank 0 gives ".*", "w", rank 1 gives ".*x", "w"$/,
  );
  fails(() => File.open(comm, path, odd ? "w+" : "w"), "mismatch", /rank 1 gives ".*", "w\+"$/);
  assert.ok(!existsSync(path));
  comm.barrier();
  const file = File.open(comm, path, "w");
  fails(
    () => file.setView({ type: odd ? Float32Array : Int32Array }),
    "mismatch",
    /^setView: all ranks must give the same type: rank 0 gives int32, rank 1 gives float32$/,
  );
  fails(
    () => file.resize(odd ? 8 : 16),
    "mismatch",
    /^resize: .* same length: rank 0 gives 16, rank 1 gives 8$/,
  );
  assert.equal(file.size, 0);
  comm.barrier();
  file.writeAtAll(4 * rank, Int32Array.of(rank));
  assert.equal(file.size, 4 * size);
  file.close();
}

/** Wrong arguments are refused before anything happens. */
export function wrongArguments(comm: Comm, folder: string): void {
  const path = freshPath(comm, folder);
  fails(() => File.open(anything({}), path), "argument", /^File\.open: comm must be a communicator/);
  fails(() => File.open(anything(undefined), path), "argument", /^File\.open: comm must be a communicator/);
  fails(
    () => File.open(comm, anything(7)),
    "argument",
    /^File\.open: path must be the name of a file, found 7/,
  );
  fails(() => File.open(comm, ""), "argument", /^File\.open: path must be/);
  fails(() => File.open(comm, "a\0b"), "argument", /^File\.open: path must be/);
  fails(
    () => File.open(comm, path, anything("rw")),
    "argument",
    /^File\.open: mode must be one of r, r\+, .*"rw"/,
  );

  const file = File.open(comm, path, "w+");
  const buf = new Float64Array(2);
  fails(() => file.readAt(-1, buf), "argument", /^readAt: offset must be a whole number from 0, found -1/);
  fails(() => file.writeAtAll(0.5, buf), "argument", /^writeAtAll: offset must be .* found 0.5/);
  fails(
    () => file.writeAt(0, anything([1])),
    "argument",
    /^writeAt: buf must be a TypedArray, found an Array/,
  );
  fails(() => file.resize(-8), "argument", /^resize: bytes must be a whole number/);
  fails(
    () => {
      file.position = -1;
    },
    "argument",
    /^file\.position: position must be/,
  );
  const view = (options: object, message: RegExp) =>
    fails(() => file.setView({ type: Float64Array, ...options } as FileView), "argument", message);
  view({ type: Array }, /^setView: type must be the constructor of a TypedArray, found the function Array/);
  view({ type: "float64" }, /^setView: type must be .* found "float64"/);
  view({ offset: -4 }, /^setView: offset must be a whole number from 0, found -4/);
  view({ block: 2 }, /^setView: block and stride must be given together/);
  view({ block: 3, stride: 2 }, /^setView: stride must be at least block \(3\), found 2/);
  view({ block: 0, stride: 2 }, /^setView: block must be a whole number from 1, found 0/);
  const sub = (sizes: unknown, subsizes: unknown, starts: unknown) => ({
    subarray: { sizes, subsizes, starts },
  });
  view(
    sub([4, 4], [2, 3], [0, 2]),
    /^setView: subarray along axis 1 must be within its 4 positions, found 3 from 2 on/,
  );
  view(sub([4, 4], [2], [0, 2]), /^setView: subarray.subsizes must be 2 entries, one for each axis, found 1/);
  view(sub([], [], []), /^setView: subarray.sizes must be one entries, one for each axis, found 0/);
  view(sub([4], [1.5], [0]), /^setView: subarray.subsizes\[0\] must be a whole number from 0, found 1.5/);
  view(sub(4, [1], [0]), /^setView: subarray.sizes must be an Array/);
  view({ ...sub([4], [1], [0]), block: 1, stride: 2 }, /^setView: subarray must be given without block/);
  file.setView({ type: Float64Array });
  fails(
    () => file.writeAt(0, new Float32Array(1)),
    "argument",
    /^writeAt: buf must have float64 elements as the view of '.*' has, found float32/,
  );
  assert.equal(file.size, 0);

  file.close();
  file.close();
  const closed = /: the file '.*' has been closed$/;
  for (const call of [
    () => file.size,
    () => file.readAt(0, buf),
    () => file.writeAtAll(0, buf),
    () => file.setView(),
    () => file.resize(0),
    () => file.sync(),
  ])
    fails(call, "freed", closed);
  if (comm.size > 1) {
    const part = comm.dup();
    part.free();
    fails(() => File.open(part, path), "freed", /^File\.open: the communicator .* has been freed/);
  }
}

/** A device without space: the error says which file, where and why; of a collective call on every rank. */
export function noSpace(comm: Comm): void {
  const full = "/dev/full";
  if (!existsSync(full)) return; // Linux has it
  const file = File.open(comm, full, "r+");
  const buf = new Float64Array(1000).fill(1);
  const message =
    /cannot write '\/dev\/full' at byte 16: .*(no space left on the device \(ENOSPC\)|has moved only 0 of|says: MPI_ERR_IO)/;
  fails(() => file.writeAt(16, buf), "file", message);
  fails(() => file.writeAtAll(16, buf), "file", message);
  const { rank, size } = comm;
  file.setView({ type: Float64Array, offset: 16 + 8 * rank, block: 1, stride: size });
  fails(() => file.writeAtAll(0, buf), "file", /'\/dev\/full' at byte \d+: /);
  file.close();
}

/** A rank that fails while a file is open must not wait for the others at the end of its block. */
export function throwsInside(comm: Comm, folder: string): void {
  using file = File.open(comm, freshPath(comm, folder), "w");
  if (comm.rank === 0) throw new Error("a rank has failed");
  file.writeAt(0, Uint8Array.of(1));
}
