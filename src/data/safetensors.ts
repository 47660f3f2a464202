import { TuttiError } from "../errors.js";
import type { DType } from "../tensor/index.js";
import { decodeArray, ELEMENT_BYTES, type FileElement, littleEndianBytes } from "./elements.js";
import { atomicWriteFile, type ReadOptions, readBytes } from "./files.js";
import { badFormat, insteadOf, type Source } from "./format.js";
import { elementCount, type NdArray, ndarray } from "./ndarray.js";
import { checkDigest, DIGEST, digestOf, METADATA } from "./safetensors-digest.js";

/** What a safetensors file holds: arrays by name, in the order of their bytes, and texts by name. */
export interface Safetensors {
  readonly tensors: Map<string, NdArray>;
  readonly metadata: Map<string, string>;
}

const ELEMENTS: Readonly<Record<string, FileElement>> = {
  BOOL: "bool",
  U8: "uint8",
  I8: "int8",
  U16: "uint16",
  I16: "int16",
  F16: "float16",
  BF16: "bfloat16",
  U32: "uint32",
  I32: "int32",
  F32: "float32",
  U64: "uint64",
  I64: "int64",
  F64: "float64",
};

const NAMES: Readonly<Record<DType, string>> = {
  bool: "BOOL",
  uint8: "U8",
  int32: "I32",
  float32: "F32",
  float64: "F64",
};

/** The limit of the reference implementation. */
const MAX_HEADER = 100_000_000;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a safetensors file: the length of the header as a little-endian uint64, the header in JSON, then the
 * elements of all arrays, little-endian and row-major, without holes or overlaps (the safetensors format,
 * huggingface/safetensors). The digest of a file that {@link writeSafetensors} wrote is checked.
 *
 * @returns BOOL, U8, I32, F32 and F64 as they are; other integers become int32, F16 and BF16 float32.
 * @throws TuttiError "file" if it cannot be read, "format" if it is not exactly such a file, has another digest than
 *   it says or holds an integer outside int32, "unsupported" if an array has another dtype.
 */
export function readSafetensors(path: string, options: ReadOptions = {}): Safetensors {
  return parseSafetensors(readBytes(path, options), path);
}

/** {@link readSafetensors} of bytes that are already in memory; `file` names them in errors. */
export function parseSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const source: Source = { reader: "readSafetensors", file };
  const { header, start } = readHeader(bytes, source);
  const metadata = readMetadata(header[METADATA], source);
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, value]) => checkEntry(name, value, source))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(entries, start, bytes.length, source);
  checkDigest(header, bytes.subarray(start), metadata.get(DIGEST), source);
  metadata.delete(DIGEST);
  const tensors = new Map<string, NdArray>();
  for (const { name, element, shape, begin, end } of entries) {
    const data = bytes.subarray(start + begin, start + end);
    tensors.set(name, decodeArray(element, shape, data, true, source));
  }
  return { tensors, metadata };
}

/** Throws unless the arrays, which begin at byte `start`, fill the file of `length` bytes one after the other. */
function checkLayout(entries: readonly Entry[], start: number, length: number, source: Source): void {
  let offset = 0;
  for (const { name, begin, end } of entries) {
    const quoted = JSON.stringify(name);
    if (begin !== offset) {
      const what = begin < offset ? "overlaps the array before it" : "leaves a hole before it";
      const found = `is damaged: ${quoted} begins at ${begin}, which ${what} (wanted ${offset})`;
      throw badFormat(source, found, { name, offset: start + begin });
    }
    offset = end;
    if (start + end > length) {
      const found = `is truncated: ${quoted} ends at byte ${start + end}, the file at ${length}`;
      throw badFormat(source, found, { name, offset: length });
    }
  }
  if (start + offset !== length) {
    const found = `is too long: its arrays end at byte ${start + offset}, the file at ${length}`;
    throw badFormat(source, found, { offset: start + offset });
  }
}

