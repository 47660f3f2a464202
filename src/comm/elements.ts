import { TuttiError } from "../errors.js";

export type NumberArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Every array that a message can hold. */
export type TypedArray = NumberArray | BigInt64Array | BigUint64Array;

/** Names of the element types, as errors call them. */
export type ElementName = (typeof NAMES)[number];

const NAMES = [
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "float32",
  "float64",
  "bigint64",
  "biguint64",
  "object",
] as const;

/** What the engines need to know of an element type. */
export interface ElementType {
  readonly name: ElementName;
  /** Position in {@link ELEMENT_TYPES}: how a message names its type. */
  readonly code: number;
  readonly bytes: number;
  readonly kind: "integer" | "float" | "bigint";
  readonly Array: TypedArrayConstructor;
}

/** The part of the constructors that all TypedArrays share, seen as one type. */
export interface TypedArrayConstructor {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
}

const CONSTRUCTORS = [
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  Uint8Array,
] as const;

/** All element types by code. `object` is the bytes of a serialised value: a type of its own, so that it never lands in a buffer. */
export const ELEMENT_TYPES: readonly ElementType[] = NAMES.map((name, code) => ({
  name,
  code,
  bytes: CONSTRUCTORS[code].BYTES_PER_ELEMENT,
  kind: name.startsWith("float") ? "float" : name.startsWith("big") ? "bigint" : "integer",
  Array: CONSTRUCTORS[code] as TypedArrayConstructor,
}));

export const OBJECT = ELEMENT_TYPES[NAMES.indexOf("object")];
export const FLOAT64 = ELEMENT_TYPES[NAMES.indexOf("float64")];

const byConstructor = new Map<unknown, ElementType>(
  ELEMENT_TYPES.filter((type) => type !== OBJECT).map((type) => [type.Array, type]),
);
const byTag = new Map<unknown, ElementType>(
  ELEMENT_TYPES.filter((type) => type !== OBJECT).map((type) => [CONSTRUCTORS[type.code].name, type]),
);
byTag.set("Uint8ClampedArray", ELEMENT_TYPES[NAMES.indexOf("uint8")]);

/** The element type of a TypedArray, subclasses such as Buffer included; clamped bytes count as bytes. Undefined for anything else. */
export function elementTypeOf(buf: unknown): ElementType | undefined {
  const found = byConstructor.get((buf as object | null | undefined)?.constructor);
  if (found !== undefined) return found;
  return ArrayBuffer.isView(buf) ? byTag.get((buf as TypedArray)[Symbol.toStringTag]) : undefined;
}

/** The element type of a buffer argument; throws `"argument"` if it is not a TypedArray. */
export function requireElementType(call: string, argument: string, buf: unknown): ElementType {
  const type = elementTypeOf(buf);
  if (type !== undefined) return type;
  throw new TuttiError("argument", `${call}: ${argument} must be a TypedArray, found ${describe(buf)}`, {
    call,
    argument,
  });
}

function describe(value: unknown): string {
  if (typeof value === "object" && value !== null)
    return `an object (${value.constructor?.name ?? "no prototype"})`;
  return typeof value === "number" ? `the number ${value}` : String(value);
}
