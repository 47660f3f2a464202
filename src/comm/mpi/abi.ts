import type { Library } from "../../native/index.js";
import type { OpName } from "../ops.js";

/** Letter of a handle in a {@link Signature}: an integer of 32 bits, or one as wide as an address. */
export type HandleLetter = "i" | "p";

/** Names of the MPI datatypes that elements of buffers have, as in `MPI_INT8_T`. */
export type TypeName =
  | "int8_t"
  | "uint8_t"
  | "int16_t"
  | "uint16_t"
  | "int32_t"
  | "uint32_t"
  | "int64_t"
  | "uint64_t"
  | "float"
  | "double";

/** The predefined operations that an MPI library may carry out for us. */
export type NativeOpName = (typeof NATIVE_OPS)[number];

/** All in which the binary interfaces of MPI libraries differ, as far as it is used here. */
export interface Abi {
  readonly name: "Open MPI" | "MPICH" | "MPI standard ABI";
  readonly handle: HandleLetter;
  readonly world: number;
  /** The communicator of this process alone. */
  readonly self: number;
  readonly errorsReturn: number;
  readonly types: Readonly<Record<TypeName, number>>;
  readonly ops: Readonly<Record<NativeOpName, number>>;
  /** Asks for the ranks that can share memory. */
  readonly typeShared: number;
  /** What updates of windows have beside the operations of reductions. */
  readonly replace: number;
  readonly noOp: number;
  readonly infoNull: number;
  readonly lockExclusive: number;
  readonly lockShared: number;
  readonly inPlace: number;
  readonly anySource: number;
  readonly anyTag: number;
  /** Says at the beginning that only the main thread calls MPI. */
  readonly threadLevel: number;
  readonly files: FileConstants;
  /** Class of the error that says that a message is longer than its buffer. */
  readonly errTruncate: number;
  /** Where an `MPI_Status` holds what, as indices of an Int32Array. */
  readonly source: number;
  readonly tag: number;
  /** Reads the length of a message out of an `MPI_Status`; where it is absent, the library must be asked. */
  readonly messageBytes?: (status: Int32Array) => number;
}

/** Constants of files. */
export interface FileConstants {
  readonly readOnly: number;
  readonly writeOnly: number;
  readonly readWrite: number;
  /** Classes of errors, with the system's codes of the same meaning. */
  readonly errors: Readonly<Record<number, string>>;
}

/** Same value in all three. */
export const UNDEFINED = -32766;
/** Class of the error of a tag that is too large: same value in all three. */
export const ERR_TAG = 4;
/** Room for the longest texts and for the largest `MPI_Status` of the three. */
export const MAX_ERROR_STRING = 512;
export const MAX_LIBRARY_VERSION_STRING = 8192;
export const STATUS_INTS = 8;

const NATIVE_OPS = ["sum", "prod", "min", "max", "band", "bor", "bxor"] as const satisfies OpName[];
const TYPES = [
  ...(["int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t"] as const),
  ...(["float", "double"] as const),
];

const OPEN_MPI_FILES: FileConstants = {
  readOnly: 2,
  writeOnly: 4,
  readWrite: 8,
  errors: { 20: "EACCES", 28: "EEXIST", 41: "ENOSPC", 42: "ENOENT", 44: "EDQUOT", 45: "EROFS" },
};

/** Open MPI 1 to 5: a handle is the address of a variable of the library. */
export function openMpi(library: Library): Abi {
  const handle = (name: string) => library.address(`ompi_mpi_${name}`);
  return {
    name: "Open MPI",
    handle: "p",
    world: handle("comm_world"),
    self: handle("comm_self"),
    errorsReturn: handle("errors_return"),
    types: record(TYPES, handle),
    ops: record(NATIVE_OPS, (name) => handle(`op_${name}`)),
    typeShared: 0,
    replace: handle("op_replace"),
    noOp: handle("op_no_op"),
    infoNull: handle("info_null"),
    lockExclusive: 1,
    lockShared: 2,
    inPlace: 1,
    anySource: -1,
    anyTag: -1,
    // MPI_THREAD_SINGLE: with FUNNELED, which is 1, Open MPI 4.1 takes locks that cost every call 0.1 µs. They guard it against
    // threads that call it, too, and of Node's other threads none does.
    threadLevel: 0,
    files: OPEN_MPI_FILES,
    errTruncate: 15,
    source: 0,
    tag: 1,
    messageBytes: (status) => (status[4] >>> 0) + status[5] * 2 ** 32,
  };
}

/** MPICH 3 and 4 and what shares their interface: Intel MPI, MVAPICH, Cray MPICH. */
export const MPICH: Abi = {
  name: "MPICH",
  handle: "i",
  world: 0x44000000,
  self: 0x44000001,
  errorsReturn: 0x54000001,
  types: {
    int8_t: 0x4c000137,
    uint8_t: 0x4c00013b,
    int16_t: 0x4c000238,
    uint16_t: 0x4c00023c,
    int32_t: 0x4c000439,
    uint32_t: 0x4c00043d,
    int64_t: 0x4c00083a,
    uint64_t: 0x4c00083e,
    float: 0x4c00040a,
    double: 0x4c00080b,
  },
  ops: {
    max: 0x58000001,
    min: 0x58000002,
    sum: 0x58000003,
    prod: 0x58000004,
    band: 0x58000006,
    bor: 0x58000008,
    bxor: 0x5800000a,
  },
  typeShared: 1,
  replace: 0x5800000d,
  noOp: 0x5800000e,
  infoNull: 0x1c000000,
  lockExclusive: 234,
  lockShared: 235,
  inPlace: -1,
  anySource: -2,
  anyTag: -1,
  threadLevel: 1, // MPI_THREAD_FUNNELED, which costs nothing here
  files: {
    readOnly: 2,
    writeOnly: 4,
    readWrite: 8,
    errors: { 20: "EACCES", 25: "EEXIST", 36: "ENOSPC", 37: "ENOENT", 39: "EDQUOT", 40: "EROFS" },
  },
  errTruncate: 14,
  source: 2,
  tag: 3,
  // the lowest bit of the upper half says whether the operation was cancelled
  messageBytes: (status) => (status[0] >>> 0) + (status[1] >>> 1) * 2 ** 32,
};

/** The interface that MPI 5.0, chapter 20, prescribes. */
export const STANDARD: Abi = {
  name: "MPI standard ABI",
  handle: "p",
  world: 0x101,
  self: 0x102,
  errorsReturn: 0x142,
  types: {
    int8_t: 0x240,
    uint8_t: 0x241,
    int16_t: 0x248,
    uint16_t: 0x249,
    int32_t: 0x250,
    uint32_t: 0x251,
    int64_t: 0x258,
    uint64_t: 0x259,
    float: 0x210,
    double: 0x214,
  },
  ops: {
    sum: 0x21,
    min: 0x22,
    max: 0x23,
    prod: 0x24,
    band: 0x28,
    bor: 0x29,
    bxor: 0x2a,
  },
  typeShared: 221,
  replace: 0x3c,
  noOp: 0x3d,
  infoNull: 0x130,
  lockExclusive: 301,
  lockShared: 302,
  inPlace: 1,
  anySource: -1,
  anyTag: -2,
  threadLevel: 1024,
  files: {
    readOnly: 16,
    writeOnly: 256,
    readWrite: 32,
    errors: OPEN_MPI_FILES.errors,
  },
  errTruncate: 15,
  source: 0,
  tag: 1,
};

function record<K extends string>(names: readonly K[], value: (name: K) => number): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, number>;
}
