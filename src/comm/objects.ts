import { deserialize, serialize } from "node:v8";
import { TuttiError } from "../errors.js";
import { CALLS } from "./calls.js";
import { offsets } from "./layout.js";

/** The bytes of a value in V8's form of structured cloning; throws `"argument"` if it cannot be cloned. */
export function pack(call: number, value: unknown): Uint8Array {
  try {
    return serialize(value);
  } catch (cause) {
    const name = CALLS[call];
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TuttiError(
      "argument",
      `${name}: the value cannot be sent: ${reason}`,
      { call: name },
      { cause },
    );
  }
}

/** The value of bytes that {@link pack} made; they must not be used afterwards, because parts of the value may lie in them. */
export function unpack<T>(bytes: Uint8Array): T {
  return deserialize(bytes) as T;
}

/** Packs several values one after the other. */
export function packAll(
  call: number,
  values: readonly unknown[],
): { readonly bytes: Uint8Array; readonly lengths: Float64Array } {
  const packed = values.map((value) => pack(call, value));
  const lengths = packed.map((bytes) => bytes.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  const at = offsets(lengths);
  packed.forEach((part, i) => {
    bytes.set(part, at[i]);
  });
  return { bytes, lengths: Float64Array.from(lengths) };
}

/** The values whose packed forms lie one after the other. */
export function unpackAll<T>(bytes: Uint8Array, lengths: Float64Array): T[] {
  const at = offsets(Array.from(lengths));
  return at.map((begin, i) => unpack<T>(bytes.slice(begin, begin + lengths[i])));
}
