import { decodeArray, ELEMENT_BYTES, type FileElement } from "./elements.js";
import { type ReadOptions, readBytes } from "./files.js";
import { badFormat, insteadOf, type Source } from "./format.js";
import { elementCount, type NdArray } from "./ndarray.js";

const ELEMENTS: Readonly<Record<number, FileElement>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

/**
 * Reads an IDX file, the format of MNIST (also `.gz`).
 *
 * Two zero bytes, a type code, the number of dimensions, each length as a big-endian uint32, then the elements,
 * row-major and big-endian (LeCun, Cortes, Burges, "The MNIST database of handwritten digits").
 *
 * @returns an array of uint8, int32, float32 or float64; 8- and 16-bit signed integers become int32.
 * @throws TuttiError "file" if it cannot be read, "format" if it is not exactly such a file.
 */
export function readIdx(path: string, options: ReadOptions = {}): NdArray {
  return parseIdx(readBytes(path, options), path);
}

/** {@link readIdx} of bytes that are already in memory; `file` names them in errors. */
export function parseIdx(bytes: Uint8Array, file: string): NdArray {
  const source: Source = { reader: "readIdx", file };
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || header.getUint16(0) !== 0) {
    throw badFormat(source, `does not begin with the two zero bytes of an IDX file${insteadOf(bytes)}`, {
      offset: 0,
    });
  }
  const element = ELEMENTS[bytes[2]];
  if (element === undefined) {
    const known = Object.entries(ELEMENTS).map(([code, name]) => `${code} ${name}`);
    throw badFormat(source, `has the type code ${bytes[2]}; wanted one of ${known.join(", ")}`, {
      offset: 2,
    });
  }
  const start = 4 + 4 * bytes[3];
  if (bytes.length < start) {
    throw badFormat(source, `ends inside its header, at byte ${bytes.length} of ${start}`, {
      offset: bytes.length,
    });
  }
  const shape = Array.from({ length: bytes[3] }, (_, axis) => header.getUint32(4 + 4 * axis));
  const wanted = start + elementCount(shape) * ELEMENT_BYTES[element];
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
  return decodeArray(element, shape, bytes.subarray(start), false, source);
}
