import { TuttiError } from "../../errors.js";
import { addressOf, type Library, type NativeFunction } from "../../native/index.js";
import { CALLS } from "../calls.js";
import { ELEMENT_TYPES, type ElementType, type TypedArray } from "../elements.js";
import { Folder } from "../fold.js";
import { Schedules } from "../nonblocking/schedule.js";
import type { Reduction } from "../ops.js";
import { Status } from "../status.js";
import {
  type Abi,
  ERR_TAG,
  MAX_ERROR_STRING,
  MAX_LIBRARY_VERSION_STRING,
  STATUS_INTS,
  type TypeName,
} from "./abi.js";
import { bindFunctions, detectAbi, type MpiFunctions } from "./functions.js";
import { LongTypes } from "./long-types.js";
import { Outbox } from "./outbox.js";

const TYPE_NAMES: Readonly<Record<string, TypeName>> = {
  int8: "int8_t",
  uint8: "uint8_t",
  int16: "int16_t",
  uint16: "uint16_t",
  int32: "int32_t",
  uint32: "uint32_t",
  float32: "float",
  float64: "double",
  bigint64: "int64_t",
  biguint64: "uint64_t",
  object: "uint8_t",
};

/** No MPI function takes more buffers; an alltoallv, which takes most, has six, of which two may be known from before. */
const MOST_ADDRESSES = 8;
/** Looks in vain before a waiting rank leaves its core to others for so many milliseconds. */
const MOST_LOOKS = 2000;
const NAP = 0.05;
const pillow = new Int32Array(new SharedArrayBuffer(4));

/** Who checks the ranks, if anybody does. */
export interface Overseer {
  /** Called when this rank has returned, before MPI ends. */
  finish(): void;
  /** Called before this rank reports that it has failed with `error`. */
  holdBack(error: unknown): void;
}

/** An MPI library in use: its functions and constants, and memory for what they write. */
export class Mpi {
  readonly abi: Abi;
  readonly f: MpiFunctions;
  readonly folder = new Folder();
  readonly outbox = new Outbox();
  /** Handles of datatypes by code of the element type. */
  readonly types: readonly number[];
  /** The most elements that MPI's functions, which count in C ints, take as such; tests make it smaller. */
  maxCount = 0x7fffffff;
  /** Whether `MPI_Finalize` or `MPI_Abort` has been called. */
  ended = false;
  overseer: Overseer | undefined;

  /** Nonblocking collectives that are carried out here, step by step. */
  readonly schedules = new Schedules();
  /** Communicators on whose ranks such collectives may still be under way. */
  scheduling = 0;

  /** What the library has last written about a message. */
  readonly status = new Int32Array(STATUS_INTS);
  readonly statusAddress = addressOf(this.status);
  /** Two ints for results. */
  readonly ints = new Int32Array(2);
  readonly intsAddress = addressOf(this.ints);
  /** One double in, one out. */
  readonly doubles = new Float64Array(2);
  readonly doublesAddress = addressOf(this.doubles);
  /** What nothing else may hold while MPI works on it. */
  private readonly recent = new Array<TypedArray | undefined>(MOST_ADDRESSES).fill(undefined);
  private turn = 0;
  private last: TypedArray | undefined;
  private lastAddress = 0;
  private beforeLast: TypedArray | undefined;
  private beforeLastAddress = 0;
  private readonly addresses = new WeakMap<TypedArray, number>();
  private getLongCount: NativeFunction | undefined;
  private readonly longTypes = new LongTypes(this);

  constructor(readonly library: Library) {
    this.abi = detectAbi(library);
    this.f = bindFunctions(library, this.abi.handle);
    this.types = ELEMENT_TYPES.map(({ name }) => this.abi.types[TYPE_NAMES[name]]);
  }

  /** What the library says of itself, on one line. */
  version(): string {
    const text = Buffer.alloc(MAX_LIBRARY_VERSION_STRING);
    this.f.Get_library_version(addressOf(text), this.intsAddress);
    return firstLine(text.toString("latin1", 0, this.ints[0]));
  }

  /**
   * Address of the first element, valid during the next call of an MPI function: the garbage collector leaves the buffer
   * alone meanwhile. Remembered, since asking for it takes as long as a short message.
   */
  address(buf: TypedArray): number {
    // mostly input and output of the call before
    if (buf === this.last) return this.lastAddress;
    if (buf === this.beforeLast) return this.beforeLastAddress;
    this.recent[this.turn] = buf;
    this.turn = (this.turn + 1) % MOST_ADDRESSES;
    let address = this.addresses.get(buf);
    if (address === undefined) {
      address = addressOf(buf);
      this.addresses.set(buf, address);
    }
    [this.beforeLast, this.beforeLastAddress] = [this.last, this.lastAddress];
    [this.last, this.lastAddress] = [buf, address];
    return address;
  }