function readHeader(bytes: Uint8Array, source: Source): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) {
    const found = `is too short for a safetensors file: ${bytes.length} bytes${insteadOf(bytes)}`;
    throw badFormat(source, found, { offset: bytes.length });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER || length > bytes.length - 8) {
    const found = `has a header of ${length} bytes by its first 8 bytes; the file has ${bytes.length} bytes`;
    throw badFormat(source, `${found}${insteadOf(bytes)}`, { offset: 0 });
  }
  try {
    const header: unknown = JSON.parse(UTF8.decode(Buffer.from(bytes.subarray(8, 8 + length))));
    if (isRecord(header) && bytes[8] === 0x7b) return { header, start: 8 + length };
  } catch (cause) {
    throw badFormat(source, `has a header that is not JSON: ${(cause as Error).message}`, { offset: 8 });
  }
  throw badFormat(source, "has a header that is not a JSON object", { offset: 8 });
}

function readMetadata(value: unknown, source: Source): Map<string, string> {
  if (value === undefined) return new Map();
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === "string")) {
    throw badFormat(source, `has a ${METADATA} that is not an object of strings`, { offset: 8 });
  }
  return new Map(Object.entries(value as Record<string, string>));
}

interface Entry {
  name: string;
  element: FileElement;
  shape: number[];
  begin: number;
  end: number;
}

function checkEntry(name: string, value: unknown, source: Source): Entry {
  const quoted = JSON.stringify(name);
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (typeof dtype !== "string" || !isLengths(shape) || !isLengths(offsets) || offsets.length !== 2) {
    throw badFormat(source, `is damaged: ${quoted} needs a dtype, a shape and two data_offsets`, {
      name,
      offset: 8,
    });
  }
  if (!Object.hasOwn(ELEMENTS, dtype)) {
    const known = Object.keys(ELEMENTS).join(", ");
    const message = `${source.reader}: '${source.file}' has ${quoted} in ${dtype}; wanted one of ${known}`;
    throw new TuttiError("unsupported", message, { file: source.file, name });
  }
  const [begin, end] = offsets;
  const element = ELEMENTS[dtype];
  const wanted = elementCount(shape) * ELEMENT_BYTES[element];
  if (end - begin !== wanted) {
    const array = `${quoted}, [${shape.join(", ")}] of ${dtype},`;
    throw badFormat(
      source,
      `is damaged: ${array} takes ${wanted} bytes; its data_offsets span ${end - begin}`,
      {
        name,
        offset: 8,
      },
    );
  }
  return { name, element, shape, begin, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isLengths(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 64 && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/**
 * Writes named arrays and texts as one safetensors file, atomically.
 *
 * Arrays of wide elements come first and the data begin at a multiple of 8 bytes, so that every array is aligned
 * when the file is mapped. Equal arguments give equal bytes. The text `tutti.sha256`, which other programs may ignore,
 * is the SHA-256 of the header without it, as JSON without white space, and of the data: a changed bit is found on
 * reading.
 *
 * @throws TuttiError "argument" for the name `__metadata__` or a name twice, "shape" or "dtype" if an
 *   array is not what it says, "file" if the file cannot be written.
 */
export function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, NdArray]>,
  metadata: Iterable<readonly [string, string]> = [],
): void {
  atomicWriteFile(path, encodeSafetensors(tensors, metadata));
}

/** The bytes of {@link writeSafetensors}: the header, then one chunk for each array. */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, NdArray]>,
  metadata: Iterable<readonly [string, string]> = [],
): Uint8Array[] {
  const checked = Array.from(
    tensors,
    ([name, { dtype, shape, data }]) => [name, ndarray(dtype, shape, data)] as const,
  );
  const ordered = checked.sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const texts = Object.fromEntries([...metadata].filter(([name]) => name !== DIGEST));
  const header = new Map<string, unknown>([[METADATA, texts]]);
  let offset = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    if (header.has(name)) {
      const message = `writeSafetensors: the name ${JSON.stringify(name)} is taken; every array needs its own`;
      throw new TuttiError("argument", message, { name });
    }
    const end = offset + data.byteLength;
    header.set(name, { dtype: NAMES[dtype], shape, data_offsets: [offset, end] });
    offset = end;
  }
  const chunks = ordered.map(([, array]) => littleEndianBytes(array));
  texts[DIGEST] = digestOf(Object.fromEntries(header), chunks);
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(json.length / 8) * 8;
  const head = Buffer.alloc(8 + length, " "); // the format pads the header with spaces
  head.writeBigUInt64LE(BigInt(length));
  json.copy(head, 8);
  return [head, ...chunks];
}
