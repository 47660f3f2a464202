import { endianness } from "node:os";
import type { DType } from "../tensor/index.js";
import { badFormat, type Source } from "./format.js";
import { elementCount, type NdArray } from "./ndarray.js";

/** Element types that files hold. {@link decodeArray} says what becomes of them. */
export type FileElement =
  | "bool"
  | `${"int" | "uint"}${8 | 16 | 32 | 64}`
  | `float${16 | 32 | 64}`
  | "bfloat16";

export const ELEMENT_BYTES: Readonly<Record<FileElement, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
};

const HOST_LITTLE = endianness() === "LE";

/** The bytes of an array's elements as they must stand in a little-endian file. */
export function littleEndianBytes(array: NdArray): Uint8Array {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = array.data;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return HOST_LITTLE ? bytes : swapped(bytes, BYTES_PER_ELEMENT);
}

/**
 * An array of `shape` from elements stored row-major in `bytes`, which has exactly their length.
 *
 * uint8, int32, float32, float64 and bool keep their type, without a copy where alignment and byte order allow it.
 * Other integers become int32, float16 and bfloat16 become float32.
 *
 * @throws TuttiError "format" if an integer does not fit int32 or a bool is neither 0 nor 1.
 */
export function decodeArray(
  element: FileElement,
  shape: readonly number[],
  bytes: Uint8Array,
  littleEndian: boolean,
  source: Source,
): NdArray {
  const size = ELEMENT_BYTES[element];
  const native = littleEndian === HOST_LITTLE ? bytes : swapped(bytes, size);
  const aligned = native.byteOffset % size === 0 ? native : new Uint8Array(native);
  const view = [aligned.buffer, aligned.byteOffset, elementCount(shape)] as const;
  const array = (dtype: DType, data: NdArray["data"]): NdArray => ({ dtype, shape, data });
  switch (element) {
    case "uint8":
      return array("uint8", new Uint8Array(...view));
    case "int32":
      return array("int32", new Int32Array(...view));
    case "float32":
      return array("float32", new Float32Array(...view));
    case "float64":
      return array("float64", new Float64Array(...view));
    case "bool":
      return array("bool", checkBooleans(new Uint8Array(...view), source));
    case "int8":
      return array("int32", new Int32Array(new Int8Array(...view)));
    case "int16":
      return array("int32", new Int32Array(new Int16Array(...view)));
    case "uint16":
      return array("int32", new Int32Array(new Uint16Array(...view)));
    case "uint32":
      return array("int32", narrow(new Uint32Array(...view), element, source));
    case "int64":
      return array("int32", narrow(new BigInt64Array(...view), element, source));
    case "uint64":
      return array("int32", narrow(new BigUint64Array(...view), element, source));
    case "float16":
      return array("float32", Float32Array.from(new Uint16Array(...view), halfToNumber));
    case "bfloat16": {
      const wide = Uint32Array.from(new Uint16Array(...view), (bits) => bits << 16);
      return array("float32", new Float32Array(wide.buffer));
    }
  }
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  if (size === 1) return bytes;
  const copy = Buffer.from(new Uint8Array(bytes).buffer);
  return size === 2 ? copy.swap16() : size === 4 ? copy.swap32() : copy.swap64();
}

function checkBooleans(values: Uint8Array, source: Source): Uint8Array {
  const wrong = values.findIndex((value) => value > 1);
  if (wrong < 0) return values;
  throw badFormat(source, `holds the byte ${values[wrong]} as bool element ${wrong}; wanted 0 or 1`, {
    index: wrong,
  });
}

function narrow(
  values: Uint32Array | BigInt64Array | BigUint64Array,
  element: FileElement,
  source: Source,
): Int32Array {
  const narrowed = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    narrowed[i] = value;
    if (narrowed[i] !== value) {
      const found = `holds ${values[i]} as ${element} element ${i}`;
      throw badFormat(source, `${found}; integers must fit int32: save it as float64`, { index: i });
    }
  }
  return narrowed;
}

/** The value of IEEE 754 binary16 bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
