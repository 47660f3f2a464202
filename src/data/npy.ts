import { TuttiError } from "../errors.js";
import type { DType } from "../tensor/index.js";
import { decodeArray, ELEMENT_BYTES, type FileElement, littleEndianBytes } from "./elements.js";
import { atomicWriteFile, type ReadOptions, readBytes } from "./files.js";
import { badFormat, insteadOf, type Source } from "./format.js";
import { type ArrayStorage, elementCount, type NdArray, ndarray } from "./ndarray.js";
import { type NpyHeader, parseNpyHeader } from "./npy-header.js";

const MAGIC = Buffer.from("\x93NUMPY", "latin1");

const ELEMENTS: Readonly<Record<string, FileElement>> = {
  b1: "bool",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

const DESCR: Readonly<Record<DType, string>> = {
  bool: "|b1",
  uint8: "|u1",
  int32: "<i4",
  float32: "<f4",
  float64: "<f8",
};

/**
 * Reads an array that `numpy.save` wrote: NPY versions 1.0, 2.0 and 3.0, either byte order, either storage order
 * (also `.gz`). The result is row-major.
 *
 * Follows NumPy Enhancement Proposal 1 and the documentation of `numpy.lib.format`.
 *
 * @returns bool, uint8, int32, float32 and float64 as they are; other integers become int32, float16 float32.
 * @throws TuttiError "file" if it cannot be read; "format" if it is not such a file, or holds an integer outside
 *   int32; "unsupported" if it holds Python objects, texts, records or complex numbers.
 */
export function readNpy(path: string, options: ReadOptions = {}): NdArray {
  return parseNpy(readBytes(path, options), path);
}

/** {@link readNpy} of bytes that are already in memory; `file` names them in errors. */
export function parseNpy(bytes: Uint8Array, file: string): NdArray {
  const source: Source = { reader: "readNpy", file };
  const { header, start } = readHeader(bytes, source);
  const { element, littleEndian } = readDescr(header.descr, source);
  const size = ELEMENT_BYTES[element];
  const { shape } = header;
  const wanted = start + elementCount(shape) * size;
  if (bytes.length !== wanted) {
    const what = bytes.length < wanted ? "is truncated" : "is too long";
    const array = `an array [${shape.join(", ")}] of ${element}`;
    throw badFormat(
      source,
      `${what}: ${array} takes ${wanted} bytes with its header, found ${bytes.length}`,
      {
        offset: Math.min(bytes.length, wanted),
        shape,
      },
    );
  }
  const order = header.fortranOrder ? [...shape].reverse() : shape;
  const array = decodeArray(element, order, bytes.subarray(start), littleEndian, source);
  return header.fortranOrder ? reverseAxes(array) : array;
}

function readHeader(bytes: Uint8Array, source: Source): { header: NpyHeader; start: number } {
  if (bytes.length < 10 || MAGIC.compare(bytes, 0, MAGIC.length) !== 0) {
    throw badFormat(source, `does not begin with the magic bytes of an NPY file${insteadOf(bytes)}`, {
      offset: 0,
    });
  }
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3 || minor !== 0) {
    throw badFormat(source, `has NPY version ${major}.${minor}; wanted 1.0, 2.0 or 3.0`, { offset: 6 });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : bytes.length < 12 ? 0 : view.getUint32(8, true);
  if (begin + length > bytes.length) {
    const found = `is truncated: its header should end at byte ${begin + length}`;
    throw badFormat(source, `${found}, the file ends at ${bytes.length}`, { offset: bytes.length });
  }
  const text = Buffer.from(bytes.subarray(begin, begin + length)).toString(major === 3 ? "utf8" : "latin1");
  // What cannot be read at all should be named before what cannot be parsed.
  if (/'descr':\s*\[/.test(text)) throw unsupported(source, "records (a structured dtype)", "each field");
  try {
    return { header: parseNpyHeader(text), start: begin + length };
  } catch (cause) {
    throw badFormat(source, `is damaged: ${(cause as Error).message}`, { offset: begin });
  }
}

function readDescr(descr: string, source: Source): { element: FileElement; littleEndian: boolean } {
  const [, order, type] = /^([<>|=])(.*)$/.exec(descr) ?? ["", "=", descr];
  const element = Object.hasOwn(ELEMENTS, type) ? ELEMENTS[type] : undefined;
  if (element === undefined) {
    const kind = KINDS[type[0]];
    if (kind !== undefined) throw unsupported(source, `${kind} (dtype ${descr})`, "numbers");
    throw badFormat(source, `has the unknown dtype ${JSON.stringify(descr)}`);
  }
  if (order === "=" || (order === "|" && ELEMENT_BYTES[element] > 1)) {
    throw badFormat(source, `has the dtype ${JSON.stringify(descr)} without a byte order`);
  }
  return { element, littleEndian: order !== ">" };
}

const KINDS: Readonly<Record<string, string>> = {
  O: "Python objects, which only a pickle can restore and a pickle can run any program",
  U: "texts",
  S: "byte strings",
  V: "records",
  c: "complex numbers",
  M: "dates",
  m: "durations",
  f: "extended-precision numbers",
};

function unsupported(source: Source, holds: string, instead: string): TuttiError {
  const message = `${source.reader}: '${source.file}' holds ${holds}; save ${instead} as bool, integers or floats`;
  return new TuttiError("unsupported", message, { file: source.file });
}

/** Column-major data of shape s is row-major data of the reversed shape: this turns the latter round. */
function reverseAxes({ dtype, shape, data }: NdArray): NdArray {
  const result = shape.toReversed();
  const axes = shape.length;
  if (axes < 2 || data.length === 0) return { dtype, shape: result, data };
  const strides = new Array<number>(axes).fill(1); // of `result`, in elements of `data`
  for (let axis = 1; axis < axes; axis++) strides[axis] = strides[axis - 1] * result[axis - 1];
  const turned = new (data.constructor as new (length: number) => ArrayStorage[DType])(data.length);
  const [last, step] = [result[axes - 1], strides[axes - 1]];
  const index = new Array<number>(axes).fill(0);
  let from = 0;
  for (let to = 0; to < turned.length; to += last) {
    for (let i = 0; i < last; i++) turned[to + i] = data[from + i * step];
    for (let axis = axes - 2; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < result[axis]) break;
      from -= strides[axis] * index[axis];
      index[axis] = 0;
    }
  }
  return { dtype, shape: result, data: turned };
}

/**
 * Writes an array as NPY version 1.0, little-endian and row-major, atomically.
 *
 * @throws TuttiError "shape" or "dtype" if the array is not what it says, "file" if the file cannot be written.
 */
export function writeNpy(path: string, array: NdArray): void {
  atomicWriteFile(path, encodeNpy(array));
}

/** The bytes of {@link writeNpy}, in two chunks: header and elements. */
export function encodeNpy({ dtype, shape: lengths, data }: NdArray): Uint8Array[] {
  const array = ndarray(dtype, lengths, data); // checks that they belong together
  const shape = `(${lengths.join(", ")}${lengths.length === 1 ? "," : ""})`;
  const literal = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': ${shape}, }`;
  // The elements begin at a multiple of 64 bytes, so that a mapped file is aligned.
  const length = Math.ceil((10 + literal.length + 1) / 64) * 64 - 10;
  const header = Buffer.alloc(10 + length, " ");
  MAGIC.copy(header);
  header.writeUInt16BE(0x0100, 6);
  header.writeUInt16LE(length, 8);
  header.write(literal, 10, "latin1");
  header.write("\n", header.length - 1, "latin1");
  return [header, littleEndianBytes(array)];
}
