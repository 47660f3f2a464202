/** A buffer whose elements are numbers. */
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

/** The part of the constructors that all TypedArrays share, seen as one type. */
export interface TypedArrayConstructor {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** What the engines need to know of the elements of a buffer. */
export interface ElementType {
  /** What errors call it. */
  readonly name: string;
  /** Its position in {@link ELEMENT_TYPES}: how a message names its type. */
  readonly code: number;
  readonly bytes: number;
  readonly kind: "integer" | "float" | "bigint";
  readonly Array: TypedArrayConstructor;
}

const TABLE = [
  ["int8", "integer", Int8Array],
  ["uint8", "integer", Uint8Array],
  ["int16", "integer", Int16Array],
  ["uint16", "integer", Uint16Array],
  ["int32", "integer", Int32Array],
  ["uint32", "integer", Uint32Array],
  ["float32", "float", Float32Array],
  ["float64", "float", Float64Array],
  ["bigint64", "bigint", BigInt64Array],
  ["biguint64", "bigint", BigUint64Array],
] as const;

const BUFFER_TYPES: readonly ElementType[] = TABLE.map(([name, kind, type], code) => ({
  name,
  code,
  bytes: type.BYTES_PER_ELEMENT,
  kind,
  Array: type as TypedArrayConstructor,
}));

/** The bytes of a serialised value: a type of its own, so that a value never lands in somebody's buffer. */
export const OBJECT: ElementType = {
  name: "object",
  code: BUFFER_TYPES.length,
  bytes: 1,
  kind: "integer",
  Array: Uint8Array,
};

/** All element types, by code. */
export const ELEMENT_TYPES: readonly ElementType[] = [...BUFFER_TYPES, OBJECT];

function typeNamed(name: (typeof TABLE)[number][0]): ElementType {
  return BUFFER_TYPES.find((type) => type.name === name)!;
}

export const UINT8 = typeNamed("uint8");
export const FLOAT64 = typeNamed("float64");

const byConstructor = new Map<unknown, ElementType>(BUFFER_TYPES.map((type) => [type.Array, type]));
const byTag = new Map<unknown, ElementType>(TABLE.map(([name, , { name: tag }]) => [tag, typeNamed(name)]));
byTag.set("Uint8ClampedArray", UINT8);

/** The type that was asked for last: looking it up takes a tenth of a short message's time. */
let recent = FLOAT64;

/** The element type of a TypedArray, subclasses such as Buffer included; clamped bytes count as bytes. Undefined for anything else. */
export function elementTypeOf(buf: unknown): ElementType | undefined {
  const { constructor: kind } = (buf ?? {}) as object;
  if (kind === recent.Array) return recent;
  const found = byConstructor.get(kind);
  if (found !== undefined) {
    recent = found;
    return found;
  }
  return ArrayBuffer.isView(buf) ? byTag.get((buf as TypedArray)[Symbol.toStringTag]) : undefined;
}

/** Longer buffers are worth a look, and are not kept alive by being remembered. */
const SHORT = 4096;
let [first, second]: (TypedArray | undefined)[] = [];

/** Whether two buffers show the same memory. Two short ones that do not are remembered: asking takes as long as sending them. */
export function haveSameMemory(a: TypedArray, b: TypedArray): boolean {
  if (a === first && b === second) return false;
  if (a.buffer === b.buffer) return true;
  if (a.byteLength <= SHORT && b.byteLength <= SHORT) [first, second] = [a, b];
  return false;
}

/** A new buffer of the same class as `buf`. */
export function createLike<A extends TypedArray>(buf: A, type: ElementType, length: number): A {
  if (buf.constructor === type.Array) return new type.Array(length) as A;
  if (Buffer.isBuffer(buf)) return Buffer.alloc(length) as Uint8Array as A;
  return new (buf.constructor as new (length: number) => A)(length);
}

/** The memory of a buffer as bytes. */
export function bytesOf(buf: TypedArray): Uint8Array {
  return new Uint8Array(buf.buffer, buf.byteOffset, buf.byteLength);
}

/** How an error shows a value that should have been something else. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return `an Array of ${value.length}`;
  if (typeof value === "object" && value !== null) {
    return `an object (${value.constructor?.name ?? "no prototype"})`;
  }
  return typeof value === "string" ? JSON.stringify(value) : `${String(value)} (${typeof value})`;
}