  /**
   * Looks until `ready`, moving schedules on meanwhile; false as soon as there are none, for then the library may wait.
   */
  waitBusily(ready: () => boolean): boolean {
    const { schedules } = this;
    for (let looks = 0; schedules.count > 0; looks++) {
      if (ready()) return true;
      if (schedules.advance()) looks = 0;
      else if (looks > MOST_LOOKS) Atomics.wait(pillow, 0, 0, NAP);
    }
    return false;
  }

  /** The library's own operation; undefined where libraries do not all give it the meaning that it has here. */
  operation({ name }: Reduction, type: ElementType, size: number): number | undefined {
    if (type.kind === "float") {
      // Only the sum of two is the same in every order; minima need not know NaN, nor logic floats.
      if (size > 2) return undefined;
      if (name === "complexSum") return this.abi.ops.sum;
      return name === "sum" || name === "prod" ? this.abi.ops[name] : undefined;
    }
    switch (name) {
      case "sum":
      case "prod": // Open MPI 4.1 does not wrap sums of 8 and 16 bits around, but saturates them
        return type.bytes >= 4 ? this.abi.ops[name] : undefined;
      case "min":
      case "max": // MPICH 4.0 compares unsigned integers as if they were signed
        return type.name.includes("uint") ? undefined : this.abi.ops[name];
      case "band":
      case "bor":
      case "bxor":
        return this.abi.ops[name];
      default:
        return undefined;
    }
  }

  /** Class of an error code. */
  errorClass(code: number): number {
    this.f.Error_class(code, this.intsAddress);
    return this.ints[0];
  }

  /** The handle that the library has written to an address inside `memory`. */
  handleAt(memory: Int32Array, index: number): number {
    if (this.abi.handle === "i") return memory[index];
    return (memory[index] >>> 0) + memory[index + 1] * 2 ** 32;
  }

  /** Handles as an array of the library's. */
  handles(values: readonly number[]): Int32Array | BigInt64Array {
    return this.abi.handle === "i" ? Int32Array.from(values) : BigInt64Array.from(values, BigInt);
  }

  /** What {@link Mpi.status} says. */
  readStatus(): Status {
    const { abi, status } = this;
    const bytes = abi.messageBytes?.(status) ?? this.askMessageBytes();
    return new Status(status[abi.source], status[abi.tag], bytes);
  }

  /** How many items of {@link Mpi.itemType} a message of `length` elements has: a long one is a single item. */
  items(length: number): number {
    return length <= this.maxCount ? length : 1;
  }

  /** The datatype of the items of a message: one element, or all elements of a long message. */
  itemType(type: ElementType, length: number): number {
    return length <= this.maxCount ? this.types[type.code] : this.longTypes.handle(type, length);
  }

  /** A number of elements as MPI's C int. @throws TuttiError `unsupported` past 2³¹ − 1. */
  count(call: number, count: number): number {
    const limit = this.maxCount;
    if (count <= limit) return count;
    const name = CALLS[call];
    const message = `${name}: engine mpi moves at most ${limit} elements at a time, found ${count}; send parts`;
    throw new TuttiError("unsupported", message, { call: name, count, limit });
  }

  /** The error that an MPI function has returned. `where` says on what it worked. */
  error(call: number, code: number, where: string, data: object = {}): TuttiError {
    const name = CALLS[call];
    const errorClass = this.errorClass(code);
    const text = this.errorString(code);
    if (errorClass === this.abi.errTruncate) {
      const message = `${name}: the message has more elements than the buffer (${where}): ${text}`;
      return new TuttiError("truncate", message, { call: name, ...data });
    }
    const kind = errorClass === ERR_TAG ? "argument" : "library";
    return new TuttiError(kind, `${name}: ${this.abi.name} says: ${text} (${where})`, {
      call: name,
      errorClass,
      ...data,
    });
  }

  /** For libraries of MPI 5.0, all of which count in 64 bits too. */
  private askMessageBytes(): number {
    this.getLongCount ??= this.library.function("MPI_Get_count_c", "i:ppp");
    this.getLongCount(this.statusAddress, this.abi.types.uint8_t, this.intsAddress);
    return (this.ints[0] >>> 0) + this.ints[1] * 2 ** 32;
  }

  private errorString(code: number): string {
    return causeIn(this.errorText(code));
  }

  /** All that the library says about an error code, which may be several lines. */
  errorText(code: number): string {
    const text = Buffer.alloc(MAX_ERROR_STRING);
    this.f.Error_string(code, addressOf(text), this.intsAddress);
    return text.toString("latin1", 0, this.ints[0]);
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0].replace(/\0+$/, "").replace(/\s+/g, " ").trim();
}

/** What is wrong, of a text that may go on with a stack: MPICH's begins with the kind and ends with the cause. */
function causeIn(text: string): string {
  const lines = text.replace(/\0+$/, "").trim().split("\n");
  const [kind, stack] = firstLine(text).split(", error stack:");
  return stack === undefined
    ? kind
    : `${kind}: ${firstLine(lines[lines.length - 1]).replace(/^.*\d+\)\.*: /, "")}`;
}
